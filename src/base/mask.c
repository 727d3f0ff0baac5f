#include "base/mask.h"

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

static size_t longest(const char *text, const char *const *secrets,
                      size_t least)
{
    size_t most = 0;

    for (; *secrets != NULL; secrets++) {
        const size_t size =
            strlen(*secrets) >= least ? match(text, *secrets) : 0;

        most = size > most ? size : most;
    }
    return most;
}

/* Appends [text, end); a secret may go on behind it. Returns where that does,
 * or end. */
static const char *mask(struct gn_buf *out, const char *text, const char *end,
                        const char *const *secrets, size_t least)
{
    const char *hidden = text; /* so far */

    for (const char *p = text; p < end; p++) {
        const size_t size = secrets != NULL ? longest(p, secrets, least) : 0;

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
    (void)mask(out, text, text + strlen(text), secrets, least);
}

void gn_mask_first(struct gn_buf *out, const char *text, size_t size,
                   const char *const *secrets, size_t least)
{
    (void)mask(out, text, text + size, secrets, least);
}

void gn_mask_url(struct gn_buf *out, const char *url,
                 const char *const *secrets)
{
    const char *host = strstr(url, "://");
    const char *path = url;

    if (host != NULL)
        path = host + 3 + strcspn(host + 3, "/?#");
    path = mask(out, url, path, secrets, GN_MASK_LONG);
    (void)mask(out, path, path + strlen(path), secrets, 1);
}
