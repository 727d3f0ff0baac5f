#include "extract/excerpt.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* Most bytes shown before and after the spot; with dots and mark they fit into
 * GN_EXCERPT_SIZE. */
enum { BEFORE = 36, AFTER = 48 };

static bool continues(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

struct gn_place gn_place_of(const char *text, size_t size, size_t at)
{
    struct gn_place place = {1, 1};

    for (size_t i = 0; i < at && i < size; i++) {
        if (text[i] == '\n')
            place = (struct gn_place){place.line + 1, 1};
        else if (!continues((unsigned char)text[i]))
            place.column++;
    }
    return place;
}

/* Writes text[from..to) to out, tidied; returns the end of what it wrote. */
static char *tidy(char *out, const char *text, size_t from, size_t to)
{
    const unsigned char *s = (const unsigned char *)text;
    bool space = true; /* none at the start */

    while (from < to) {
        const size_t length = gn_utf8_length(text + from, to - from);
        const bool blank =
            s[from] == ' ' || (s[from] >= '\t' && s[from] <= '\r');

        if (blank) {
            if (!space)
                *out++ = ' ';
        } else if (length == 0 || s[from] < 0x20 || s[from] == 0x7f) {
            *out++ = '?';
        } else {
            memcpy(out, s + from, length);
            out += length;
        }
        space = blank;
        from += length == 0 ? 1 : length;
    }
    return out;
}

static char *dots(char *out, bool wanted)
{
    for (int i = 0; i < 3 && wanted; i++)
        *out++ = '.';
    return out;
}

void gn_excerpt(char out[GN_EXCERPT_SIZE], const char *text, size_t size,
                size_t at)
{
    const bool marked = at != GN_EXCERPT_START;
    const size_t spot = !marked ? 0 : at < size ? at : size;
    size_t from = spot > BEFORE ? spot - BEFORE : 0;
    size_t to = size - spot > AFTER ? spot + AFTER : size;

    while (from > 0 && from < spot && continues((unsigned char)text[from]))
        from++;
    while (to < size && to > spot && continues((unsigned char)text[to]))
        to--;
    out = dots(out, from > 0);
    out = tidy(out, text, from, spot);
    if (marked)
        *out++ = '^';
    out = tidy(out, text, spot, to);
    out = dots(out, to < size);
    *out = '\0';
}
