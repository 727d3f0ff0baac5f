#include "store/unit/sql.h"

#include "base/error.h"
#include "store/unit/name.h"

/* Columns are always written with their table: "x" alone, where there is no
 * column x, would be taken for a text (https://sqlite.org/quirks.html section
 * 8), and a schema may change before the statement is run. */
static void column(struct gn_buf *b, const char *table, const char *name)
{
    gn_unit_name_quote(b, table);
    gn_buf_byte(b, '.');
    gn_unit_name_quote(b, name);
}

static void separate(struct gn_buf *b, size_t place, const char *by)
{
    if (place > 0)
        gn_buf_text(b, by);
}

/* "(?, ?), (?, ?)" */
static void parameters(struct gn_buf *b, size_t columns, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        separate(b, row, ", ");
        for (size_t i = 0; i < columns; i++)
            gn_buf_text(b, i == 0 ? "(?" : ", ?");
        gn_buf_byte(b, ')');
    }
}

/* "t"."a" = ?1 and "t"."b" = ?2, of the key */
static void where(struct gn_buf *b, const struct gn_unit_shape *s)
{
    gn_buf_text(b, " where ");
    for (size_t i = 0; i < s->keys; i++) {
        separate(b, i, " and ");
        column(b, s->table, s->columns[i]);
        gn_buf_printf(b, " = ?%zu", i + 1);
    }
}

static void insert(struct gn_buf *b, const struct gn_unit_shape *s, size_t rows)
{
    gn_buf_text(b, "insert into ");
    gn_unit_name_quote(b, s->table);
    if (s->count == 0) {
        gn_buf_text(b, " default values");
        return;
    }
    /* The new row goes by that name: let a table of that name go by another. */
    if (gn_unit_name_same(s->table, "excluded"))
        gn_buf_text(b, " as \"_\"");
    gn_buf_text(b, " (");
    for (size_t i = 0; i < s->count; i++) {
        separate(b, i, ", ");
        gn_unit_name_quote(b, s->columns[i]);
    }
    gn_buf_text(b, ") values ");
    parameters(b, s->count, rows);
}

static void upsert(struct gn_buf *b, const struct gn_unit_shape *s, size_t rows)
{
    insert(b, s, rows);
    for (size_t i = 0; i < s->keys; i++) {
        gn_buf_text(b, i == 0 ? " on conflict (" : ", ");
        gn_unit_name_quote(b, s->columns[i]);
    }
    gn_buf_text(b, s->keys == s->count ? ") do nothing" : ") do update set ");
    for (size_t i = s->keys; i < s->count; i++) {
        separate(b, i - s->keys, ", ");
        gn_unit_name_quote(b, s->columns[i]);
        gn_buf_text(b, " = ");
        column(b, "excluded", s->columns[i]);
    }
}

static void update(struct gn_buf *b, const struct gn_unit_shape *s)
{
    gn_buf_text(b, "update ");
    gn_unit_name_quote(b, s->table);
    for (size_t i = s->keys; i < s->count; i++) {
        gn_buf_text(b, i == s->keys ? " set " : ", ");
        gn_unit_name_quote(b, s->columns[i]);
        gn_buf_printf(b, " = ?%zu", i + 1);
    }
    where(b, s);
}

/* Of several, by a subquery: a list of VALUES alone finds no index. */
static void delete_rows(struct gn_buf *b, const struct gn_unit_shape *s,
                        size_t rows)
{
    gn_buf_text(b, "delete from ");
    gn_unit_name_quote(b, s->table);
    if (rows == 1) {
        where(b, s);
        return;
    }
    for (size_t i = 0; i < s->keys; i++) {
        gn_buf_text(b, i == 0 ? " where (" : ", ");
        column(b, s->table, s->columns[i]);
    }
    gn_buf_text(b, ") in (select * from (values ");
    parameters(b, s->count, rows);
    gn_buf_text(b, "))");
}

void gn_unit_sql_write(struct gn_buf *b, const struct gn_unit_shape *shape,
                       size_t rows)
{
    GN_CHECK(rows >= 1);
    switch (shape->verb) {
    case GN_UNIT_INSERT:
        insert(b, shape, rows);
        break;
    case GN_UNIT_UPSERT:
        upsert(b, shape, rows);
        break;
    case GN_UNIT_UPDATE:
        update(b, shape);
        break;
    case GN_UNIT_DELETE:
        delete_rows(b, shape, rows);
        break;
    }
}
