#include "extract/jsonfeed.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "extract/excerpt.h"
#include "extract/jsonfault.h"
#include "extract/jsonscan.h"

/* What is at path, which is right, in the value at at; NULL: nothing. */
static const char *find(const struct gn_jsonfeed *f, const char *at,
                        const char *path, struct gn_buf *out)
{
    const char *found = NULL;
    size_t fault;

    if (at != NULL &&
        gn_jsonscan_find(at, f->end, path, &found, &fault) != GARNER_OK)
        out->failed = true;
    return found;
}

/* Appends a text or a number; nothing else is one. */
static void append(const struct gn_jsonfeed *f, const char *at,
                   struct gn_buf *out)
{
    if (at == NULL)
        return;
    if (*at == '"')
        gn_jsonscan_text(at, f->end, out);
    else if (*at == '-' || (*at >= '0' && *at <= '9'))
        gn_buf_append(out, at, (size_t)(gn_jsonscan_end(at, f->end) - at));
}

/* Appends what is at the first of two paths that has something. */
static void append_first(const struct gn_jsonfeed *f, const char *path,
                         const char *other, struct gn_buf *out)
{
    append(f, find(f, f->item, path, out), out);
    if (out->size == 0 && other != NULL)
        append(f, find(f, f->item, other, out), out);
}

/* The element of an array at at, or the one that follows at; NULL: no more. */
static const char *element(const struct gn_jsonfeed *f, const char *at)
{
    at = gn_jsonscan_blank(at + 1, f->end);
    return *at == ']' ? NULL : at;
}

static const char *next_element(const struct gn_jsonfeed *f, const char *at)
{
    at = gn_jsonscan_blank(gn_jsonscan_end(at, f->end), f->end);
    return *at == ',' ? element(f, at) : NULL;
}

/* Version 1.1 has several, 1 had one. */
static void append_authors(const struct gn_jsonfeed *f, const char *authors,
                           const char *one, struct gn_buf *out)
{
    const char *author =
        authors != NULL && *authors == '[' ? element(f, authors) : NULL;
    struct gn_buf name = {0};

    for (; author != NULL; author = next_element(f, author)) {
        gn_buf_clear(&name);
        append(f, find(f, author, "$.name", &name), &name);
        if (name.size > 0 && out->size > 0)
            gn_buf_text(out, ", ");
        gn_buf_append(out, gn_buf_cstr(&name), name.size);
        out->failed = out->failed || gn_buf_failed(&name);
    }
    gn_buf_fini(&name);
    if (out->size == 0)
        append(f, one, out);
}

static void append_tags(const struct gn_jsonfeed *f, struct gn_buf *out)
{
    const char *tags = find(f, f->item, "$.tags", out);
    const char *tag = tags != NULL && *tags == '[' ? element(f, tags) : NULL;
    struct gn_buf text = {0};
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '[');
    for (; tag != NULL; tag = next_element(f, tag)) {
        gn_buf_clear(&text);
        append(f, tag, &text);
        out->failed = out->failed || gn_buf_failed(&text);
        if (text.size > 0)
            gn_json_text_n(&json, text.data, text.size);
    }
    gn_json_close(&json, ']');
    gn_buf_fini(&text);
}

void gn_jsonfeed_field(const struct gn_jsonfeed *f, enum gn_feed_field field,
                       struct gn_buf *out)
{
    static const char *const paths[GN_FEED_FIELDS][2] = {
        [GN_FEED_GUID] = {"$.id", NULL},
        [GN_FEED_LINK] = {"$.url", "$.external_url"},
        [GN_FEED_TITLE] = {"$.title", NULL},
        [GN_FEED_PUBLISHED] = {"$.date_published", NULL},
        [GN_FEED_UPDATED] = {"$.date_modified", NULL},
        [GN_FEED_SUMMARY] = {"$.summary", NULL},
        [GN_FEED_CONTENT] = {"$.content_html", "$.content_text"},
        [GN_FEED_ENCLOSURE_URL] = {"$.attachments[0].url", NULL},
        [GN_FEED_ENCLOSURE_TYPE] = {"$.attachments[0].mime_type", NULL},
        [GN_FEED_ENCLOSURE_LENGTH] = {"$.attachments[0].size_in_bytes", NULL},
    };

    if (field == GN_FEED_CATEGORIES) {
        append_tags(f, out);
    } else if (field == GN_FEED_AUTHOR) {
        append_authors(f, find(f, f->item, "$.authors", out),
                       find(f, f->item, "$.author.name", out), out);
        if (out->size == 0)
            append_authors(f, f->authors, f->author, out);
    } else {
        append_first(f, paths[field][0], paths[field][1], out);
    }
}

/* The version says what it is. */
static enum garner_code check_version(const struct gn_jsonfeed *f,
                                      const char *top, struct garner_error *err)
{
    struct gn_buf version = {0};
    enum garner_code code = GARNER_OK;

    append(f, find(f, top, "$.version", &version), &version);
    if (gn_buf_failed(&version))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a feed");
    else if (strstr(gn_buf_cstr(&version), "jsonfeed.org/version/") == NULL)
        code = gn_fail(err, GARNER_INVALID,
                       "it is JSON, but no JSON Feed, whose \"version\" is "
                       "https://jsonfeed.org/version/1.1 or 1: \"%.60s\"",
                       gn_buf_cstr(&version));
    gn_buf_fini(&version);
    return code;
}

enum garner_code gn_jsonfeed_open(struct gn_jsonfeed *f, const char *text,
                                  size_t size, struct garner_error *err)
{
    struct gn_json_fault fault;
    struct gn_buf lost = {0};
    enum garner_code code;
    const char *top;
    const char *items;

    *f = (struct gn_jsonfeed){.end = text + size};
    if (gn_json_fault(text, size, &fault)) {
        const struct gn_place place = gn_place_of(text, size, fault.at);
        char excerpt[GN_EXCERPT_SIZE];

        gn_excerpt(excerpt, text, size, fault.at);
        return gn_fail(err, GARNER_INVALID,
                       "no JSON from line %zu, column %zu on: %s: %s",
                       place.line, place.column, fault.what, excerpt);
    }
    top = gn_jsonscan_blank(text, f->end);
    code = check_version(f, top, err);
    if (code != GARNER_OK)
        return code;
    items = find(f, top, "$.items", &lost);
    f->authors = find(f, top, "$.authors", &lost);
    f->author = find(f, top, "$.author.name", &lost);
    if (gn_buf_failed(&lost))
        return gn_fail(err, GARNER_NOMEM, "no memory for a feed");
    if (items == NULL || *items != '[')
        return gn_fail(err, GARNER_INVALID,
                       "the JSON Feed has no array \"items\"");
    f->item = element(f, items);
    return GARNER_OK;
}

void gn_jsonfeed_next(struct gn_jsonfeed *f)
{
    f->item = next_element(f, f->item);
}
