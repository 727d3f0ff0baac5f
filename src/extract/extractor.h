/*
 * extractor.h - bytes and SQL in, typed rows out, on worker threads, each with
 * a private in-memory SQLite that can see nothing but its parameters.
 *
 * Thread: submit from any; done runs on a worker.
 */
#ifndef GN_EXTRACT_EXTRACTOR_H
#define GN_EXTRACT_EXTRACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "extract/inflate.h"
#include "extract/onward.h"
#include "extract/quota.h"
#include "extract/rowset.h"
#include "extract/skipped.h"
#include "garner/error.h"
#include "garner/value.h"

struct gn_extractor;

/* A named parameter, without its colon. */
struct gn_param {
    const char *name;
    struct garner_value value;
};

struct gn_query {
    const char *sql; /* one SELECT; its columns have different names */
    struct gn_rowset
        rows; /* out, yours to gn_rowset_fini; what it held before
                 is overwritten; empty after a failure of the job */
};

/* One job; the caller's from new to done, the extractor's between submit and
 * done. Everything it points to stays until done. */
struct gn_extraction {
    const struct gn_param *params; /* :body as text and so on; a text's byte
                                      order mark is left out */
    size_t param_count;
    struct gn_query *queries; /* run in order; the first failure ends them;
                                 there may be none */
    size_t query_count;
    struct gn_quota limits;        /* of all of them together */
    struct gn_inflate_bounds gzip; /* of a body that is that */
    /* Where the body leads to, found last, from the same parsed body; NULL: is
     * not asked. Its links are yours to gn_onward_fini; there are none if it is
     * not read. It is, in a time of its own, when a query has failed, except
     * for NOMEM. */
    struct gn_onward *onward;
    /* Called on a worker before the queries, unless NULL; false: they are not
     * run, and code is OK. */
    bool (*begin)(struct gn_extraction *);
    void (*done)(struct gn_extraction *);
    void *context;

    /* out */
    enum garner_code code; /* OK; SQL (it cannot be run), INVALID (the body is
                              not JSON, or broken gzip), TIMEOUT, FULL (over
                              another limit), NOMEM */
    struct garner_error error;     /* says which query, and why */
    struct gn_csv_skipped skipped; /* of CSV, when code is OK */
    size_t failed_query; /* index, when code is not OK; query_count: the
                            page's */

    struct gn_extraction *next; /* the extractor's */
};

struct gn_extractor_options {
    int workers;            /* 0: one per core, at most 4 */
    size_t queue;           /* jobs that may wait; 0: 64 per worker */
    size_t max_statements;  /* prepared and kept per worker; 0: 256 */
    struct gn_quota limits; /* of jobs that do not say theirs; 0: 10 s, 256 MiB
                                of memory and of rows, GN_QUOTA_LENGTH_MOST */
};

/* Errors: NOMEM, IO. */
enum garner_code gn_extractor_new(const struct gn_extractor_options *options,
                                  struct gn_extractor **out,
                                  struct garner_error *err);

/* Finishes the queued jobs, then ends the workers and frees. NULL is fine. */
void gn_extractor_close(struct gn_extractor *x);

/* Queues a job. Never waits. Errors: FULL, CLOSED. */
enum garner_code gn_extractor_submit(struct gn_extractor *x,
                                     struct gn_extraction *job);

/* Prepares sql as a worker would, with the parameters of these names: tells
 * before the first fetch that it is wrong, and gives the column names (column
 * names only, no rows) in *rows unless NULL. Any thread.
 * Errors: SQL (message has the position), NOMEM. */
enum garner_code gn_extract_check(const char *sql, const char *const *params,
                                  size_t param_count, struct gn_rowset *rows,
                                  struct garner_error *err);

/* The same of what a crawl follows, SQL or a selector (extract/onward.h).
 * Errors: INVALID (the selector is wrong: where; the SQL's columns are not
 * those of links), SQL, NOMEM. */
enum garner_code gn_extract_check_follow(const char *follow,
                                         const char *const *params,
                                         size_t param_count,
                                         struct garner_error *err);

#endif
