#include "cli/dump.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "garner/read.h"

static void quoted(struct gn_buf *sql, const char *text, size_t size, char with)
{
    gn_buf_byte(sql, with);
    for (const char *end = text + size; text < end;) {
        const char *next = memchr(text, with, (size_t)(end - text));
        const char *stop = next != NULL ? next + 1 : end;

        gn_buf_append(sql, text, (size_t)(stop - text));
        if (next != NULL)
            gn_buf_byte(sql, with);
        text = stop;
    }
    gn_buf_byte(sql, with);
}

static void hex(struct gn_buf *sql, const struct garner_value *value)
{
    static const char digits[] = "0123456789ABCDEF";
    const unsigned char *at = value->bytes.data;

    gn_buf_text(sql, "X'");
    for (size_t i = 0; i < value->bytes.size; i++) {
        gn_buf_byte(sql, digits[at[i] >> 4]);
        gn_buf_byte(sql, digits[at[i] & 15]);
    }
    gn_buf_byte(sql, '\'');
}

/* Shortest digits that read back to the same number, and as a real one. */
static void real(struct gn_buf *sql, double value)
{
    char text[40];
    int digits = 15;

    if (isinf(value)) {
        gn_buf_text(sql, value > 0 ? "9e999" : "-9e999");
        return;
    }
    do
        snprintf(text, sizeof text, "%.*g", digits, value);
    while (strtod(text, NULL) != value && ++digits <= 17);
    gn_buf_text(sql, text);
    if (strpbrk(text, ".e") == NULL)
        gn_buf_text(sql, ".0");
}

void gn_dump_value(struct gn_buf *sql, const struct garner_value *value)
{
    switch (value->type) {
    case GARNER_NULL:
        gn_buf_text(sql, "NULL");
        break;
    case GARNER_INTEGER:
        /* 9223372036854775808 alone would be a real. */
        if (value->integer == INT64_MIN)
            gn_buf_text(sql, "-9223372036854775807-1");
        else
            gn_buf_printf(sql, "%" PRId64, value->integer);
        break;
    case GARNER_REAL:
        real(sql, value->real);
        break;
    case GARNER_TEXT:
        /* SQL ends at a NUL. */
        if (memchr(value->bytes.data, '\0', value->bytes.size) != NULL) {
            gn_buf_text(sql, "CAST(");
            hex(sql, value);
            gn_buf_text(sql, " AS TEXT)");
        } else {
            quoted(sql, value->bytes.data, value->bytes.size, '\'');
        }
        break;
    case GARNER_BLOB:
        hex(sql, value);
        break;
    }
}

void gn_dump_begin(struct gn_writer *w)
{
    gn_buf_text(&w->text, "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
}

void gn_dump_end(struct gn_writer *w)
{
    gn_buf_text(&w->text, "COMMIT;\n");
}

/* Writes what sql, which asks for texts of this table, gives: statements. */
static enum garner_code statements(struct garner_store *store, const char *sql,
                                   const char *table, struct gn_writer *w,
                                   size_t *count, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, sql, GARNER_ARGS(garner_text(table)), &rows, err);

    *count = 0;
    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        const struct garner_value v = garner_column(rows, 0);

        gn_buf_append(&w->text, v.bytes.data, v.bytes.size);
        gn_buf_text(&w->text, ";\n");
        ++*count;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? gn_writer_pass(w, err) : code;
}

/* Appends the columns that are stored, as a list; none: it stays empty. */
static enum garner_code columns(struct garner_store *store, const char *table,
                                struct gn_buf *list, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "select name from pragma_table_info(?)",
                     GARNER_ARGS(garner_text(table)), &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        const struct garner_value name = garner_column(rows, 0);

        gn_buf_text(list, list->size > 0 ? ", " : "");
        quoted(list, name.bytes.data, name.bytes.size, '"');
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* An INSERT for each row of sql. */
static enum garner_code inserts(struct garner_store *store, const char *sql,
                                const char *head, struct gn_writer *w,
                                struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(store, sql, GARNER_ARGS(), &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        gn_buf_text(&w->text, head);
        for (size_t i = 0; i < garner_columns(rows); i++) {
            const struct garner_value v = garner_column(rows, i);

            gn_buf_text(&w->text, i > 0 ? "," : "");
            gn_dump_value(&w->text, &v);
        }
        gn_buf_text(&w->text, ");\n");
        code = gn_writer_pass(w, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code rows_of(struct garner_store *store, const char *table,
                                struct gn_writer *w, struct garner_error *err)
{
    struct gn_buf list = {0};
    struct gn_buf sql = {0};
    struct gn_buf head = {0};
    enum garner_code code = columns(store, table, &list, err);

    gn_buf_printf(&sql, "select %s from ", gn_buf_cstr(&list));
    quoted(&sql, table, strlen(table), '"');
    gn_buf_text(&head, "INSERT INTO ");
    quoted(&head, table, strlen(table), '"');
    gn_buf_printf(&head, " (%s) VALUES(", gn_buf_cstr(&list));
    if (code == GARNER_OK &&
        (gn_buf_failed(&list) || gn_buf_failed(&sql) || gn_buf_failed(&head)))
        code =
            gn_fail(err, GARNER_NOMEM, "out of memory for table %.100s", table);
    if (code == GARNER_OK)
        code = inserts(store, gn_buf_cstr(&sql), gn_buf_cstr(&head), w, err);
    gn_buf_fini(&list);
    gn_buf_fini(&sql);
    gn_buf_fini(&head);
    return code;
}

/* The counter of a table with AUTOINCREMENT: no id comes again. */
static enum garner_code counter(struct garner_store *store, const char *table,
                                struct gn_writer *w, struct garner_error *err)
{
    struct garner_error none = {0};
    size_t count;
    const enum garner_code code = statements(
        store,
        "select 'DELETE FROM sqlite_sequence WHERE name = ' || quote(name) ||"
        " ';' || char(10) || 'INSERT INTO sqlite_sequence VALUES(' ||"
        " quote(name) || ',' || seq || ')' from sqlite_sequence"
        " where lower(name) = lower(?)",
        table, w, &count, &none);

    /* Without such a table in the database there is no list of counters. */
    if (code != GARNER_OK && code != GARNER_SQL && err != NULL)
        *err = none;
    return code == GARNER_SQL ? GARNER_OK : code;
}

/* Says why there is nothing to dump. */
static enum garner_code no_table(struct garner_store *store, const char *table,
                                 struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store,
                     "select 1 from sqlite_schema where type in ('table',"
                     " 'view') and lower(name) = lower(?)",
                     GARNER_ARGS(garner_text(table)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    if (code == GARNER_ROW)
        return gn_fail(err, GARNER_INVALID,
                       "%.100s is a view or a virtual table, whose rows are in "
                       "others; take another format than --sql",
                       table);
    return code == GARNER_DONE ? gn_fail(err, GARNER_NOTFOUND,
                                         "there is no table %.100s", table)
                               : code;
}

enum garner_code gn_dump_table(struct garner_store *store, const char *table,
                               struct gn_writer *w, struct garner_error *err)
{
    size_t count;
    enum garner_code code =
        statements(store,
                   "select sql from sqlite_schema where type = 'table' and"
                   " lower(name) = lower(?) and sql not like 'create virtual%'",
                   table, w, &count, err);

    if (code == GARNER_OK && count == 0)
        code = no_table(store, table, err);
    if (code == GARNER_OK)
        code = rows_of(store, table, w, err);
    if (code == GARNER_OK)
        code = counter(store, table, w, err);
    if (code == GARNER_OK)
        code = statements(store,
                          "select sql from sqlite_schema where sql is not null"
                          " and type in ('index', 'trigger') and"
                          " lower(tbl_name) = lower(?) order by type, rowid",
                          table, w, &count, err);
    return code;
}
