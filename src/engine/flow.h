/*
 * flow.h - hands each job on: due -> fetch -> extract -> pack -> store. The
 * only file that does.
 *
 * Back-pressure runs backward by refusal: while the store or the extractor has
 * no room, or bodies fill their budget, no source is taken from the schedule;
 * the schedule counts what is missed by that.
 *
 * Thread: the engine's; the lock guards what the status reads, too.
 */
#ifndef GN_ENGINE_FLOW_H
#define GN_ENGINE_FLOW_H

#include <pthread.h>

#include "engine/inbox.h"
#include "engine/job.h"
#include "engine/status.h"

struct gn_flow {
    /* constant after the start */
    struct garner_store *store;
    struct gn_fetcher *fetcher;
    struct gn_extractor *extractor; /* NULL: no source has SQL */
    struct garner_codec *codec;
    uv_loop_t *loop;
    void (*receive)(void *context); /* called after a job was posted */
    void *receive_context;
    size_t parallel;       /* most fetches at a time */
    size_t max_body_bytes; /* of bodies in memory */
    struct gn_inbox inbox;

    /* the engine's thread only */
    TAILQ_HEAD(, gn_job) fetching;
    struct gn_jobs for_extractor; /* wait until it has room */
    struct gn_jobs for_store;     /* wait until it has room */
    size_t jobs;                  /* not settled yet */
    uv_timer_t timer;             /* for the next due time */
    int64_t armed_ns;             /* what it is set to; INT64_MAX: it is not */

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_schedule *schedule;
    struct gn_totals totals; /* without due, started and missed */
    struct gn_histogram lateness;
    struct gn_histogram latency;
    size_t fetching_count;
    size_t extracting_count;
    size_t storing_count;
    size_t body_bytes;
    bool closed; /* no source is started any more */
};

/* The flow's fields that are constant after the start are set before. Errors:
 * IO. */
enum garner_code gn_flow_init(struct gn_flow *f, struct garner_error *err);

/* Closes its handles; run the loop before the memory goes. */
void gn_flow_close(struct gn_flow *f);

/* Starts every source that is due and may start, and sets the timer to the
 * next. */
void gn_flow_start_due(struct gn_flow *f);

/* Goes on with the jobs that other threads have handed back, and with those
 * that waited for room. */
void gn_flow_receive(struct gn_flow *f);

/* No source is started from now on. */
void gn_flow_stop(struct gn_flow *f);

/* Gives up all fetches under way; each settles as canceled. */
void gn_flow_cancel(struct gn_flow *f);

#endif
