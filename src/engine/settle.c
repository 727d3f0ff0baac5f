#include "engine/settle.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/chain.h"
#include "engine/cookies.h"
#include "engine/expect/good.h"
#include "engine/frontier/crew.h"
#include "engine/history/delta.h"
#include "engine/retry.h"
#include "engine/steer/asked.h"
#include "engine/tell/events.h"
#include "engine/version.h"

enum { MOST_SPARES = 256 }; /* memory kept for jobs */
/* A failure that goes on but reads differently each time is logged so often. */
#define LOG_EVERY_NS INT64_C(60000000000)

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
    if (stored && job->run.left_alone)
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

void gn_settle_let_go(struct gn_job *job, bool source_too, bool body_too)
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

void gn_settle(struct gn_job *job, bool stored)
{
    struct gn_flow *f = job->flow;
    bool last; /* of a source that leaves */

    gn_delta_settled(job, stored);
    lead_on(job, stored);
    if (!job->released || job->held > 0)
        gn_settle_let_go(job, !gn_job_leads_on(job), true);
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
