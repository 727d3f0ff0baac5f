/*
 * inbox.h - the one door from other threads to the engine's loop: jobs that are
 * handed back to it.
 */
#ifndef GN_ENGINE_INBOX_H
#define GN_ENGINE_INBOX_H

#include <pthread.h>
#include <uv.h>

#include "engine/job.h"

STAILQ_HEAD(gn_jobs, gn_job);

struct gn_inbox {
    /* constant */
    uv_async_t async;
    void (*receive)(void *context);
    void *context;

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_jobs jobs;
};

/* receive is called on the loop's thread after jobs were posted, or it was
 * rung; it takes them. Errors: IO. */
enum garner_code gn_inbox_init(struct gn_inbox *inbox, uv_loop_t *loop,
                               void (*receive)(void *context), void *context,
                               struct garner_error *err);

/* Hands job over and wakes the loop. Any thread. */
void gn_inbox_post(struct gn_inbox *inbox, struct gn_job *job);

/* Wakes the loop. Any thread. */
void gn_inbox_ring(struct gn_inbox *inbox);

/* Moves all that was posted into *jobs, in order. */
void gn_inbox_take(struct gn_inbox *inbox, struct gn_jobs *jobs);

/* Closes the handle; run the loop before the memory goes. No post comes after
 * it. */
void gn_inbox_close(struct gn_inbox *inbox);

#endif
