#include "extract/csv.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

void gn_csv_init(struct gn_csv *c, const char *text, size_t size)
{
    *c = (struct gn_csv){.at = text,
                         .end = text + size,
                         .line = 1,
                         .delimiter = ',',
                         .quote = '"'};
}

void gn_csv_fini(struct gn_csv *c)
{
    gn_free(c->fields);
    gn_buf_fini(&c->undone);
    *c = (struct gn_csv){0};
}

static bool at_line_end(const struct gn_csv *c)
{
    return c->at < c->end && (*c->at == '\n' || *c->at == '\r');
}

static void skip_line_end(struct gn_csv *c)
{
    if (*c->at == '\r' && c->end - c->at > 1 && c->at[1] == '\n')
        c->at++;
    c->at++;
    c->line++;
}

/* text NULL: it is in undone, from byte size on; see settle. */
static enum garner_code add_field(struct gn_csv *c, const char *text,
                                  size_t size)
{
    if (c->count == GN_CSV_MOST_FIELDS) {
        c->fault = "too many fields";
        return GARNER_OK;
    }
    if (c->count == c->room) {
        const size_t room = c->room * 2 + 16;
        struct gn_csv_field *fields =
            gn_realloc(c->fields, room * sizeof fields[0]);

        if (fields == NULL)
            return GARNER_NOMEM;
        c->fields = fields;
        c->room = room;
    }
    c->fields[c->count++] = (struct gn_csv_field){text, size};
    return GARNER_OK;
}

static const char *plain_end(const struct gn_csv *c, const char *at)
{
    while (at < c->end && *at != c->delimiter && *at != '\n' && *at != '\r')
        at++;
    return at;
}

/* The next quote; the end, and a fault, if there is none. Counts lines. */
static const char *find_quote(struct gn_csv *c, const char *from)
{
    const char *quote = memchr(from, c->quote, (size_t)(c->end - from));
    const char *stop = quote != NULL ? quote : c->end;

    for (const char *at = from; at < stop; at++)
        c->line +=
            *at == '\n' || (*at == '\r' && !(at + 1 < c->end && at[1] == '\n'));
    if (quote == NULL)
        c->fault = "a quoted field does not end";
    return stop;
}

static enum garner_code read_quoted(struct gn_csv *c)
{
    const char *start = ++c->at;
    const char *end = find_quote(c, start);
    const size_t undone = c->undone.size;
    bool doubled = false;
    size_t size;

    while (c->end - end > 1 && end[1] == c->quote) {
        doubled = true;
        gn_buf_append(&c->undone, start, (size_t)(end + 1 - start));
        start = end + 2;
        end = find_quote(c, start);
    }
    c->at = end < c->end ? end + 1 : end;
    size = (size_t)(end - start);
    if (c->at < c->end && *c->at != c->delimiter && !at_line_end(c)) {
        const char *rest = c->at;

        c->fault = "there is text after the closing quote";
        c->at = plain_end(c, rest);
        doubled = true;
        gn_buf_append(&c->undone, start, size);
        start = rest;
        size = (size_t)(c->at - rest);
    }
    if (!doubled)
        return add_field(c, start, size);
    gn_buf_append(&c->undone, start, size);
    return gn_buf_failed(&c->undone) ? GARNER_NOMEM
                                     : add_field(c, NULL, undone);
}

static enum garner_code read_field(struct gn_csv *c)
{
    const char *start = c->at;

    if (c->at < c->end && c->quote != '\0' && *c->at == c->quote)
        return read_quoted(c);
    c->at = plain_end(c, start);
    return add_field(c, start, (size_t)(c->at - start));
}

/* The buffer has stopped moving: where the fields in it are. */
static void settle(struct gn_csv *c)
{
    size_t end = c->undone.size;

    for (size_t i = c->count; i-- > 0;) {
        struct gn_csv_field *f = &c->fields[i];

        if (f->text != NULL)
            continue;
        f->text = gn_buf_cstr(&c->undone) + f->size;
        f->size = end - f->size;
        end -= f->size;
    }
}

enum garner_code gn_csv_next(struct gn_csv *c)
{
    enum garner_code code;

    while (at_line_end(c))
        skip_line_end(c);
    if (c->at == c->end)
        return GARNER_DONE;
    c->count = 0;
    c->fault = NULL;
    c->record_line = c->line;
    gn_buf_clear(&c->undone);
    code = read_field(c);
    while (code == GARNER_OK && c->at < c->end && *c->at == c->delimiter) {
        c->at++;
        code = read_field(c);
    }
    if (at_line_end(c))
        skip_line_end(c);
    settle(c);
    return code;
}
