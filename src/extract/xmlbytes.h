/*
 * xmlbytes.h - XML as it comes over the net becomes text that libxml2 can be
 * given: in UTF-8, and without a DTD, which might define entities, or point to
 * other files.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_XMLBYTES_H
#define GN_EXTRACT_XMLBYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the XML in UTF-8. What already is UTF-8 stays, whatever it says it
 * is; else a byte order mark, or the declaration's encoding, tells what it is.
 * false: it cannot be told; what was appended is of no use. Out of memory shows
 * in out. */
bool gn_xmlbytes_decode(const char *xml, size_t size, struct gn_buf *out);

/* Writes spaces over <!DOCTYPE ...>, so that all else stays where it is. */
void gn_xmlbytes_blank_doctype(char *xml, size_t size);

/* Appends the XML as its writer will have meant it: bytes that are not UTF-8
 * become U+FFFD, characters that XML does not allow are left out, HTML's
 * entities (&nbsp;) are resolved, and an & that begins nothing is one. */
void gn_xmlbytes_repair(const char *xml, size_t size, struct gn_buf *out);

/* Where a tag begins that has more than most attributes: libxml2 compares each
 * with all others. size: there is none. */
size_t gn_xmlbytes_crowded(const char *xml, size_t size, size_t most);

#endif
