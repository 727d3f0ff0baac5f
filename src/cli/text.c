#include "cli/text.h"

#include <inttypes.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

void gn_text_init(void)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): before other threads */
    /* Built into glibc since 2.35; where it is missing, wide characters are
     * measured as one column. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        setlocale(LC_CTYPE, "");
    /* NOLINTEND(concurrency-mt-unsafe) */
}

/* One thing to show: a character, or the escape that stands for a byte. */
struct glyph {
    char bytes[8];
    size_t size;
    size_t taken; /* bytes of the text it stands for */
    size_t width;
};

static struct glyph escape(unsigned char byte)
{
    static const char names[] = "abtnvfr"; /* from U+0007 */
    struct glyph g = {.taken = 1};
    int n = byte >= 7 && byte <= 13
                ? snprintf(g.bytes, sizeof g.bytes, "\\%c", names[byte - 7])
                : snprintf(g.bytes, sizeof g.bytes, "\\x%02x", byte);

    g.size = g.width = (size_t)n;
    return g;
}

static struct glyph next_glyph(const char *text, size_t size)
{
    struct glyph g = {.taken = 1, .size = 1, .width = 1};
    mbstate_t state = {0};
    wchar_t wide;
    size_t n;
    int width;

    if (text[0] >= ' ' && text[0] <= '~') {
        g.bytes[0] = text[0];
        return g;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the state is ours */
    n = mbrtowc(&wide, text, size < 4 ? size : 4, &state);
    /* C1 controls (U+0080 to U+009F) are obeyed by terminals too. */
    if (n == 0 || n > 4 || wide < ' ' || (wide >= 0x7f && wide < 0xa0))
        return escape((unsigned char)text[0]);
    width = wcwidth(wide);
    memcpy(g.bytes, text, n);
    g.taken = g.size = n;
    g.width = width < 0 ? 1 : (size_t)width;
    return g;
}

/* The columns that all of text takes, or anything over most. */
static size_t measure(const char *text, size_t size, size_t most)
{
    size_t width = 0;

    for (size_t i = 0; i < size && width <= most;) {
        const struct glyph g = next_glyph(text + i, size - i);

        i += g.taken;
        width += g.width;
    }
    return width;
}

size_t gn_text_show(struct gn_buf *out, const char *text, size_t size,
                    size_t width)
{
    const bool cut = measure(text, size, width) > width;
    size_t used = 0;

    for (size_t i = 0; i < size;) {
        const struct glyph g = next_glyph(text + i, size - i);

        if (cut && used + g.width + 1 > width)
            break;
        if (out != NULL)
            gn_buf_append(out, g.bytes, g.size);
        i += g.taken;
        used += g.width;
    }
    if (!cut || width == 0)
        return used;
    if (out != NULL)
        gn_buf_text(out, "\xe2\x80\xa6"); /* U+2026 */
    return used + 1;
}

void gn_text_count(uint64_t count, char text[32])
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[to++] = ',';
        text[to++] = digits[i];
    }
    text[to] = '\0';
}

const char *gn_text_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Three digits: 1.25, 12.5, 125. */
static void three_digits(double value, const char *unit, char text[32])
{
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

    snprintf(text, 32, "%.*f %s", decimals, value, unit);
}

void gn_text_duration(int64_t us, char text[32])
{
    const int64_t s = us / 1000000;

    if (us < 1000)
        snprintf(text, 32, "%" PRId64 " us", us);
    else if (us < 999500)
        three_digits((double)us / 1e3, "ms", text);
    else if (s < 100)
        three_digits((double)us / 1e6, "s", text);
    else if (s < 3600)
        snprintf(text, 32, "%" PRId64 "m%02" PRId64 "s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(text, 32, "%" PRId64 "h%02" PRId64 "m", s / 3600, s / 60 % 60);
    else
        snprintf(text, 32, "%" PRId64 "d%02" PRId64 "h", s / 86400,
                 s / 3600 % 24);
}

/* Optimal string alignment, with three rows of its table. */
