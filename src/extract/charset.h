/*
 * charset.h - which encoding a body is in, in the order in which browsers look
 * (WHATWG): its byte order mark, the charset of its Content-Type, what it says
 * of itself (an XML declaration, a meta element of HTML); else UTF-8 if it is
 * that, else windows-1252. A name that nobody knows is passed over. Pure.
 */
#ifndef GN_EXTRACT_CHARSET_H
#define GN_EXTRACT_CHARSET_H

#include <stddef.h>

#include "extract/charsets.h"

enum { GN_CHARSET_LOOK = 4096 }; /* bytes in which a body says it */

/* The charset of a body; type is its Content-Type, of type_size bytes. NULL: it
 * looks like no text (an image, something compressed), and nothing says that it
 * is one. */
const struct gn_charset *gn_charset_detect(const char *body, size_t size,
                                           const char *type, size_t type_size);

#endif
