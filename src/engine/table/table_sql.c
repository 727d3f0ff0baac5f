#include "engine/table/table_sql.h"

#include <string.h>
#include <strings.h>

bool gn_table_sql_is_key(const struct gn_rows_spec *spec, const char *column)
{
    for (size_t i = 0; i < spec->key_count; i++)
        if (strcasecmp(spec->key[i], column) == 0)
            return true;
    return false;
}

size_t gn_table_sql_key_count(const struct gn_rows_spec *spec)
{
    return spec->key_count + (spec->conflict == GN_CONFLICT_HISTORY);
}

const char *gn_table_sql_key(const struct gn_rows_spec *spec, size_t i)
{
    return i < spec->key_count ? spec->key[i] : GN_VALID_FROM;
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

void gn_table_sql_name(struct gn_buf *sql, const char *name)
{
    quoted_with(sql, name, '`');
}

static void quoted(struct gn_buf *sql, const char *name)
{
    quoted_with(sql, name, '"');
}

/* What the first value that is not NULL has. */
static const char *type_of_values(const struct gn_rowset *rows, size_t column)
{
    for (size_t i = 0; i < rows->row_count; i++)
        switch (rows->values[i * rows->column_count + column].type) {
        case GARNER_INTEGER:
            return "INTEGER";
        case GARNER_REAL:
            return "REAL";
        case GARNER_TEXT:
            return "TEXT";
        case GARNER_BLOB:
            return "BLOB";
        case GARNER_NULL:
            break;
        }
    return "";
}

/* A STRICT table knows six types; which one does what SQLite does with a
 * declared type (https://sqlite.org/datatype3.html section 3.1)? */
static const char *strict_type(const char *type)
{
    static const char *const parts[][2] = {
        {"INT", "INTEGER"}, {"CHAR", "TEXT"}, {"CLOB", "TEXT"},
        {"TEXT", "TEXT"},   {"BLOB", "BLOB"}, {"REAL", "REAL"},
        {"FLOA", "REAL"},   {"DOUB", "REAL"},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcasestr(type, parts[i][0]) != NULL)
            return parts[i][1];
    return "ANY";
}

/* The place of name among the columns of rows; their count: it is none. */
static size_t column_of(const struct gn_rowset *rows, const char *name)
{
    size_t i = 0;

    while (i < rows->column_count && strcasecmp(rows->columns[i], name) != 0)
        i++;
    return i;
}

static const struct gn_default *default_of(const struct gn_rows_spec *spec,
                                           const char *name)
{
    for (size_t i = 0; i < spec->making.default_count; i++)
        if (strcasecmp(spec->making.defaults[i].name, name) == 0)
            return &spec->making.defaults[i];
    return NULL;
}

/* The type of a column of that name, of rows or not. */
static const char *type_of(const struct gn_rows_spec *spec,
                           const struct gn_rowset *rows, const char *name)
{
    const size_t column = column_of(rows, name);
    const struct gn_default *d = default_of(spec, name);

    for (size_t i = 0; i < spec->column_count; i++)
        if (strcasecmp(spec->columns[i].name, name) == 0)
            return spec->columns[i].type;
    if (column < rows->column_count)
        return type_of_values(rows, column);
    return d != NULL ? d->type : "";
}

static bool is_named(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

/* A column of that name, of rows or not, as it is made. */
static void add_column(struct gn_buf *sql, const struct gn_rows_spec *spec,
                       const struct gn_rowset *rows, const char *name,
                       bool strict)
{
    const struct gn_making *making = &spec->making;
    const struct gn_default *d = default_of(spec, name);
    const char *type = type_of(spec, rows, name);

    quoted(sql, name);
    if (strict)
        type = strict_type(type);
    if (*type != '\0')
        gn_buf_byte(sql, ' ');
    gn_buf_text(sql, type);
    if (is_named(name, making->not_null, making->not_null_count))
        gn_buf_text(sql, " NOT NULL");
    if (d != NULL)
        gn_buf_printf(sql, " DEFAULT %s", d->sql);
}

const char *gn_table_sql_more(const struct gn_rows_spec *spec,
                              const struct gn_rowset *rows, size_t i)
{
    const struct gn_making *m = &spec->making;

    for (size_t k = 0; k < m->not_null_count + m->default_count; k++) {
        const bool is_default = k >= m->not_null_count;
        const char *name = is_default ? m->defaults[k - m->not_null_count].name
                                      : m->not_null[k];
        const bool again =
            is_named(name, m->not_null, is_default ? m->not_null_count : k);

        if (column_of(rows, name) == rows->column_count && !again && i-- == 0)
            return name;
    }
    return NULL;
}

void gn_table_sql_create(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows)
{
    const bool strict = spec->making.strict;
    const char *more;

    gn_buf_text(sql, "create table if not exists ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " (");
    for (size_t i = 0; i < rows->column_count; i++) {
        if (i > 0)
            gn_buf_text(sql, ", ");
        add_column(sql, spec, rows, rows->columns[i], strict);
    }
    for (size_t i = 0; (more = gn_table_sql_more(spec, rows, i)) != NULL; i++) {
        gn_buf_text(sql, ", ");
        add_column(sql, spec, rows, more, strict);
    }
    if (spec->conflict == GN_CONFLICT_HISTORY)
        gn_buf_text(sql, ", \"" GN_VALID_FROM "\" INTEGER NOT NULL, "
                         "\"" GN_VALID_TO "\" INTEGER");
    for (size_t i = 0; i < gn_table_sql_key_count(spec); i++) {
        gn_buf_text(sql, i == 0 ? ", primary key (" : ", ");
        quoted(sql, gn_table_sql_key(spec, i));
    }
    if (spec->key_count > 0)
        gn_buf_byte(sql, ')');
    gn_buf_text(sql, strict ? ") strict" : ")");
}

void gn_table_sql_widen(struct gn_buf *sql, const struct gn_rows_spec *spec,
                        const struct gn_rowset *rows, size_t column,
                        bool strict)
{
    gn_buf_text(sql, "alter table ");
    quoted(sql, spec->table);
    gn_buf_text(sql, " add column ");
    add_column(sql, spec, rows, rows->columns[column], strict);
}

static void name_index(struct gn_buf *name, const struct gn_rows_spec *spec,
                       const char *word, size_t key_count)
{
    gn_buf_printf(name, "%s_%s", spec->table, word);
    for (size_t i = 0; i < key_count; i++)
        gn_buf_printf(name, "_%s", gn_table_sql_key(spec, i));
}

static void add_index(struct gn_buf *sql, struct gn_buf *name,
                      const struct gn_rows_spec *spec, size_t key_count)
{
    quoted(sql, gn_buf_cstr(name));
    gn_buf_text(sql, " on ");
    quoted(sql, spec->table);
    /* In double quotes, a column that is gone by now would be a text
     * (https://sqlite.org/quirks.html section 8): the index, of a constant. */
    for (size_t i = 0; i < key_count; i++) {
        gn_buf_text(sql, i == 0 ? " (" : ", ");
        gn_table_sql_name(sql, gn_table_sql_key(spec, i));
    }
    gn_buf_byte(sql, ')');
    sql->failed = sql->failed || gn_buf_failed(name);
    gn_buf_fini(name);
}

void gn_table_sql_index(struct gn_buf *sql, const struct gn_rows_spec *spec)
{
    const size_t count = gn_table_sql_key_count(spec);
    struct gn_buf name = {0};

    name_index(&name, spec, "key", count);
    gn_buf_text(sql, "create unique index ");
    add_index(sql, &name, spec, count);
}

void gn_table_sql_open_name(struct gn_buf *name,
                            const struct gn_rows_spec *spec)
{
    name_index(name, spec, "open", spec->key_count);
}

void gn_table_sql_open_index(struct gn_buf *sql,
                             const struct gn_rows_spec *spec)
{
    struct gn_buf name = {0};

    gn_table_sql_open_name(&name, spec);
    gn_buf_text(sql, "create unique index if not exists ");
    add_index(sql, &name, spec, spec->key_count);
    gn_buf_text(sql, " where `" GN_VALID_TO "` is null");
}

void gn_table_sql_delete(struct gn_buf *sql, const struct gn_rows_spec *spec)
{
    gn_buf_text(sql, "delete from ");
    quoted(sql, spec->table);
}

void gn_table_sql_disown(struct gn_buf *sql, const struct gn_rows_spec *spec)
{
    gn_table_sql_delete(sql, spec);
    for (size_t k = 0; k < spec->parent->key_count; k++) {
        gn_buf_text(sql, k == 0 ? " where " : " and ");
        gn_table_sql_name(sql, spec->parent->key[k]);
        gn_buf_text(sql, " = ?");
    }
}

/* What is to become of a row with the key of one that is stored. */
static void add_conflict(struct gn_buf *sql, const struct gn_rows_spec *spec,
                         const struct gn_rowset *rows,
                         const struct gn_names *columns)
{
    const char *separator = " do update set ";

    for (size_t i = 0; i < spec->key_count; i++) {
        gn_buf_text(sql, i == 0 ? " on conflict (" : ", ");
        quoted(sql, spec->key[i]);
    }
    gn_buf_byte(sql, ')');
    for (size_t i = 0;
         i < rows->column_count && spec->conflict != GN_CONFLICT_KEEP; i++) {
        if (gn_table_sql_is_key(spec, rows->columns[i]) ||
            !gn_names_has(columns, rows->columns[i]))
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

size_t gn_table_sql_insert(struct gn_buf *sql, const struct gn_rows_spec *spec,
                           const struct gn_rowset *rows,
                           const struct gn_names *columns)
{
    const char *separator = " (";
    size_t count = 0;

    gn_buf_text(
        sql, spec->conflict == GN_CONFLICT_IGNORE    ? "insert or ignore into "
             : spec->conflict == GN_CONFLICT_REPLACE ? "insert or replace into "
                                                     : "insert into ");
    quoted(sql, spec->table);
    for (size_t i = 0; i < rows->column_count; i++) {
        if (!gn_names_has(columns, rows->columns[i]))
            continue;
        gn_buf_text(sql, separator);
        quoted(sql, rows->columns[i]);
        separator = ", ";
    }
    separator = ") values (";
    for (size_t i = 0; i < rows->column_count; i++) {
        if (!gn_names_has(columns, rows->columns[i]))
            continue;
        count = i + 1;
        gn_buf_printf(sql, "%s?%zu", separator, count);
        separator = ", ";
    }
    gn_buf_byte(sql, ')');
    if (spec->key_count > 0 && spec->conflict != GN_CONFLICT_ERROR &&
        spec->conflict != GN_CONFLICT_IGNORE &&
        spec->conflict != GN_CONFLICT_REPLACE)
        add_conflict(sql, spec, rows, columns);
    return count;
}
