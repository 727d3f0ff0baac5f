#include "engine/deliver.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/chain.h"
#include "engine/frontier/crew.h"
#include "engine/record.h"
#include "engine/settle.h"
#include "engine/steer/asked.h"
#include "engine/table/blame.h"
#include "engine/table/sift.h"
#include "engine/tell/events.h"
#include "engine/version.h"

enum {
    MOST_STALE = 3, /* times that rows are tried on a table that changes */
    AGAIN_MS = 20   /* others may have filled the store, and tell nobody */
};

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
        gn_settle_let_go(job, job->run.part == 1 && !gn_job_leads_on(job),
                         !gn_record_keeps_body(job));
        return true;
    }
    job->in_store = false;
    if (code == GARNER_FULL)
        return false;
    gn_record_ended(job, false);
    job->store_error = gn_strdup(err.message);
    gn_settle(job, false);
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
    gn_settle(job, false);
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

/* Where job was led to, as far as it came. */
static void note_hops(struct gn_job *job)
{
    const char *url = gn_job_text(job, gn_target_url(job->hop.target));

    job->run.url = url != NULL ? url : job->run.url;
    job->run.duration_us = job->hop_us;
}

void gn_deliver_unfetched(struct gn_job *job, const char *word,
                          const char *text)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.fetched++;
    f->totals.fetch_failed += !job->run.left_alone;
    gn_unlock(&f->lock);
    job->held = 0;
    job->counted = true;
    if (job->hop.count == 0)
        job->run.started_us = gn_clock_wall_us();
    else
        note_hops(job);
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
        gn_settle(job, false);
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
    gn_settle(job, true);
}
