/*
 * headers.h - the header lines of a reply as one JSON object: the parameter
 * :headers.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_HEADERS_H
#define GN_ENGINE_HEADERS_H

#include "base/buf.h"

/* Appends to json the object made of lines "name: value\n". A name that comes
 * several times gets all its values in their order, joined by ", " (RFC 9110
 * section 5.2). A failed allocation shows in gn_buf_failed(json). */
void gn_headers_json(const char *lines, struct gn_buf *json);

#endif
