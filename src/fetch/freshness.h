/*
 * freshness.h - for how long a reply says that it will do (RFC 9111 section
 * 4.2). Pure.
 */
#ifndef GN_FETCH_FRESHNESS_H
#define GN_FETCH_FRESHNESS_H

#include <stdint.h>

/* For how long after it came a reply is fresh, by its header lines
 * (gn_response's): what max-age, or Expires less Date, says, less its age. 0:
 * it says nothing, nothing good, or forbids to rely on it (no-store, no-cache).
 * started_us and duration_us are its fetch's. At most ten years. */
int64_t gn_freshness_ms(const char *headers, int64_t started_us,
                        int64_t duration_us);

#endif
