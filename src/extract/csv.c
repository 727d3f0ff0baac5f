#include "extract/csv.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* What a byte is, in kinds, beside what csv.h has. */
enum { ENDS_FIELD = 1, ENDS_LINE = 2, IS_QUOTE = 4 };

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

static void set_kinds(struct gn_csv *c)
{
    for (int i = 0; i < 256; i++)
        c->kinds[i] = i >= 0x80                          ? GN_CSV_WIDE
                      : i < ' ' || i == '"' || i == '\\' ? GN_CSV_ODD
                                                         : 0;
    c->kinds['\n'] |= ENDS_FIELD | ENDS_LINE;
    c->kinds['\r'] |= ENDS_FIELD | ENDS_LINE;
    c->kinds[(unsigned char)c->delimiter] |= ENDS_FIELD;
    if (c->quote != '\0')
        c->kinds[(unsigned char)c->quote] |= IS_QUOTE;
}

static bool is(const struct gn_csv *c, const char *at, int kind)
{
    return at < c->end && (c->kinds[(unsigned char)*at] & kind) != 0;
}

static void skip_line_end(struct gn_csv *c)
{
    if (*c->at == '\r' && c->end - c->at > 1 && c->at[1] == '\n')
        c->at++;
    c->at++;
    c->line++;
}

static enum garner_code make_room(struct gn_csv *c)
{
    const size_t room = c->room * 2 + 16;
    struct gn_csv_field *fields =
        gn_realloc(c->fields, room * sizeof fields[0]);

    if (fields == NULL)
        return GARNER_NOMEM;
    c->fields = fields;
    c->room = room;
    return GARNER_OK;
}

/* text NULL: it is in undone, from byte size on; see settle. */
static inline enum garner_code add_field(struct gn_csv *c, const char *text,
                                         size_t size)
{
    if (c->count == c->room && make_room(c) != GARNER_OK)
        return GARNER_NOMEM;
    if (c->count == GN_CSV_MOST_FIELDS) {
        c->fault = "too many fields";
        return GARNER_OK;
    }
    c->fields[c->count++] = (struct gn_csv_field){text, size};
    return GARNER_OK;
}

static const char *plain_end(struct gn_csv *c, const char *at)
{
    const unsigned char *kinds = c->kinds;
    const char *end = c->end;
    int seen = 0;

    for (int kind; at < end; at++, seen |= kind) {
        kind = kinds[(unsigned char)*at];
        if ((kind & ENDS_FIELD) != 0)
            break;
    }
    c->seen |= seen;
    return at;
}

static size_t count_lines(const char *at, const char *stop, const char *end)
{
    size_t lines = 0;

    for (; at < stop; at++)
        lines +=
            *at == '\n' || (*at == '\r' && !(at + 1 < end && at[1] == '\n'));
    return lines;
}

/* The next quote; the end, and a fault, if there is none. Counts lines. */
static const char *find_quote(struct gn_csv *c, const char *start)
{
    const unsigned char *kinds = c->kinds;
    const char *end = c->end;
    const char *at = start;
    int seen = 0;

    for (int kind; at < end; at++, seen |= kind) {
        kind = kinds[(unsigned char)*at];
        if ((kind & IS_QUOTE) != 0)
            break;
    }
    c->seen |= seen;
    if ((seen & ENDS_LINE) != 0)
        c->line += count_lines(start, at, end);
    if (at == end)
        c->fault = "a quoted field does not end";
    return at;
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
        c->seen |= GN_CSV_ODD;
        gn_buf_append(&c->undone, start, (size_t)(end + 1 - start));
        start = end + 2;
        end = find_quote(c, start);
    }
    c->at = end < c->end ? end + 1 : end;
    size = (size_t)(end - start);
    if (c->at < c->end && !is(c, c->at, ENDS_FIELD)) {
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

    if (is(c, c->at, IS_QUOTE))
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

    if (c->kinds['\n'] == 0)
        set_kinds(c);
    while (is(c, c->at, ENDS_LINE))
        skip_line_end(c);
    if (c->at == c->end)
        return GARNER_DONE;
    c->count = 0;
    c->seen = 0;
    c->fault = NULL;
    c->record_line = c->line;
    gn_buf_clear(&c->undone);
    code = read_field(c);
    while (code == GARNER_OK && c->at < c->end && *c->at == c->delimiter) {
        c->at++;
        code = read_field(c);
    }
    if (is(c, c->at, ENDS_LINE))
        skip_line_end(c);
    if (c->undone.size > 0)
        settle(c);
    return code;
}
