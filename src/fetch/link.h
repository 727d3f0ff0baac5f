/* link.h - the header Link (RFC 8288), of a page that has a next one. Pure. */
#ifndef GN_FETCH_LINK_H
#define GN_FETCH_LINK_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends to out where the first link of the relation "next" leads, as it is
 * written, by headers, lines "name: value\n" with names in lower case. Links
 * that are about something else than the page (anchor) do not count. false:
 * there is none. */
bool gn_link_next(const char *headers, struct gn_buf *out);

#endif
