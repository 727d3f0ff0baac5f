/*
 * urlnorm.h - one form for URLs that are the same (RFC 3986 section 6.2.2 and
 * 6.2.3), for filters of what was seen; and the parameters in a query. Pure.
 */
#ifndef GN_BASE_URLNORM_H
#define GN_BASE_URLNORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

/* Appends that form of an http or https URL: scheme and host in lower case, no
 * port that is the scheme's own, no . and .. in the path, each character
 * escaped if it has to be and else not, no fragment. The query stays in its
 * order. Errors: INVALID (it is no such URL), NOMEM. */
enum garner_code gn_urlnorm(const char *url, struct gn_buf *out,
                            struct garner_error *err);

/* Appends what the first parameter of a name in a query is, without escapes.
 * false: there is none, or no memory (which shows in the buffer). */
bool gn_urlnorm_parameter(const char *query, size_t size, const char *name,
                          struct gn_buf *out);

#endif
