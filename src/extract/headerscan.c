#include "extract/headerscan.h"

#include <stdbool.h>
#include <string.h>

struct line {
    const char *at;
    size_t size; /* without its end */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void gn_headerscan_init(struct gn_headerscan *h, const char *text, size_t size)
{
    *h = (struct gn_headerscan){.next = text, .end = text + size};
}

void gn_headerscan_fini(struct gn_headerscan *h)
{
    gn_buf_fini(&h->value);
}

static struct line take_line(struct gn_headerscan *h)
{
    const char *stop = memchr(h->next, '\n', (size_t)(h->end - h->next));
    struct line l = {h->next,
                     (size_t)((stop != NULL ? stop : h->end) - h->next)};

    h->next = stop != NULL ? stop + 1 : h->end;
    h->lines++;
    if (l.size > 0 && l.at[l.size - 1] == '\r')
        l.size--;
    return l;
}

/* Appends what is between the blanks at both ends. */
static void append_value(struct gn_headerscan *h, const char *at, size_t size)
{
    while (size > 0 && is_blank(at[size - 1]))
        size--;
    while (size > 0 && is_blank(*at)) {
        at++;
        size--;
    }
    if (h->value.size > 0 && size > 0)
        gn_buf_byte(&h->value, ' ');
    gn_buf_append(&h->value, at, size);
}

enum garner_code gn_headerscan_next(struct gn_headerscan *h)
{
    struct line l;
    const char *colon;

    do { /* a status line begins a head, an empty one ends it */
        if (h->next == h->end)
            return GARNER_DONE;
        l = take_line(h);
    } while (l.size == 0 || (l.size > 5 && memcmp(l.at, "HTTP/", 5) == 0));
    h->line = h->lines;
    colon = memchr(l.at, ':', l.size);
    if (colon == NULL || colon == l.at || is_blank(*l.at))
        return GARNER_INVALID;
    h->name = l.at;
    h->name_size = (size_t)(colon - l.at);
    while (is_blank(h->name[h->name_size - 1]))
        h->name_size--;
    gn_buf_clear(&h->value);
    append_value(h, colon + 1, l.size - (size_t)(colon + 1 - l.at));
    while (h->next < h->end && is_blank(*h->next)) {
        l = take_line(h);
        append_value(h, l.at, l.size);
    }
    return gn_buf_failed(&h->value) ? GARNER_NOMEM : GARNER_OK;
}
