#include "extract/headersql.h"

#include <stdbool.h>
#include <string.h>

#include "extract/each.h"
#include "extract/headerscan.h"

struct headers_each {
    struct gn_each base;
    struct gn_held text;
    struct gn_headerscan lines;
    sqlite3_stmt *fields; /* those of a JSON object; NULL: they are lines */
};

static int next_line(struct headers_each *h)
{
    const enum garner_code code = gn_headerscan_next(&h->lines);

    h->base.done = code == GARNER_DONE;
    if (code == GARNER_INVALID)
        return gn_each_fail(&h->base,
                            "line %zu is no header, such as \"Name: value\"",
                            h->lines.line);
    return code == GARNER_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

static int next_field(struct headers_each *h)
{
    const int rc = sqlite3_step(h->fields);

    h->base.done = rc == SQLITE_DONE;
    if (rc == SQLITE_ERROR)
        return gn_each_fail(&h->base, "it begins with {, but is no JSON");
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int headers_next(struct gn_each *e)
{
    struct headers_each *h = (struct headers_each *)e;

    return h->fields != NULL ? next_field(h) : next_line(h);
}

/* A value is a text, or an array of texts. */
static int open_json(struct headers_each *h, sqlite3_value *text)
{
    static const char sql[] =
        "select f.key, iif(f.type = 'array', v.value, f.value) from "
        "json_each(?1) f left join json_each(iif(f.type = 'array', f.value, "
        "'[]')) v where f.type <> 'array' or v.key is not null";
    const struct gn_headersql *context = h->base.context;
    int rc = sqlite3_prepare_v2(context->db, sql, -1, &h->fields, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(h->fields, 1, text);
    return rc == SQLITE_OK ? next_field(h) : rc;
}

static int headers_open(struct gn_each *e, sqlite3_value **args)
{
    struct headers_each *h = (struct headers_each *)e;
    const struct gn_headersql *context = e->context;
    size_t blank = 0;

    if (!gn_held_init(&h->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    if (h->text.data == NULL)
        return SQLITE_OK;
    while (blank < h->text.size && h->text.data[blank] != '\0' &&
           strchr(" \t\r\n", h->text.data[blank]) != NULL)
        blank++;
    if (blank < h->text.size && h->text.data[blank] == '{')
        return open_json(h, args[0]);
    gn_headerscan_init(&h->lines, h->text.data, h->text.size);
    return next_line(h);
}

static void headers_close(struct gn_each *e)
{
    struct headers_each *h = (struct headers_each *)e;

    sqlite3_finalize(h->fields);
    gn_headerscan_fini(&h->lines);
    gn_held_fini(&h->text);
}

static int headers_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct headers_each *h = (struct headers_each *)e;

    if (h->fields != NULL)
        sqlite3_result_value(to, sqlite3_column_value(h->fields, column - 1));
    else if (column == 1)
        sqlite3_result_text64(to, h->lines.name, h->lines.name_size,
                              SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_text64(to, gn_buf_cstr(&h->lines.value),
                              h->lines.value.size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    return SQLITE_OK;
}

int gn_headersql_register(sqlite3 *db, struct gn_headersql *h)
{
    static const struct gn_each_kind kind = {
        .name = "headers_each",
        .columns = "i, name, value, headers hidden, surplus hidden",
        .signature = "headers",
        .first = 3,
        .least = 1,
        .most = 1,
        .size = sizeof(struct headers_each),
        .open = headers_open,
        .next = headers_next,
        .column = headers_column,
        .close = headers_close};

    h->db = db;
    return gn_each_register(db, &kind, h);
}
