#include "engine/table_sql.h"

#include <strings.h>

bool gn_table_sql_is_key(const struct gn_rows_spec *spec, const char *column)
{
    for (size_t i = 0; i < spec->key_count; i++)
        if (strcasecmp(spec->key[i], column) == 0)
            return true;
    return false;
}

static void quoted_with(struct gn_buf *sql, const char *name, char quote)
{
    gn_buf_byte(sql, quote);
    for (; *name != '\0'; name++) {
        if (*name == quote)
            gn_buf_byte(sql, quote);
        gn_buf_byte(sql, *name);
    }
    gn_buf_byte(sql, quote);
}

static void quoted(struct gn_buf *sql, const char *name)
{
    quoted_with(sql, name, '"');
}

static void quoted_list(struct gn_buf *sql, const char *const *names,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gn_buf_text(sql, ", ");
        quoted(sql, names[i]);
    }
}

/* The type of a new column, which is the affinity of its first value that is
 * not NULL. */
static const char *type_of(const struct gn_rowset *rows, size_t column)
{
    for (size_t i = 0; i < rows->row_count; i++)
        switch (rows->values[i * rows->column_count + column].type) {
        case GARNER_INTEGER:
            return " INTEGER";
        case GARNER_REAL:
            return " REAL";
        case GARNER_TEXT:
            return " TEXT";
        case GARNER_BLOB:
            return " BLOB";
        case GARNER_NULL:
            break;
        }
    return "";
}

void gn_table_sql_create(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows)
{
    gn_buf_text(sql, "create table if not exists ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " (");
    for (size_t i = 0; i < rows->column_count; i++) {
        if (i > 0)
            gn_buf_text(sql, ", ");
        quoted(sql, rows->columns[i]);
        gn_buf_text(sql, type_of(rows, i));
    }
    if (spec->key_count > 0) {
        gn_buf_text(sql, ", primary key (");
        quoted_list(sql, spec->key, spec->key_count);
        gn_buf_byte(sql, ')');
    }
    gn_buf_byte(sql, ')');
}

void gn_table_sql_widen(struct gn_buf *sql, const struct gn_rows_spec *spec,
                        const struct gn_rowset *rows, size_t column,
                        bool strict)
{
    const char *type = type_of(rows, column);

    gn_buf_text(sql, "alter table ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " add column ");
    quoted(sql, rows->columns[column]);
    gn_buf_text(sql, strict && *type == '\0' ? " ANY" : type);
}

void gn_table_sql_index(struct gn_buf *sql, const struct gn_rows_spec *spec)
{
    struct gn_buf name = {0};

    gn_buf_printf(&name, "%s_key", spec->table);
    for (size_t i = 0; i < spec->key_count; i++)
        gn_buf_printf(&name, "_%s", spec->key[i]);
    gn_buf_text(sql, "create unique index ");
    quoted(sql, gn_buf_cstr(&name));
    gn_buf_text(sql, " on ");
    quoted(sql, spec->table);
    /* In double quotes, a column that is gone by now would be a text
     * (https://sqlite.org/quirks.html section 8): the index, of a constant. */
    for (size_t i = 0; i < spec->key_count; i++) {
        gn_buf_text(sql, i == 0 ? " (" : ", ");
        quoted_with(sql, spec->key[i], '`');
    }
    gn_buf_byte(sql, ')');
    sql->failed = sql->failed || gn_buf_failed(&name);
    gn_buf_fini(&name);
}

void gn_table_sql_insert(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows)
{
    static const char *const verbs[] = {
        [GN_CONFLICT_UPDATE] = "insert into ",
        [GN_CONFLICT_ERROR] = "insert into ",
        [GN_CONFLICT_IGNORE] = "insert or ignore into ",
        [GN_CONFLICT_REPLACE] = "insert or replace into ",
    };
    const char *separator = " do update set ";

    gn_buf_text(sql, verbs[spec->conflict]);
    quoted(sql, spec->table);
    gn_buf_text(sql, " (");
    quoted_list(sql, (const char *const *)rows->columns, rows->column_count);
    gn_buf_text(sql, ") values (");
    for (size_t i = 0; i < rows->column_count; i++)
        gn_buf_text(sql, i > 0 ? ", ?" : "?");
    gn_buf_byte(sql, ')');
    if (spec->key_count == 0 || spec->conflict != GN_CONFLICT_UPDATE)
        return;
    gn_buf_text(sql, " on conflict (");
    quoted_list(sql, spec->key, spec->key_count);
    gn_buf_byte(sql, ')');
    for (size_t i = 0; i < rows->column_count; i++) {
        if (gn_table_sql_is_key(spec, rows->columns[i]))
            continue;
        gn_buf_text(sql, separator);
        quoted(sql, rows->columns[i]);
        gn_buf_text(sql, " = excluded.");
        quoted(sql, rows->columns[i]);
        separator = ", ";
    }
    if (*separator != ',')
        gn_buf_text(sql, " do nothing");
}
