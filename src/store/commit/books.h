/*
 * books.h - what a write path has done, as distributions: how large its groups
 * were, how long its writers waited, how long its commits took.
 *
 * Thread: whoever holds the lock of the commit it is part of.
 */
#ifndef GN_STORE_COMMIT_BOOKS_H
#define GN_STORE_COMMIT_BOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "garner/store.h"
#include "store/commit/batch.h"

/* All zero is empty. */
struct gn_books {
    struct gn_histogram groups; /* batches acknowledged together */
    struct gn_histogram waits;  /* ns, of acknowledged batches */
    struct gn_histogram syncs;  /* ns, of commits that sync */
};

/* Books a group whose tickets are settled at now_ns. commit_ns: when its commit
 * with a sync began; 0: it had none. */
void gn_books_group(struct gn_books *b, struct gn_ticket *const *group,
                    size_t count, int64_t now_ns, int64_t commit_ns);

/* Fills in the three spreads. A copy of the books will do, without the lock. */
void gn_books_report(const struct gn_books *b, struct garner_stats *stats);

#endif
