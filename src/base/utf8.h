/* utf8.h - is it UTF-8 (RFC 3629)? Pure. */
#ifndef GN_BASE_UTF8_H
#define GN_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the character that s begins with, of the size bytes there; 0: they
 * begin with none (a stray byte, an overlong form, a surrogate, a cut). */
size_t gn_utf8_length(const char *s, size_t size);

/* Bytes from the beginning of text, which has size, that are whole characters;
 * size: it is UTF-8. */
size_t gn_utf8_good(const char *text, size_t size);

#endif
