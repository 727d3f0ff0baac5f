/* worker_testing.h - for tests: a worker, and jobs for it. */
#ifndef GN_EXTRACT_WORKER_TESTING_H
#define GN_EXTRACT_WORKER_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/worker.h"

static const struct gn_extractor_options options = {
    .max_statements = 8,
    .limits = {.time_ms = 60000,
               .memory_bytes = 16 << 20,
               .rows_bytes = 1 << 20,
               .length_bytes = GN_QUOTA_LENGTH_MOST}};

static struct gn_worker worker;

static inline int open_worker(void **state)
{
    (void)state;
    return gn_worker_open(&worker, &options, NULL) != GARNER_OK;
}

static inline int close_worker(void **state)
{
    (void)state;
    gn_worker_close(&worker);
    return 0;
}

/* Runs the queries over body; the job, its rows in queries. */
static inline struct gn_extraction run(const char *body,
                                       struct gn_query *queries, size_t count)
{
    const struct gn_param params[] = {{"body", garner_text(body)}};
    struct gn_extraction job = {.params = params,
                                .param_count = 1,
                                .queries = queries,
                                .query_count = count};

    gn_worker_run(&worker, &job);
    job.params = NULL;
    return job;
}

#endif
