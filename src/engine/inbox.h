/*
 * inbox.h - the one door from other threads to the engine's loop: jobs that are
 * handed back to it.
 *
 * It outlives the engine for as long as jobs are still out with others: they
 * are freed when they come back.
 */
#ifndef GN_ENGINE_INBOX_H
#define GN_ENGINE_INBOX_H

#include <uv.h>

#include "engine/job.h"
#include "garner/error.h"

struct gn_inbox;

/* receive is called on the loop's thread after jobs were posted, or it was
 * rung; it takes them. Errors: NOMEM, IO. */
enum garner_code gn_inbox_new(uv_loop_t *loop, void (*receive)(void *context),
                              void *context, struct gn_inbox **out,
                              struct garner_error *err);

/* Hands job over and wakes the loop. Any thread. */
void gn_inbox_post(struct gn_inbox *inbox, struct gn_job *job);

/* Wakes the loop. Any thread, until it is closed. */
void gn_inbox_ring(struct gn_inbox *inbox);

/* Moves all that was posted into *jobs, in order. */
void gn_inbox_take(struct gn_inbox *inbox, struct gn_jobs *jobs);

/* Closes it; run the loop once more. out jobs were not taken yet: those in it
 * are freed now, the others when they are posted. Nobody rings any more. */
void gn_inbox_close(struct gn_inbox *inbox, size_t out);

#endif
