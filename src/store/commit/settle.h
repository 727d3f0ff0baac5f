/*
 * settle.h - telling everyone in a group what became of it.
 *
 * A ticket of a waiting thread is gone once its thread is told; a submitted
 * one once its callback ran, or at once when nobody asked to hear of it.
 *
 * Thread: gn_settle_sort: the leader's; gn_settle_tell too, holding no lock;
 * gn_settle_call_back: the pump.
 */
#ifndef GN_STORE_COMMIT_SETTLE_H
#define GN_STORE_COMMIT_SETTLE_H

#include "store/commit/batch.h"
#include "store/commit/queue.h"

struct gn_settled {
    uint64_t batches; /* that went well */
    uint64_t failed;
    uint64_t statements;      /* of those that went well */
    struct gn_tickets due;    /* those whose callback is to be run */
    struct garner_error lost; /* first failure that nobody would hear of */
};

/* Adds up what became of group[0..count), moves those with a callback to
 * s->due and the others to the front; returns how many those are. */
size_t gn_settle_sort(struct gn_ticket **group, size_t count,
                      struct gn_settled *s);

/* Wakes the threads that wait for these, but not own's, and frees the
 * submitted ones among them. Call it when what they will ask for is in place:
 * they run on at once. */
void gn_settle_tell(struct gn_ticket **group, size_t count,
                    const struct gn_ticket *own);

/* Runs the callbacks and frees their batches. */
void gn_settle_call_back(struct gn_tickets *due);

#endif
