#include "extract/feedsql.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/jsonfeed.h"
#include "extract/xmlfeed.h"

struct feed_each {
    struct gn_each base;
    struct gn_held text;
    bool is_json;
    struct gn_xmlfeed xml;
    struct gn_jsonfeed json;
};

static void look_for_end(struct feed_each *f)
{
    f->base.done =
        f->is_json ? f->json.item == NULL : (size_t)f->base.row > f->xml.count;
}

static int feed_open(struct gn_each *e, sqlite3_value **args)
{
    struct feed_each *f = (struct feed_each *)e;
    const struct gn_feedsql *context = e->context;
    struct garner_error err = {0};
    enum garner_code code;
    size_t blank = 0;

    if (!gn_held_init(&f->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    if (f->text.data == NULL)
        return SQLITE_OK;
    while (blank < f->text.size &&
           strchr(" \t\r\n", f->text.data[blank]) != NULL)
        blank++;
    if (blank == f->text.size)
        return gn_each_fail(e, "the text is empty, and no feed");
    f->is_json = f->text.data[blank] == '{';
    code = f->is_json
               ? gn_jsonfeed_open(&f->json, f->text.data, f->text.size, &err)
               : gn_xmlfeed_open(&f->xml, f->text.data, f->text.size,
                                 context->budget, &err);
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    look_for_end(f);
    return SQLITE_OK;
}

static int feed_next(struct gn_each *e)
{
    struct feed_each *f = (struct feed_each *)e;

    if (f->is_json)
        gn_jsonfeed_next(&f->json);
    look_for_end(f);
    return SQLITE_OK;
}

static void feed_close(struct gn_each *e)
{
    struct feed_each *f = (struct feed_each *)e;

    gn_xmlfeed_close(&f->xml);
    gn_held_fini(&f->text);
}

/* A number of bytes; what is none is left out. */
static int give_length(sqlite3_context *to, struct gn_buf *text)
{
    const char *digits = gn_buf_cstr(text);
    const size_t n = strspn(digits, "0123456789");

    if (gn_buf_failed(text)) {
        gn_buf_fini(text);
        return SQLITE_NOMEM;
    }
    if (n > 0 && n < 19 && digits[n] == '\0')
        sqlite3_result_int64(to, strtoll(digits, NULL, 10));
    gn_buf_fini(text);
    return SQLITE_OK;
}

/* The columns after i are the fields, in their order. */
static int feed_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct feed_each *f = (struct feed_each *)e;
    const enum gn_feed_field field = (enum gn_feed_field)(column - 1);
    struct gn_buf out = {0};

    if (f->is_json)
        gn_jsonfeed_field(&f->json, field, &out);
    else
        gn_xmlfeed_field(&f->xml, (size_t)e->row - 1, field, &out);
    return field == GN_FEED_ENCLOSURE_LENGTH ? give_length(to, &out)
                                             : gn_give_some(to, &out);
}

int gn_feedsql_register(sqlite3 *db, struct gn_feedsql *f)
{
    static const struct gn_each_kind kind = {
        .name = "feed_each",
        .columns = "i, guid, link, title, author, published, updated, summary, "
                   "content, categories, enclosure_url, enclosure_type, "
                   "enclosure_length, doc hidden, surplus hidden",
        .signature = "doc",
        .first = 1 + GN_FEED_FIELDS,
        .least = 1,
        .most = 1,
        .size = sizeof(struct feed_each),
        .open = feed_open,
        .next = feed_next,
        .column = feed_column,
        .close = feed_close};

    return gn_each_register(db, &kind, f);
}
