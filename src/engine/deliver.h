/*
 * deliver.h - a job's last way: from all that its fetch caused to the store's
 * acknowledgement of it.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_DELIVER_H
#define GN_ENGINE_DELIVER_H

#include "engine/state.h"

/* Takes job from here on, until it is settled. body is what it got, if it has
 * no copy of its own (borrowed for the call). */
void gn_deliver(struct gn_job *job, const void *body, size_t size);

/* The same of one that had room to be fetched, and cannot be: it failed so. */
void gn_deliver_unfetched(struct gn_job *job, const char *word,
                          const char *text);

/* Goes on with a job that the store has handed back. */
void gn_deliver_returned(struct gn_job *job);

/* Tries again what the store had no room for, in order. */
void gn_deliver_waiting(struct gn_flow *f);

/* active, whose next page has not begun, or any if it is NULL, ends with what
 * it has. With the lock held. */
void gn_deliver_cut(struct gn_flow *f, const struct gn_active *active,
                    const char *why);

/* job, which waits for its host and is in no queue, is given up before it was
 * fetched: its due time is missed, and who asked for it is told why. With the
 * lock held. */
void gn_deliver_dropped(struct gn_job *job, const char *why);

#endif
