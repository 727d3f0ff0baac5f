/*
 * kept.h - the bodies that the store keeps, read back.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_HISTORY_KEPT_H
#define GN_ENGINE_HISTORY_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "garner/store.h"

/* A body that another may be compressed against. All zero is none. */
struct gn_base {
    char *data; /* owned; NULL: not in memory */
    size_t size;
    unsigned char sha256[32];
    int depth;    /* bodies that the store needs to give it, beside its own */
    size_t whole; /* bytes that the last of those takes: it needs no other */
};

/* Frees its data; it is none again. */
void gn_base_fini(struct gn_base *base);

/* Fills *base with the last body of source, if that has at most most bytes.
 * Errors: NOTFOUND, those of the store, NOMEM; *base is none then. */
enum garner_code gn_kept_last(struct garner_store *store, int64_t source,
                              size_t most, struct gn_base *base,
                              struct garner_error *err);

#endif
