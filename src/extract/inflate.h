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

/* Others than these; 0: these. */
struct gn_inflate_bounds {
    size_t ratio;
    size_t most;
};

bool gn_inflate_is_gzip(const char *data, size_t size);

/* Appends what data holds, of all its members. bounds: NULL is all 0. Errors:
 * INVALID (it is broken, or ends too early, at which byte; it grows too much),
 * NOMEM. */
enum garner_code gn_inflate(const char *data, size_t size,
                            const struct gn_inflate_bounds *bounds,
                            struct gn_buf *out, struct garner_error *err);

/* The same bit by bit, without bounds, of what comes so. */
struct gn_inflater;

/* Errors: NOMEM. */
enum garner_code gn_inflater_new(struct gn_inflater **out,
                                 struct garner_error *err);
/* NULL is fine. */
void gn_inflater_free(struct gn_inflater *x);

/* A bit of it, and what becomes of that. */
struct gn_inflater_step {
    const char *in;
    size_t in_size; /* 0: more of it is needed */
    char *out;      /* room for out_size bytes */
    size_t out_size;
};

/* Moves both on. OK; DONE: all of it is unpacked, and what follows is no gzip.
 * Errors: as gn_inflate. */
enum garner_code gn_inflater_step(struct gn_inflater *x,
                                  struct gn_inflater_step *step,
                                  struct garner_error *err);

/* There is no more of it. Errors: INVALID (too early). */
enum garner_code gn_inflater_end(const struct gn_inflater *x,
                                 struct garner_error *err);

#endif
