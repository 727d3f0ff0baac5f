#include "engine/table/validity.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/table/table_sql.h"

/* The keys of an answer are in a table of the connection's own while its batch
 * runs; there is one for each number of columns. */
#define SEEN "temp.garner_seen"

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for past rows");
}

void gn_validity_fini(struct gn_validity *v)
{
    gn_free(v->close);
    gn_free(v->open);
    gn_free(v->seen);
    *v = (struct gn_validity){0};
}

/* --- for a row -------------------------------------------------------------*/

/* What the SQL is made of. */
struct making {
    const struct gn_rows_spec *spec;
    const struct gn_rowset *rows;
    const struct gn_names *columns;
    struct gn_buf sql;
};

static size_t number_of(const struct making *m, const char *column)
{
    size_t i = 0;

    while (i < m->rows->column_count &&
           strcasecmp(m->rows->columns[i], column) != 0)
        i++;
    return i + 1;
}

/* " where `key` = ?1 and ..." */
static void add_where(struct making *m)
{
    for (size_t k = 0; k < m->spec->key_count; k++) {
        gn_buf_text(&m->sql, k == 0 ? " where " : " and ");
        gn_table_sql_name(&m->sql, m->spec->key[k]);
        gn_buf_printf(&m->sql, " = ?%zu", number_of(m, m->spec->key[k]));
    }
}

/* The same, and valid: there is an index for that. */
static void add_valid(struct making *m)
{
    add_where(m);
    gn_buf_text(&m->sql, " and `" GN_VALID_TO "` is null");
}

/* Whether it is stored, but not part of the key. */
static bool is_value(const struct making *m, size_t column)
{
    const char *name = m->rows->columns[column];

    return gn_names_has(m->columns, name) &&
           !gn_table_sql_is_key(m->spec, name);
}

/* The new valid_to is after valid_from though the clock was set back. */
static void make_close(struct making *m)
{
    const char *separator = " and (";
    bool any = false;

    gn_buf_text(&m->sql, "update ");
    gn_table_sql_name(&m->sql, m->spec->table);
    gn_buf_printf(&m->sql,
                  " set `" GN_VALID_TO "` = max(?%zu, `" GN_VALID_FROM "` + 1)",
                  m->rows->column_count + 1);
    add_valid(m);
    for (size_t i = 0; i < m->rows->column_count; i++) {
        if (!is_value(m, i))
            continue;
        gn_buf_text(&m->sql, separator);
        gn_table_sql_name(&m->sql, m->rows->columns[i]);
        gn_buf_printf(&m->sql, " is not ?%zu", i + 1);
        separator = " or ";
        any = true;
    }
    gn_buf_byte(&m->sql, ')');
    if (!any)
        gn_buf_clear(&m->sql);
}

static void make_open(struct making *m)
{
    const size_t now = m->rows->column_count + 1;
    const char *separator = " (";

    gn_buf_text(&m->sql, "insert into ");
    gn_table_sql_name(&m->sql, m->spec->table);
    for (size_t i = 0; i < m->rows->column_count; i++)
        if (gn_names_has(m->columns, m->rows->columns[i])) {
            gn_buf_text(&m->sql, separator);
            gn_table_sql_name(&m->sql, m->rows->columns[i]);
            separator = ", ";
        }
    gn_buf_text(&m->sql, ", `" GN_VALID_FROM "`)");
    separator = " select ";
    for (size_t i = 0; i < m->rows->column_count; i++)
        if (gn_names_has(m->columns, m->rows->columns[i])) {
            gn_buf_printf(&m->sql, "%s?%zu", separator, i + 1);
            separator = ", ";
        }
    gn_buf_printf(&m->sql,
                  ", max(?%zu, coalesce((select `" GN_VALID_TO "` from ", now);
    gn_table_sql_name(&m->sql, m->spec->table);
    add_where(m);
    gn_buf_printf(&m->sql,
                  " order by `" GN_VALID_FROM "` desc limit 1), ?%zu))"
                  " where not exists (select 1 from ",
                  now);
    gn_table_sql_name(&m->sql, m->spec->table);
    add_valid(m);
    gn_buf_byte(&m->sql, ')');
}

static size_t make_seen(struct making *m)
{
    size_t count = 0;

    gn_buf_printf(&m->sql, "insert into " SEEN "%zu values (",
                  m->spec->key_count);
    for (size_t k = 0; k < m->spec->key_count; k++) {
        const size_t number = number_of(m, m->spec->key[k]);

        gn_buf_printf(&m->sql, "%s?%zu", k > 0 ? ", " : "", number);
        count = number > count ? number : count;
    }
    gn_buf_byte(&m->sql, ')');
    return count;
}

enum garner_code gn_validity_make(struct gn_validity *v,
                                  const struct gn_rows_spec *spec,
                                  const struct gn_rowset *rows,
                                  const struct gn_names *columns,
                                  struct garner_error *err)
{
    struct making m = {spec, rows, columns, {0}};
    bool failed;

    gn_validity_fini(v);
    make_close(&m);
    failed = gn_buf_failed(&m.sql);
    v->close = m.sql.size > 0 ? gn_buf_take(&m.sql) : NULL;
    make_open(&m);
    v->open = gn_buf_take(&m.sql);
    v->seen_count = make_seen(&m);
    v->seen = gn_buf_take(&m.sql);
    gn_buf_fini(&m.sql);
    if (!failed && v->open != NULL && v->seen != NULL)
        return GARNER_OK;
    gn_validity_fini(v);
    return no_memory(err);
}

size_t gn_validity_each(const struct gn_validity *v)
{
    return v->close != NULL ? 3 : 2;
}

/* --- the batch -------------------------------------------------------------*/

/* Adds sql, with now as its argument unless below 0, and empties it. */
static enum garner_code add(const struct gn_pen *pen, struct gn_buf *sql,
                            int64_t now_us, struct garner_error *err)
{
    const struct garner_value now = garner_integer(now_us);
    const enum garner_code code =
        gn_buf_failed(sql)
            ? no_memory(err)
            : gn_pen_write(pen, gn_buf_cstr(sql), &now, now_us >= 0, err);

    gn_buf_fini(sql);
    return code;
}

enum garner_code gn_validity_begin(const struct gn_pen *pen,
                                   const struct gn_rows_spec *spec,
                                   struct garner_error *err)
{
    struct gn_buf sql = {0};

    gn_buf_printf(&sql, "create temp table if not exists garner_seen%zu (",
                  spec->key_count);
    for (size_t k = 0; k < spec->key_count; k++)
        gn_buf_printf(&sql, "%sk%zu", k > 0 ? ", " : "", k);
    gn_buf_byte(&sql, ')');
    return add(pen, &sql, -1, err);
}

enum garner_code gn_validity_add(const struct gn_validity *v,
                                 const struct gn_pen *pen,
                                 const struct gn_rowset *rows, int64_t now_us,
                                 struct garner_error *err)
{
    const size_t width = rows->column_count;
    struct garner_value *args = gn_realloc(NULL, (width + 1) * sizeof *args);
    enum garner_code code = args != NULL ? GARNER_OK : no_memory(err);

    for (size_t i = 0; i < rows->row_count && code == GARNER_OK; i++) {
        memcpy(args, rows->values + i * width, width * sizeof *args);
        args[width] = garner_integer(now_us);
        code = gn_pen_begin_row(pen, err);
        if (code != GARNER_OK)
            break;
        if (v->close != NULL)
            code = gn_pen_write(pen, v->close, args, width + 1, err);
        if (code == GARNER_OK)
            code = gn_pen_write(pen, v->open, args, width + 1, err);
        if (code == GARNER_OK)
            code = gn_pen_write(pen, v->seen, args, v->seen_count, err);
        code = gn_pen_end_row(pen, i, code, err);
    }
    gn_free(args);
    return code;
}

/* The plus takes the affinity off the column that has none of its own, so that
 * the table's counts: 7 is '7' where that is a text. */
enum garner_code gn_validity_end(const struct gn_pen *pen,
                                 const struct gn_rows_spec *spec,
                                 int64_t now_us, struct garner_error *err)
{
    struct gn_buf sql = {0};
    enum garner_code code;

    gn_buf_text(&sql, "update ");
    gn_table_sql_name(&sql, spec->table);
    gn_buf_text(&sql, " set `" GN_VALID_TO "` = max(?1, `" GN_VALID_FROM
                      "` + 1) where `" GN_VALID_TO "` is null and ");
    for (size_t k = 0; k < spec->key_count; k++) {
        gn_buf_text(&sql, k == 0 ? "(" : ", ");
        gn_table_sql_name(&sql, spec->key[k]);
    }
    gn_buf_text(&sql, ") not in (select ");
    for (size_t k = 0; k < spec->key_count; k++)
        gn_buf_printf(&sql, "%s+k%zu", k > 0 ? ", " : "", k);
    gn_buf_printf(&sql, " from " SEEN "%zu)", spec->key_count);
    code = add(pen, &sql, now_us, err);
    if (code != GARNER_OK)
        return code;
    gn_buf_printf(&sql, "delete from " SEEN "%zu", spec->key_count);
    return add(pen, &sql, -1, err);
}
