#include "extract/sitemapsql.h"

#include <stdlib.h>

#include "extract/each.h"
#include "extract/give.h"
#include "extract/inflate.h"
#include "extract/sitemap.h"

struct sitemap_each {
    struct gn_each base;
    struct gn_held text;
    struct gn_buf unpacked;
    struct gn_sitemap sitemap;
};

static int sitemap_open(struct gn_each *e, sqlite3_value **args)
{
    struct sitemap_each *s = (struct sitemap_each *)e;
    const struct gn_sitemapsql *context = e->context;
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;
    const char *text;
    size_t size;

    if (!gn_held_init(&s->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    text = s->text.data;
    size = s->text.size;
    if (text == NULL)
        return SQLITE_OK;
    if (gn_inflate_is_gzip(text, size)) {
        code = gn_inflate(text, size, NULL, &s->unpacked, &err);
        text = gn_buf_cstr(&s->unpacked);
        size = s->unpacked.size;
    }
    if (code == GARNER_OK)
        code = gn_sitemap_open(&s->sitemap, text, size, context->budget, &err);
    if (code != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = s->sitemap.done;
    return SQLITE_OK;
}

static int sitemap_next(struct gn_each *e)
{
    struct sitemap_each *s = (struct sitemap_each *)e;
    struct garner_error err = {0};

    if (gn_sitemap_next(&s->sitemap, &err) != GARNER_OK)
        return gn_give_failure(e, &err);
    e->done = s->sitemap.done;
    return SQLITE_OK;
}

static void sitemap_close(struct gn_each *e)
{
    struct sitemap_each *s = (struct sitemap_each *)e;

    gn_sitemap_close(&s->sitemap);
    gn_buf_fini(&s->unpacked);
    gn_held_fini(&s->text);
}

/* A number; what is none is left out. */
static int give_number(sqlite3_context *to, struct gn_buf *text)
{
    char *end;
    const double value = strtod(gn_buf_cstr(text), &end);
    const bool is_number = text->size > 0 && *end == '\0';
    const bool failed = gn_buf_failed(text);

    gn_buf_fini(text);
    if (is_number)
        sqlite3_result_double(to, value);
    return failed ? SQLITE_NOMEM : SQLITE_OK;
}

enum sitemap_column {
    SITEMAP_URL = 1,
    SITEMAP_KIND,
    SITEMAP_LASTMOD,
    SITEMAP_CHANGEFREQ,
    SITEMAP_PRIORITY
};

static int sitemap_column(struct gn_each *e, sqlite3_context *to, int column)
{
    static const enum gn_sitemap_field fields[] = {
        [SITEMAP_URL] = GN_SITEMAP_URL,
        [SITEMAP_LASTMOD] = GN_SITEMAP_LASTMOD,
        [SITEMAP_CHANGEFREQ] = GN_SITEMAP_CHANGEFREQ,
        [SITEMAP_PRIORITY] = GN_SITEMAP_PRIORITY};
    const struct sitemap_each *s = (struct sitemap_each *)e;
    struct gn_buf out = {0};

    if (column == SITEMAP_KIND) {
        sqlite3_result_text(to, s->sitemap.is_index ? "sitemap" : "url", -1,
                            SQLITE_STATIC);
        return SQLITE_OK;
    }
    gn_sitemap_field(&s->sitemap, fields[column], &out);
    return column == SITEMAP_PRIORITY ? give_number(to, &out)
                                      : gn_give_some(to, &out);
}

int gn_sitemapsql_register(sqlite3 *db, struct gn_sitemapsql *s)
{
    static const struct gn_each_kind kind = {
        .name = "sitemap_each",
        .columns = "i, url, kind, lastmod, changefreq, priority, doc hidden, "
                   "surplus hidden",
        .signature = "doc",
        .first = 6,
        .least = 1,
        .most = 1,
        .size = sizeof(struct sitemap_each),
        .open = sitemap_open,
        .next = sitemap_next,
        .column = sitemap_column,
        .close = sitemap_close};

    return gn_each_register(db, &kind, s);
}
