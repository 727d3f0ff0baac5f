/* url_join.h - a link, as it is meant on the page where it stands. Pure. */
#ifndef GN_BASE_URL_JOIN_H
#define GN_BASE_URL_JOIN_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends what url is, seen from base (RFC 3986 section 5): as browsers do,
 * without white space at its ends, without tabs and line ends, with "/" for "\"
 * before the query of a URL of http or https, and with %XX for what cannot
 * stand in a path, a query or a fragment (spaces, quotes, < and >, all that is
 * not ASCII). Dots in a path are resolved also where url does not need the
 * base. false: it needs a base, and base has no scheme, or is one that nothing
 * can be relative to (mailto:); nothing is appended then. Out of memory shows
 * in out, and is true. */
bool gn_url_join(const char *base, const char *url, struct gn_buf *out);

#endif
