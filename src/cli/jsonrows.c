#include "cli/jsonrows.h"

#include <string.h>

#include "base/error.h"

void gn_jsonrows_fini(struct gn_jsonrows *r)
{
    gn_object_fini(&r->object);
}

static bool is_blank(char c)
{
    return c != '\0' && strchr(" \t\r\n", c) != NULL;
}

/* To what is no white space; *c 0: there is nothing more. */
static enum garner_code skip_blank(struct gn_scroll *s, char *c,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *c = '\0';
    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&s->chunks);
        const char *end = gn_chunks_end(&s->chunks);

        for (; at < end && is_blank(*at); at++)
            s->line += *at == '\n';
        s->chunks.done += (size_t)(at - gn_chunks_at(&s->chunks));
        if (at < end)
            *c = *at;
        if (at < end || s->chunks.ended)
            break;
        code = gn_scroll_more(s, err);
    }
    return code;
}

/* A whole value that begins here, with a brace. */
static enum garner_code whole(struct gn_scroll *s, size_t *size,
                              struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&s->chunks);
        const char *end = gn_chunks_end(&s->chunks);

        *size = gn_object_size(at, end);
        if (at + *size < end || s->chunks.ended)
            break;
        code = gn_scroll_more(s, err);
    }
    return code;
}

static enum garner_code read_object(struct gn_jsonrows *r, struct gn_scroll *s,
                                    struct gn_intake_row *row,
                                    struct garner_error *err)
{
    struct garner_error why = {0};
    size_t fault = 0;
    size_t size;
    size_t line = s->line;
    enum garner_code code = whole(s, &size, err);
    const char *at;

    if (code != GARNER_OK)
        return code;
    at = gn_chunks_at(&s->chunks);
    code = gn_object_read(&r->object, at, size, &fault, &why);
    if (code == GARNER_NOMEM)
        return gn_scroll_no_memory(s, err);
    for (size_t i = 0; i < size; i++) {
        s->line += at[i] == '\n';
        if (code != GARNER_OK && i == fault)
            return gn_scroll_wrong(s, s->line - (at[i] == '\n'), why.message,
                                   err);
    }
    if (code != GARNER_OK)
        return gn_scroll_wrong(s, s->line, why.message, err);
    s->chunks.done += size;
    *row = (struct gn_intake_row){r->object.names, r->object.values,
                                  r->object.count, line};
    return GARNER_OK;
}

enum garner_code gn_jsonrows_next(struct gn_jsonrows *r, struct gn_scroll *s,
                                  struct gn_intake_row *row,
                                  struct garner_error *err)
{
    char c;
    enum garner_code code = r->is_over ? GARNER_DONE : skip_blank(s, &c, err);

    if (code == GARNER_OK && !r->in_array && !r->had_one && c == '[') {
        r->in_array = true;
        s->chunks.done++;
        code = skip_blank(s, &c, err);
    } else if (code == GARNER_OK && r->in_array && r->had_one && c == ',') {
        s->chunks.done++;
        code = skip_blank(s, &c, err);
        if (code == GARNER_OK && c == ']')
            return gn_scroll_wrong(s, s->line, "after a comma there is nothing",
                                   err);
    } else if (code == GARNER_OK && r->in_array && r->had_one && c == '{') {
        return gn_scroll_wrong(s, s->line,
                               "a comma is missing before this object", err);
    }
    if (code != GARNER_OK)
        return code;
    if (r->in_array && c == ']') {
        s->chunks.done++;
        r->is_over = true;
        code = skip_blank(s, &c, err);
        if (code == GARNER_OK && c != '\0')
            return gn_scroll_wrong(s, s->line, "there is more behind the array",
                                   err);
        return code == GARNER_OK ? GARNER_DONE : code;
    }
    if (c == '\0' && gn_chunks_at(&s->chunks) == gn_chunks_end(&s->chunks))
        return r->in_array
                   ? gn_scroll_wrong(s, s->line, "the array does not end", err)
                   : GARNER_DONE;
    if (c != '{')
        return gn_scroll_wrong(
            s, s->line,
            "here is no JSON object; a row is {\"column\": value, "
            "...}",
            err);
    r->had_one = true;
    return read_object(r, s, row, err);
}
