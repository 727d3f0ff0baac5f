#include "extract/extractor.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "extract/constants.h"
#include "extract/document.h"
#include "extract/search.h"
#include "extract/worker.h"

enum {
    MOST_WORKERS = 4, /* by default */
    QUEUE_PER_WORKER = 64,
    DEADLINE_MS = 10000,
    MEMORY_BYTES = 256 << 20,
    ROWS_BYTES = 256 << 20,
    MAX_STATEMENTS = 256,
};

struct lane {
    struct gn_extractor *extractor;
    pthread_t thread;
    struct gn_worker worker; /* lane thread only */
};

/* Jobs wait in one list for all workers: whoever is free takes the oldest. */
struct gn_extractor {
    /* constant after gn_extractor_new */
    size_t queue;

    pthread_mutex_t lock;
    pthread_cond_t not_empty; /* workers wait here */

    /* guarded by lock */
    bool closed;
    size_t waiting;
    struct gn_extraction *first; /* the oldest */
    struct gn_extraction **end;  /* where the next is linked in */

    /* owner's thread only */
    size_t lane_count; /* lanes that run */
    struct lane lanes[];
};

/* The next job; NULL: closed, and none is left. */
static struct gn_extraction *take(struct gn_extractor *x)
{
    struct gn_extraction *job;

    gn_lock(&x->lock);
    while (x->first == NULL && !x->closed)
        gn_cond_wait(&x->not_empty, &x->lock);
    job = x->first;
    if (job != NULL) {
        x->first = job->next;
        if (x->first == NULL)
            x->end = &x->first;
        x->waiting--;
    }
    gn_unlock(&x->lock);
    return job;
}

static void *work(void *arg)
{
    struct lane *lane = arg;
    struct gn_extraction *job;

    while ((job = take(lane->extractor)) != NULL) {
        gn_worker_run(&lane->worker, job);
        job->done(job); /* job is the caller's again */
    }
    return NULL;
}

static enum garner_code start_lane(struct gn_extractor *x,
                                   const struct gn_extractor_options *options,
                                   struct garner_error *err)
{
    struct lane *lane = &x->lanes[x->lane_count];
    enum garner_code code = gn_worker_open(&lane->worker, options, err);

    if (code != GARNER_OK)
        return code;
    lane->extractor = x;
    code = gn_thread_start(&lane->thread, work, lane, err);
    if (code != GARNER_OK) {
        gn_worker_close(&lane->worker);
        return code;
    }
    x->lane_count++;
    return GARNER_OK;
}

static struct gn_extractor_options
with_defaults(const struct gn_extractor_options *given)
{
    static const struct gn_quota limits = {
        .time_ms = DEADLINE_MS,
        .memory_bytes = MEMORY_BYTES,
        .rows_bytes = ROWS_BYTES,
        .length_bytes = GN_QUOTA_LENGTH_MOST,
    };
    struct gn_extractor_options o = *given;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    GN_CHECK(o.workers >= 0);
    if (o.workers == 0)
        o.workers = cores < 1              ? 1
                    : cores > MOST_WORKERS ? MOST_WORKERS
                                           : (int)cores;
    if (o.queue == 0)
        o.queue = (size_t)o.workers * QUEUE_PER_WORKER;
    if (o.max_statements == 0)
        o.max_statements = MAX_STATEMENTS;
    o.limits = gn_quota_or(&o.limits, &limits);
    return o;
}

enum garner_code gn_extractor_new(const struct gn_extractor_options *options,
                                  struct gn_extractor **out,
                                  struct garner_error *err)
{
    const struct gn_extractor_options o = with_defaults(options);
    const size_t workers = (size_t)o.workers;
    struct gn_extractor *x = gn_alloc(sizeof *x + workers * sizeof x->lanes[0]);
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (x == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for %zu workers", workers);
    x->queue = o.queue;
    x->end = &x->first;
    gn_mutex_init(&x->lock);
    gn_cond_init(&x->not_empty);
    while (x->lane_count < workers && code == GARNER_OK)
        code = start_lane(x, &o, err);
    if (code != GARNER_OK) {
        gn_extractor_close(x);
        return code;
    }
    *out = x;
    return GARNER_OK;
}

void gn_extractor_close(struct gn_extractor *x)
{
    if (x == NULL)
        return;
    gn_lock(&x->lock);
    x->closed = true;
    gn_cond_wake_all(&x->not_empty);
    gn_unlock(&x->lock);
    for (size_t i = 0; i < x->lane_count; i++) {
        gn_thread_join(x->lanes[i].thread);
        gn_worker_close(&x->lanes[i].worker);
    }
    gn_cond_fini(&x->not_empty);
    gn_mutex_fini(&x->lock);
    gn_free(x);
}

enum garner_code gn_extractor_submit(struct gn_extractor *x,
                                     struct gn_extraction *job)
{
    enum garner_code code = GARNER_OK;

    gn_lock(&x->lock);
    if (x->closed) {
        code = GARNER_CLOSED;
    } else if (x->waiting == x->queue) {
        code = GARNER_FULL;
    } else {
        job->next = NULL;
        *x->end = job;
        x->end = &job->next;
        x->waiting++;
        gn_cond_wake_one(&x->not_empty);
    }
    gn_unlock(&x->lock);
    return code;
}

/* Binds NULL to each parameter, to see that every one is known. */
static enum garner_code check_params(sqlite3_stmt *stmt,
                                     const char *const *names, size_t count,
                                     struct garner_error *err)
{
    struct gn_param *params = gn_alloc((count + 1) * sizeof params[0]);
    enum garner_code code;

    if (params == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory to check the SQL");
    for (size_t i = 0; i < count; i++)
        params[i] = (struct gn_param){names[i], garner_null()};
    code = gn_statement_bind(stmt, params, count, err);
    gn_free(params);
    return code;
}

enum garner_code gn_extract_check(const char *sql, const char *const *params,
                                  size_t param_count, struct gn_rowset *rows,
                                  struct garner_error *err)
{
    struct gn_sandbox sandbox;
    sqlite3_stmt *stmt = NULL;
    enum garner_code code = gn_sandbox_open(&sandbox, err);

    if (code == GARNER_OK)
        code = gn_statement_prepare(&sandbox, sql, &stmt, err);
    if (code == GARNER_OK)
        code = check_params(stmt, params, param_count, err);
    if (code == GARNER_OK) {
        gn_sandbox_arm(&sandbox, DEADLINE_MS);
        code = gn_constants_check(&sandbox, sql, err);
    }
    if (code == GARNER_OK && rows != NULL)
        code = gn_statement_columns(stmt, rows, err);
    sqlite3_finalize(stmt);
    gn_sandbox_close(&sandbox);
    return code;
}

/* Looks for a selector in an empty page, to see that it is one. */
static enum garner_code check_selector(const char *selector,
                                       struct garner_error *err)
{
    struct gn_sandbox sandbox;
    struct gn_htmlsql *html = &sandbox.functions.html;
    xmlXPathObject *found = NULL;
    struct gn_node node;
    enum garner_code code = gn_sandbox_open(&sandbox, err);

    if (code == GARNER_OK) {
        gn_sandbox_arm(&sandbox, DEADLINE_MS);
        code = gn_documents_text(&html->documents, "", 0, &node, err);
    }
    if (code == GARNER_OK)
        code = gn_search_css(html->search, selector, node.node, &found, err);
    xmlXPathFreeObject(found);
    gn_sandbox_close(&sandbox);
    return code;
}

enum garner_code gn_extract_check_follow(const char *follow,
                                         const char *const *params,
                                         size_t param_count,
                                         struct garner_error *err)
{
    struct gn_rowset columns = {0};
    enum garner_code code;

    if (!gn_onward_is_sql(follow))
        return check_selector(follow, err);
    code = gn_extract_check(follow, params, param_count, &columns, err);
    if (code == GARNER_OK)
        code = gn_onward_check_columns(&columns, err);
    gn_rowset_fini(&columns);
    return code;
}
