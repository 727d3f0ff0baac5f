/* charsets.h - the encodings of web pages, by the names that are in use for
 * them (WHATWG's Encoding standard). Pure. */
#ifndef GN_EXTRACT_CHARSETS_H
#define GN_EXTRACT_CHARSETS_H

#include <stdbool.h>
#include <stddef.h>

enum gn_charset_kind {
    GN_CHARSET_UTF8,
    GN_CHARSET_UTF16,
    GN_CHARSET_SINGLE, /* a byte is a character */
    GN_CHARSET_PAIRS,  /* so is one of ASCII, and two or more others */
    GN_CHARSET_ESCAPES /* what bytes are changes on the way */
};

struct gn_charset {
    const char *name;
    const char *iconv; /* its name for the C library */
    enum gn_charset_kind kind;
    const char *labels; /* each between blanks */
};

/* The charset of a label, in any case and with blanks around it; NULL: there is
 * none. Static memory. */
const struct gn_charset *gn_charset_find(const char *label, size_t size);

#endif
