#include "base/mask.h"

#include <stdbool.h>
#include <string.h>

enum { MOST_TIMES = 3 };

/* The value of a hexadecimal digit; -1: it is none. */
static int digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    const int value = at != NULL ? (int)(at - digits) : -1;

    return value < 16 ? value : value - 6;
}

/* How many bytes of text stand for byte, which may be encoded so many times: a
 * URL in a URL is, twice (%2540 for @). 0: they do not. */
static size_t unit(const char *text, char byte, int times)
{
    const char *p = text + 1;
    int high;
    int low;

    if (*text == '%') {
        while (--times > 0 && strncmp(p, "25", 2) == 0)
            p += 2;
        high = times == 0 ? digit(p[0]) : -1;
        low = high >= 0 ? digit(p[1]) : -1;
        if (low >= 0 && high * 16 + low == (unsigned char)byte)
            return (size_t)(p + 2 - text);
    }
    return *text == byte || (*text == '+' && byte == ' ') ? 1 : 0;
}

/* How many bytes text repeats secret in; 0: it does not begin with it. */
static size_t match(const char *text, const char *secret)
{
    const size_t size = strlen(secret);

    for (int times = 1; times <= MOST_TIMES; times++) {
        const char *p = text;
        size_t taken = 1;

        for (const char *s = secret; *s != '\0' && taken > 0; s++) {
            taken = unit(p, *s, times);
            p += taken;
        }
        if (taken > 0)
            return (size_t)(p - text);
    }
    return strncmp(text, secret, size) == 0 ? size : 0;
}

/* Whether a piece ends there, or the next one begins. */
static bool is_cut(const char *text)
{
    return *text == '\0' || *text == '^' || strncmp(text, "...", 3) == 0;
}

/* How many bytes before a cut text repeats the beginning of secret in, if that
 * is least of it or more; 0: it does not. */
static size_t match_head(const char *text, const char *secret, size_t least)
{
    size_t most = 0;

    for (int times = 1; times <= MOST_TIMES; times++) {
        const char *p = text;
        size_t taken = 1;

        for (size_t n = 0; secret[n] != '\0' && taken > 0; n++) {
            if (n >= least && is_cut(p) && (size_t)(p - text) > most)
                most = (size_t)(p - text);
            taken = unit(p, secret[n], times);
            p += taken;
        }
    }
    return most;
}

/* The same of the end of secret, where text stands behind a cut. */
static size_t match_tail(const char *text, const char *secret, size_t least)
{
    for (size_t size = strlen(secret); size > least; size--) {
        const size_t taken = match(text, ++secret);

        if (taken > 0)
            return taken;
    }
    return 0;
}

/* What is looked for. */
struct hunt {
    const char *const *secrets;
    size_t least;
    bool pieces; /* of them, too */
};

static size_t longest(const char *text, const struct hunt *h, bool behind_cut)
{
    size_t most = 0;

    for (const char *const *s = h->secrets; *s != NULL; s++) {
        size_t size = strlen(*s) >= h->least ? match(text, *s) : 0;

        most = size > most ? size : most;
        if (!h->pieces)
            continue;
        size = match_head(text, *s, h->least);
        most = size > most ? size : most;
        size = behind_cut ? match_tail(text, *s, h->least) : 0;
        most = size > most ? size : most;
    }
    return most;
}

/* Whether what is at text, in a longer one from start on, is behind a cut. */
static bool is_behind_cut(const char *start, const char *text)
{
    return (text > start && text[-1] == '^') ||
           (text - start >= 3 && strncmp(text - 3, "...", 3) == 0);
}

/* Appends [text, end); a secret may go on behind it. Returns where that does,
 * or end. */
static const char *mask(struct gn_buf *out, const char *text, const char *end,
                        const struct hunt *h)
{
    const char *hidden = text; /* so far */

    for (const char *p = text; p < end; p++) {
        const size_t size =
            h->secrets != NULL ? longest(p, h, is_behind_cut(text, p)) : 0;

        if (size > 0 && p >= hidden)
            gn_buf_text(out, "***");
        if (size > 0 && p + size > hidden)
            hidden = p + size;
        if (p >= hidden)
            gn_buf_byte(out, *p);
    }
    return hidden > end ? hidden : end;
}

void gn_mask(struct gn_buf *out, const char *text, const char *const *secrets,
             size_t least)
{
    gn_mask_first(out, text, strlen(text), secrets, least);
}

void gn_mask_first(struct gn_buf *out, const char *text, size_t size,
                   const char *const *secrets, size_t least)
{
    const struct hunt h = {secrets, least, false};

    (void)mask(out, text, text + size, &h);
}

void gn_mask_pieces(struct gn_buf *out, const char *text,
                    const char *const *secrets, size_t least)
{
    const struct hunt h = {secrets, least, true};

    (void)mask(out, text, text + strlen(text), &h);
}

void gn_mask_url(struct gn_buf *out, const char *url,
                 const char *const *secrets)
{
    const struct hunt before = {secrets, GN_MASK_LONG, false};
    const struct hunt behind = {secrets, 1, false};
    const char *host = strstr(url, "://");
    const char *path = url;

    if (host != NULL)
        path = host + 3 + strcspn(host + 3, "/?#");
    path = mask(out, url, path, &before);
    (void)mask(out, path, path + strlen(path), &behind);
}
