/*
 * worker.h - does extractions one after the other in a sandbox of its own.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_WORKER_H
#define GN_EXTRACT_WORKER_H

#include <stddef.h>

#include "extract/extractor.h"
#include "extract/prepared.h"
#include "extract/sandbox.h"
#include "extract/sqlheap.h"

struct gn_worker {
    struct gn_quota limits;   /* of jobs that do not say theirs */
    struct gn_quota job;      /* those of the job that is being done ... */
    struct gn_sqlheap memory; /* ... and what SQLite takes for it */
    struct gn_sandbox sandbox;
    struct gn_prepared prepared;
    struct garner_value *row; /* the one being read */
    size_t row_room;
};

/* options without zeroes. Errors: NOMEM, IO; nothing is left to close then. */
enum garner_code gn_worker_open(struct gn_worker *w,
                                const struct gn_extractor_options *options,
                                struct garner_error *err);
void gn_worker_close(struct gn_worker *w);

/* Fills in what job says is out; done is not called. */
void gn_worker_run(struct gn_worker *w, struct gn_extraction *job);

#endif
