/*
 * job.h - one fetch with all that follows, as a table of states; and the source
 * it belongs to, at work.
 *
 *   FETCHING -> EXTRACTING -> PACKING -> STORING -> SETTLED
 *
 * States may be passed over (nothing to extract, nothing large to pack); a job
 * whose transaction failed stores once more, without rows, so that even then
 * the fetch leaves its row.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_JOB_H
#define GN_ENGINE_JOB_H

#include <stdbool.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "config/config.h"
#include "engine/history.h"
#include "engine/table.h"
#include "extract/extractor.h"
#include "fetch/fetcher.h"
#include "garner/write.h"
#include "schedule/schedule.h"

/* A configured source, at work. */
struct gn_active {
    /* constant after the start */
    const struct gn_source *source;
    struct gn_target *target;
    struct gn_table **tables; /* one for each of source->rows */
    bool wants_headers;       /* its SQL uses :headers */

    /* the engine's thread only */
    struct gn_memory memory;
    uint64_t missed_stored[GN_MISS_REASONS]; /* told to the store so far */
    int64_t missed_stored_ns;                /* when */

    /* guarded by the flow's lock */
    struct gn_due due;
    struct {
        int status;
        int64_t wall_us; /* 0: no run yet */
        int64_t duration_us;
        int64_t bytes;
        char *error; /* NULL: it went well */
        uint64_t runs;
        uint64_t failures;
        uint64_t rows;
    } last;
};

enum gn_job_state {
    GN_JOB_NEW,
    GN_JOB_FETCHING,
    GN_JOB_EXTRACTING, /* a worker runs its SQL, or it waits for one */
    GN_JOB_PACKING,    /* a large body is compressed on another thread */
    GN_JOB_STORING,    /* the store has its batch, or has no room yet */
    GN_JOB_SETTLED,
};

enum { GN_JOB_MEMORY = 512 };

struct gn_flow;

struct gn_job {
    struct gn_active *active;
    struct gn_flow *flow;
    enum gn_job_state state;
    STAILQ_ENTRY(gn_job) next;    /* in the inbox, or waiting for room */
    TAILQ_ENTRY(gn_job) in_list;  /* of those fetching */
    struct gn_transfer *transfer; /* while fetching */

    struct gn_run run;
    struct gn_arena arena; /* the texts that run and body borrow */

    char *body; /* the job's own copy; NULL: none is kept */
    size_t body_size;
    bool body_is_new; /* not the source's last one */
    unsigned char sha256[32];
    const char *content_type;
    void *packed; /* body compressed; NULL: not, or not worth it */
    size_t packed_size;

    struct gn_extraction extraction;

    struct garner_batch *batch; /* until the store takes it */
    bool changes_table;
    bool again;                       /* its first transaction failed */
    uint64_t missed[GN_MISS_REASONS]; /* stored with it */

    /* the store's thread's, until it is posted back */
    char *store_error; /* NULL: it went well */

    _Alignas(16) char memory[GN_JOB_MEMORY];
};

/* Gives a new job of active. Errors: NOMEM. */
enum garner_code gn_job_new(struct gn_active *active, struct gn_flow *flow,
                            struct gn_job **out, struct garner_error *err);

/* NULL is fine. */
void gn_job_free(struct gn_job *job);

/* Moves to state, which must be allowed after the one it is in. */
void gn_job_move(struct gn_job *job, enum gn_job_state state);

/* A copy of text in the job's memory. NULL for NULL, and when memory is out. */
const char *gn_job_text(struct gn_job *job, const char *text);

/* Makes extraction ready to be submitted: the parameters and SQL of its source.
 * headers are lines "name: value\n". Errors: NOMEM. */
enum garner_code gn_job_prepare_extraction(struct gn_job *job,
                                           const char *final_url,
                                           const struct gn_buf *headers,
                                           struct garner_error *err);

#endif
