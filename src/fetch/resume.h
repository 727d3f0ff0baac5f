/* resume.h - going on with an answer that was cut: what to ask with, and
 * whether what comes is the rest (RFC 9110 sections 13.1.5, 14.2 and 15.3.7).
 * Pure. */
#ifndef GN_FETCH_RESUME_H
#define GN_FETCH_RESUME_H

#include <stdbool.h>
#include <stdint.h>

/* The version of a reply, by its header lines (gn_response's), as a request for
 * its rest names it (If-Range): a strong ETag, or else Last-Modified. A copy to
 * be freed with gn_free. NULL: there is none to rely on, the body is encoded,
 * the server gives no parts; or no memory. */
char *gn_resume_version(const char *headers);

/* Whether a 206 with these header lines is all that comes after the first size
 * bytes. */
bool gn_resume_follows(const char *headers, int64_t size);

#endif
