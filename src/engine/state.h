/*
 * state.h - what the jobs of an engine share.
 *
 * Thread: the engine's; the lock guards what the status reads, too.
 */
#ifndef GN_ENGINE_STATE_H
#define GN_ENGINE_STATE_H

#include <pthread.h>

#include "engine/alarm.h"
#include "engine/host/hosts.h"
#include "engine/inbox.h"
#include "engine/job.h"
#include "engine/status.h"
#include "engine/tell/notify.h"

struct gn_flow {
    /* constant after the start */
    struct garner_store *store;
    struct gn_fetcher *fetcher;
    struct gn_extractor *extractor; /* NULL: no source had SQL so far */
    struct gn_extractor_options extractor_options;
    struct garner_codec *codec;
    uv_loop_t *loop;
    gn_fetched *fetched;            /* called with a job that is */
    void (*receive)(void *context); /* called after a job was posted */
    void (*told)(void *context);    /* ... when the outbox has a message */
    void *receive_context;
    bool anew;              /* nothing that was put off before is so now */
    size_t parallel;        /* most fetches at a time */
    size_t max_body_bytes;  /* of bodies in memory */
    const char *spool;      /* the folder for larger ones; NULL: none is */
    struct gn_hosts *hosts; /* the engine's thread's */
    struct gn_inbox *inbox;
    struct gn_notify *notify; /* NULL: nobody is to hear of anything */

    /* the engine's thread only */
    TAILQ_HEAD(, gn_job) all;      /* jobs not settled yet */
    size_t jobs;                   /* how many */
    struct gn_jobs spare;          /* memory for jobs */
    size_t spares;                 /* how many */
    struct gn_jobs for_extractor;  /* wait until it has room */
    struct gn_jobs for_store;      /* wait until it has room */
    uv_timer_t again;              /* the store is asked again */
    struct gn_alarm alarm;         /* for the next due time */
    bool abandoned;                /* jobs that come back are left alone */
    size_t previous_bytes;         /* of the last bodies of sources */
    TAILQ_HEAD(, gn_pass) passes;  /* over the URLs of sources that have many */
    TAILQ_HEAD(, gn_active) going; /* whose next page is to begin */
    uint64_t random;

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_schedule *schedule;
    struct gn_totals totals; /* without due, started and missed */
    struct {
        uint64_t due_count;
        uint64_t started;
        uint64_t missed[GN_MISS_REASONS];
    } gone; /* of sources that are */
    struct gn_histogram lateness;
    struct gn_histogram latency;
    size_t fetching_count;
    size_t extracting_count;
    size_t storing_count;
    size_t body_bytes;     /* held by jobs */
    size_t reserved_bytes; /* expected by those fetching */
    int64_t started_wall_us;
    bool closed; /* no source is started any more */
};

#endif
