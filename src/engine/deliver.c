#include "engine/deliver.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/chain.h"
#include "engine/cookies.h"
#include "engine/expect/good.h"
#include "engine/frontier/crew.h"
#include "engine/record.h"
#include "engine/retry.h"
#include "engine/steer/asked.h"
#include "engine/table/blame.h"
#include "engine/table/sift.h"
#include "engine/tell/events.h"
#include "engine/version.h"

enum {
    MOST_STALE = 3,   /* times that rows are tried on a table that changes */
    AGAIN_MS = 20,    /* others may have filled the store, and tell nobody */
    MOST_SPARES = 256 /* memory kept for jobs */
};
/* A failure that goes on but reads differently each time is logged so often. */
#define LOG_EVERY_NS INT64_C(60000000000)

/* --- settling ------------------------------------------------------------ */

/* Logs what became of a run when later ones have gone another way already: that
 * it failed, now and then. */
static void log_late(struct gn_active *a, const char *failure,
                     const char *error)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    if (failure == NULL || a->failure_logged != NULL ||
        (a->failure_logged_ns != 0 &&
         now_ns - a->failure_logged_ns < LOG_EVERY_NS))
        return;
    a->failure_logged_ns = now_ns;
    gn_log(GN_LOG_WARN, a->source->name, "%s; later runs went well",
           error != NULL ? error : failure);
}

/* Of many pages some fail: one is logged now and then. */
static void log_page(const struct gn_job *job, const char *failure,
                     const char *error)
{
    struct gn_active *a = gn_active_owner(job->active);
    const int64_t now_ns = gn_clock_monotonic_ns();

    if (failure == NULL || (a->failure_logged_ns != 0 &&
                            now_ns - a->failure_logged_ns < LOG_EVERY_NS))
        return;
    a->failure_logged_ns = now_ns;
    gn_log(GN_LOG_WARN, a->source->name, "%.150s: %s",
           gn_active_url(job->active), error != NULL ? error : failure);
}

/* Logs what is new about how the source's runs go. */
static void log_run(struct gn_active *a, const char *failure, const char *error,
                    bool differs)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const bool new_kind =
        failure != NULL &&
        (a->failure_logged == NULL || strcmp(a->failure_logged, failure) != 0);

    if (new_kind || (failure != NULL && differs &&
                     now_ns - a->failure_logged_ns >= LOG_EVERY_NS)) {
        a->failure_logged_ns = now_ns;
        gn_log(GN_LOG_WARN, a->source->name, "%s",
               error != NULL ? error : failure);
    } else if (failure == NULL && a->failure_logged != NULL) {
        gn_log(GN_LOG_INFO, a->source->name, "works again");
    }
    a->failure_logged = failure;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* How the run went, as far as its source is concerned. */
static const char *verdict(const struct gn_job *job, bool stored,
                           const char **error)
{
    if (stored && job->left_alone)
        return NULL;
    *error = stored ? job->run.error : job->store_error;
    return stored ? job->run.failure : "store";
}

/* Notes how the run went, for the status and the log. */
static void note_run(struct gn_job *job, bool stored)
{
    struct gn_flow *f = job->flow;
    struct gn_active *a = gn_active_owner(job->active);
    const char *error = NULL;
    const char *failure = verdict(job, stored, &error);
    const uint64_t rows =
        stored && job->run.rows > 0 ? (uint64_t)job->run.rows : 0;
    const struct gn_run sum = gn_chain_sum(job);
    /* One that is stored once more, as failed, comes back behind later ones. */
    const bool newest = job->number > a->settled;
    const bool differs = newest && !same_text(a->last.error, error);
    char *copy = failure != NULL && differs
                     ? gn_strdup(error != NULL ? error : failure)
                     : NULL;
    char *before = NULL;
    bool is_fresh_again = false;

    gn_lock(&f->lock);
    f->storing_count--;
    f->totals.stored += stored;
    f->totals.store_failed += !stored || job->alone;
    f->totals.unexpected += job->quarantined && !job->alone;
    f->totals.extract_failed +=
        job->run.failure != NULL && !job->counted && !job->alone;
    f->totals.rows += rows;
    if (differs) {
        before = a->last.error;
        a->last.error = copy;
    }
    if (newest) {
        a->last.status = job->run.status;
        a->last.failure = failure;
        a->last.wall_us = job->run.started_us;
        a->last.duration_us = job->run.duration_us;
        a->last.bytes = job->run.bytes;
    }
    if (stored && job->run.failure == NULL && !gn_job_leads_on(job))
        is_fresh_again = gn_good_settled(job);
    if (job->by_hand != 0 && !gn_job_leads_on(job))
        gn_asked_answer(&a->asked, job->by_hand, &sum, failure, error);
    a->last.runs++;
    a->last.failures += failure != NULL;
    a->last.rows += rows;
    gn_unlock(&f->lock);
    gn_free(before);
    if (job->active->page != NULL)
        log_page(job, failure, error);
    else if (!newest)
        log_late(a, failure, error);
    else if (failure != NULL || a->failure_logged != NULL)
        log_run(a, failure, error, differs);
    if (is_fresh_again)
        gn_log(GN_LOG_INFO, a->source->name, "fresh again");
    a->settled = newest ? job->number : a->settled;
}

/* What the store has of the source's bodies. */
static void note_body(struct gn_job *job, bool stored)
{
    struct gn_active *a = job->active;

    if (!job->body_is_new || job->run.part > 1)
        return;
    a->bodies_out--;
    if (!stored || !job->batch_has_body)
        return;
    a->memory.has_body = true;
    memcpy(a->memory.sha256, job->sha256, sizeof a->memory.sha256);
}

/* Lets the source start again, and the body go unless it may be needed: what
 * the source does next cannot overtake a job that is in the store's queue. */
static void let_go(struct gn_job *job, bool source_too, bool body_too)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    if (source_too && !job->released)
        gn_retry_release(job);
    if (body_too) {
        f->body_bytes -= job->held;
        job->held = 0;
    }
    gn_unlock(&f->lock);
    job->released = job->released || source_too;
    if (body_too)
        gn_job_drop_body(job);
}

static void recycle(struct gn_job *job)
{
    struct gn_flow *f = job->flow;

    if (f->spares == MOST_SPARES) {
        gn_job_free(job);
        return;
    }
    gn_job_fini(job);
    STAILQ_INSERT_HEAD(&f->spare, job, next);
    f->spares++;
}

/* Has the next page begin, if there is one. What a source's pages have in
 * common is the job's alone until they end. */
static void lead_on(struct gn_job *job, bool stored)
{
    struct gn_active *a = job->active;

    if (!stored || a->leaving || job->flow->closed)
        job->next_url = NULL;
    if (gn_job_leads_on(job) && !gn_chain_go_on(job)) {
        gn_log(GN_LOG_ERROR, a->source->name,
               "out of memory for the next page");
        job->next_url = NULL;
    }
    if (gn_job_leads_on(job)) {
        gn_events_gather(job);
        TAILQ_INSERT_TAIL(&job->flow->going, a, in_going);
        a->jobs++;
    }
}

static void settle(struct gn_job *job, bool stored)
{
    struct gn_flow *f = job->flow;
    bool last; /* of a source that leaves */

    gn_delta_settled(job, stored);
    lead_on(job, stored);
    if (!job->released || job->held > 0)
        let_go(job, !gn_job_leads_on(job), true);
    gn_job_move(job, GN_JOB_SETTLED);
    note_body(job, stored);
    gn_hosts_depart(job);
    gn_version_settled(job, stored);
    gn_cookies_settled(job, stored);
    note_run(job, stored);
    if (stored && job->messages > 0)
        f->told(f->receive_context);
    if (job->run.part > 1 && !gn_job_leads_on(job) && !job->tries_again)
        gn_chain_forget(job->active);
    gn_active_owner(job->active)->not_stored += !stored;
    if (job->active->page != NULL)
        gn_crew_settled(job, stored);
    TAILQ_REMOVE(&f->all, job, in_all);
    f->jobs--;
    last = --job->active->jobs == 0 && job->active->leaving;
    recycle(job);
    /* settled outside of receive, it may have been the last */
    if (!stored || last)
        gn_inbox_ring(f->inbox);
}

/* --- the store ----------------------------------------------------------- */

/* On a thread of the store. */
static void acknowledged(void *context, const struct garner_result *result,
                         const struct garner_error *err)
{
    struct gn_job *job = context;

    job->store_code = err != NULL ? err->code : GARNER_OK;
    job->store_changes = err != NULL ? 0 : result->changes;
    if (err != NULL)
        job->store_error = gn_strdup(err->message);
    gn_inbox_post(job->inbox, job);
}

/* false: the store has no room. */
static bool submit(struct gn_job *job)
{
    struct garner_error err;
    enum garner_code code;

    /* what follows may come back before the call does */
    job->in_store = true;
    code = garner_submit(job->flow->store, job->batch, acknowledged, job, &err);
    if (code == GARNER_OK) {
        job->batch = NULL;
        let_go(job, job->run.part == 1 && !gn_job_leads_on(job),
               !gn_record_keeps_body(job));
        return true;
    }
    job->in_store = false;
    if (code == GARNER_FULL)
        return false;
    gn_record_ended(job, false);
    job->store_error = gn_strdup(err.message);
    settle(job, false);
    return true;
}

static void ask_again(uv_timer_t *timer)
{
    gn_deliver_waiting(timer->data);
}

/* Puts the job into the store's queue, behind those that wait for room in it.
 */
static void store(struct gn_job *job)
{
    struct gn_flow *f = job->flow;

    if (STAILQ_EMPTY(&f->for_store) && submit(job))
        return;
    STAILQ_INSERT_TAIL(&f->for_store, job, next);
    if (!uv_is_active((uv_handle_t *)&f->again))
        GN_CHECK(uv_timer_start(&f->again, ask_again, AGAIN_MS, AGAIN_MS) == 0);
}

void gn_deliver_waiting(struct gn_flow *f)
{
    struct gn_job *job;

    while ((job = STAILQ_FIRST(&f->for_store)) != NULL) {
        STAILQ_REMOVE_HEAD(&f->for_store, next);
        if (!submit(job)) {
            STAILQ_INSERT_HEAD(&f->for_store, job, next);
            return;
        }
    }
    (void)uv_timer_stop(&f->again); /* it never fails */
}

/* --- preparing, and the batch -------------------------------------------- */

static void build(struct gn_job *job, const void *body, size_t size)
{
    struct garner_error err;

    gn_job_move(job, GN_JOB_STORING);
    if (gn_record_build(job, body, size, job->flow->codec,
                        gn_clock_monotonic_ns(), &err) == GARNER_OK) {
        store(job);
        return;
    }
    gn_record_ended(job, false);
    job->store_error = gn_strdup(err.message);
    settle(job, false);
}

static void prepare(uv_work_t *work)
{
    struct gn_job *job = work->data;

    gn_record_prepare(job, job->flow->store);
}

static void go_on(struct gn_job *job, const void *body, size_t size);

static void prepared(uv_work_t *work, int status)
{
    struct gn_job *job = work->data;

    (void)status; /* it is never canceled */
    if (job->flow->abandoned)
        return;
    gn_sift_learn(job);
    gn_record_learn(job);
    go_on(job, job->body, job->body_size);
}

static void go_on(struct gn_job *job, const void *body, size_t size)
{
    if (!gn_record_needs_preparation(job)) {
        build(job, body, size);
        return;
    }
    gn_job_move(job, GN_JOB_PREPARING);
    job->work.data = job;
    GN_CHECK(uv_queue_work(job->flow->loop, &job->work, prepare, prepared) ==
             0); /* it only looks at its arguments */
}

/* --- the way ------------------------------------------------------------- */

void gn_deliver(struct gn_job *job, const void *body, size_t size)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->storing_count++;
    gn_unlock(&f->lock);
    if (job->quarantined)
        job->body_is_new = false; /* it does not become the source's last */
    gn_delta_decide(job);
    gn_chain_decide(job);
    if (job->body_is_new && job->run.part == 1) {
        job->active->bodies_out++;
        memcpy(job->active->newest, job->sha256, sizeof job->sha256);
    }
    gn_version_decide(job);
    if (job->body != NULL)
        go_on(job, job->body, job->body_size);
    else
        go_on(job, body, size);
}

void gn_deliver_unfetched(struct gn_job *job, const char *word,
                          const char *text)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.fetched++;
    f->totals.fetch_failed += !job->left_alone;
    gn_unlock(&f->lock);
    job->held = 0;
    job->counted = true;
    job->run.started_us = gn_clock_wall_us();
    gn_job_fail(job, word, text);
    gn_deliver(job, NULL, 0);
}

void gn_deliver_cut(struct gn_flow *f, const struct gn_active *active,
                    const char *why)
{
    struct gn_active *a;
    struct gn_active *next;

    for (a = TAILQ_FIRST(&f->going); a != NULL; a = next) {
        next = TAILQ_NEXT(a, in_going);
        if (active != NULL && active != a)
            continue;
        TAILQ_REMOVE(&f->going, a, in_going);
        a->jobs--;
        gn_schedule_finish(f->schedule, &a->due);
        gn_asked_refuse(&a->asked, a->chain->by_hand, why);
        gn_chain_forget(a);
    }
}

void gn_deliver_dropped(struct gn_job *job, const char *why)
{
    struct gn_flow *f = job->flow;
    struct gn_active *a = job->active;

    if (a->page != NULL)
        gn_crew_give_back(a);
    else if (job->run.part > 1)
        gn_schedule_finish(f->schedule, &a->due); /* it had begun */
    else if (f->closed)
        gn_schedule_stop(f->schedule, &a->due);
    else
        gn_schedule_refuse(f->schedule, &a->due);
    gn_asked_refuse(&a->asked, job->by_hand, why);
    gn_hosts_depart(job);
    TAILQ_REMOVE(&f->all, job, in_all);
    f->jobs--;
    a->jobs--;
    gn_job_free(job);
}

/* The table its rows met was not as it was known. Either a change that was on
 * its way failed: that ends, since those that make the changes end. Or somebody
 * else has changed it. */
static bool is_stale(const struct gn_job *job)
{
    return job->store_code == GARNER_SQL && job->run.rows > 0 &&
           (job->on_trust || job->stale < MOST_STALE);
}

/* Its rows are looked at one by one, if some may be left out; else its run is
 * stored alone, and says which row it was. */
static void sift_or_fail(struct gn_job *job, const char *message)
{
    struct gn_buf text = {0};
    const char *why;

    gn_blame(job, message, &text);
    why = gn_buf_failed(&text) ? message : gn_buf_cstr(&text);
    if (!gn_sift_begin(job, why)) {
        gn_job_fail(job, "store", why);
        job->alone = true;
    }
    gn_buf_fini(&text);
}

static void refused(struct gn_job *job)
{
    const bool stale = is_stale(job);
    char *message = job->store_error;

    gn_record_ended(job, false);
    if (gn_delta_give_up(job)) {
        job->store_error = NULL;
        gn_free(message);
        go_on(job, job->body, job->body_size);
        return;
    }
    if (!stale && job->alone) { /* not even the run alone could be stored */
        settle(job, false);
        return;
    }
    job->store_error = NULL;
    if (stale) {
        job->stale++;
        gn_record_forget_tables(job);
    } else {
        sift_or_fail(job, message != NULL ? message : "out of memory");
    }
    gn_free(message);
    go_on(job, job->body, job->body_size);
}

/* A 304 spoke of what the store has no more: its run is all there is. */
static void lost(struct gn_job *job)
{
    memset(job->losses, 0, sizeof job->losses); /* these are told */
    gn_events_take_back(job);
    gn_version_lost(job);
    go_on(job, NULL, 0);
}

void gn_deliver_returned(struct gn_job *job)
{
    job->in_store = false;
    if (job->store_code != GARNER_OK) {
        refused(job);
        return;
    }
    gn_record_ended(job, true);
    if (gn_validators_any(&job->asked) && job->unmodified &&
        (size_t)job->store_changes < job->statements) {
        lost(job);
        return;
    }
    settle(job, true);
}
