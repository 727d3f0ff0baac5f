/*
 * inflate.h - gzip (RFC 1952) unpacked, with bounds: a small file may say that
 * it is a very large one.
 *
 * Thread: any.
 */
#ifndef GN_EXTRACT_INFLATE_H
#define GN_EXTRACT_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

enum {
    GN_INFLATE_FREE = 1 << 20,  /* bytes that any may have */
    GN_INFLATE_RATIO = 300,     /* else no more for each byte of it */
    GN_INFLATE_MOST = 64 << 20, /* bytes in any case */
};

bool gn_inflate_is_gzip(const char *data, size_t size);

/* Appends what data holds, of all its members. Errors: INVALID (it is broken,
 * or ends too early, at which byte; it grows too much), NOMEM. */
enum garner_code gn_inflate(const char *data, size_t size, struct gn_buf *out,
                            struct garner_error *err);

#endif
