/*
 * apply.h - runs a group of tickets in one transaction, so that a failing one
 * leaves no trace and harms no other.
 *
 * Thread: the leader's.
 */
#ifndef GN_STORE_COMMIT_APPLY_H
#define GN_STORE_COMMIT_APPLY_H

#include <stddef.h>

#include "store/commit/batch.h"
#include "store/driver/sqlite.h"

struct gn_apply_counts {
    uint64_t transactions;
    uint64_t syncs;
    uint64_t reruns; /* transactions run again because one ticket broke them */
};

/*
 * Runs tickets[0..count) in order and sets code, result and *err of each, and
 * adds to *counts. What is acknowledged as synced is synced when it returns.
 * BUSY is returned when a foreign connection held the database until the
 * connection's busy deadline: the tickets marked unrun (all from some place on,
 * but for failed ones) had no effect, and nothing else of them is set.
 */
enum garner_code gn_apply(struct gn_sqlite *c, struct gn_ticket **tickets,
                          size_t count, struct gn_apply_counts *counts,
                          struct garner_error *err);

#endif
