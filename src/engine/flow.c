#include "engine/flow.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"
#include "engine/chain.h"
#include "engine/cookies.h"
#include "engine/deliver.h"
#include "engine/expect/trial.h"
#include "engine/frontier/crew.h"
#include "engine/frontier/links.h"
#include "engine/host/costs.h"
#include "engine/lead.h"
#include "engine/pace.h"
#include "engine/record.h"
#include "engine/retry.h"
#include "engine/save.h"
#include "engine/start.h"
#include "engine/table/distinct.h"
#include "engine/table/sift.h"
#include "engine/version.h"
#include "fetch/spool.h"

enum { NOT_MODIFIED = 304 };

/* --- extraction ---------------------------------------------------------- */

/* On a worker. */
static bool begins_work(struct gn_extraction *extraction)
{
    return gn_trial_body(extraction->context);
}

/* On a worker, when all rows have been held against what is expected. */
static void drop_twins(struct gn_job *job)
{
    struct gn_extraction *x = &job->extraction;

    for (size_t i = 0; i < x->query_count && x->code == GARNER_OK; i++) {
        const struct gn_rows_spec *spec = &job->active->source->rows[i];
        size_t dropped;

        x->code = gn_distinct(&x->queries[i].rows, spec->key, spec->key_count,
                              &dropped, &x->error);
        job->run.duplicates += (int64_t)dropped;
    }
}

/* On a worker. */
static void worked(struct gn_extraction *extraction)
{
    struct gn_job *job = extraction->context;

    gn_chain_take(job);
    gn_trial_rows(job);
    gn_sift_keys(job);
    drop_twins(job);
    gn_inbox_post(job->inbox, job);
}

/* false: the extractor has no room. */
static bool hand_to_extractor(struct gn_job *job)
{
    return gn_extractor_submit(job->flow->extractor, &job->extraction) ==
           GARNER_OK;
}

static void not_extracting(struct gn_flow *f, bool failed)
{
    gn_lock(&f->lock);
    f->extracting_count--;
    f->totals.extract_failed += failed;
    gn_unlock(&f->lock);
}

static void fail_sql(struct gn_job *job)
{
    const struct gn_extraction *x = &job->extraction;
    const struct gn_source *source = job->active->source;
    const bool was_next = x->code != GARNER_OK && source->next.sql != NULL &&
                          x->failed_query == source->row_spec_count;
    char text[300];

    snprintf(text, sizeof text, "%s%s", was_next ? "next: " : "",
             x->error.message);
    gn_job_fail(job, "sql", text);
}

static void extracted(struct gn_job *job)
{
    const bool failed = job->extraction.code != GARNER_OK;

    not_extracting(job->flow, failed);
    job->counted = failed;
    if (failed)
        fail_sql(job);
    else
        gn_trial_learn(job);
    job->run.bad_rows += job->extraction.skipped.count;
    gn_links_take(job);
    gn_deliver(job, NULL, 0);
}

static void extract(struct gn_job *job)
{
    struct gn_flow *f = job->flow;

    gn_job_move(job, GN_JOB_EXTRACTING);
    gn_lock(&f->lock);
    f->extracting_count++;
    gn_unlock(&f->lock);
    job->extraction.begin = begins_work;
    job->extraction.done = worked;
    job->extraction.context = job;
    if (!STAILQ_EMPTY(&f->for_extractor) || !hand_to_extractor(job))
        STAILQ_INSERT_TAIL(&f->for_extractor, job, next);
}

static void extract_waiting(struct gn_flow *f)
{
    struct gn_job *job;

    while ((job = STAILQ_FIRST(&f->for_extractor)) != NULL) {
        STAILQ_REMOVE_HEAD(&f->for_extractor, next);
        if (!hand_to_extractor(job)) {
            STAILQ_INSERT_HEAD(&f->for_extractor, job, next);
            return;
        }
    }
}

/* --- fetching ------------------------------------------------------------ */

static bool same_hash(const unsigned char *a, const unsigned char *b)
{
    return memcmp(a, b, 32) == 0;
}

/* Looks whether the body is the source's last one, which that of a page behind
 * the first never is. As long as bodies of the
 * source are on their way to the store, it alone can tell: the body goes along.
 */
static void compare_body(struct gn_job *job, const unsigned char *sha256)
{
    struct gn_active *a = job->active;

    if (job->run.part == 1 && a->bodies_out == 0 && a->memory.has_body &&
        same_hash(a->memory.sha256, sha256))
        return;
    job->body_is_new = true;
    job->body_is_expected =
        job->run.part == 1 && a->bodies_out > 0 && same_hash(a->newest, sha256);
    memcpy(job->sha256, sha256, sizeof job->sha256);
}

/* Makes the response the job's run. */
static void describe(struct gn_job *job, const struct gn_response *r)
{
    char text[64];

    if (job->hop.count == 0)
        job->run.started_us = r->started_wall_us;
    job->run.duration_us = job->hop_us + r->duration_us;
    if (r->status != 0) /* else it is that of the redirect, if there was one */
        job->run.status = r->status;
    if (r->redirects + job->hop.count > 0) {
        const char *url = gn_job_text(job, r->final_url);

        job->run.url = url != NULL ? url : job->run.url;
    }
    if (r->failure != GN_FAILURE_NONE) {
        gn_job_fail(job, gn_failure_name(r->failure), r->error);
        job->run.left_alone = r->kept_off && gn_job_was_found(job);
        return;
    }
    if (job->run.failure != NULL || /* led to where it may not go */
        r->status == NOT_MODIFIED)  /* rightly or not, it has no body */
        return;
    gn_trial_answer(job, r);
    if (job->run.failure == NULL &&
        !gn_expect_takes(job->active->source->expect, r->status)) {
        snprintf(text, sizeof text, "the server answered with status %d",
                 r->status);
        gn_job_fail(job, "http", text);
    }
    job->run.bytes = r->size;
    job->content_type = gn_job_text(job, r->content_type);
}

static void note_fetch(struct gn_job *job, const struct gn_response *response)
{
    const bool bad =
        job->run.failure != NULL && !job->quarantined && !job->run.left_alone;
    const bool refused =
        bad && response->failure == GN_FAILURE_NONE && response->status >= 400;
    const bool failed = bad && !refused;
    const bool unchanged = !failed && !job->unmodified &&
                           (!job->body_is_new || job->body_is_expected);
    struct gn_flow *f = job->flow;

    job->counted = bad || job->quarantined || job->run.left_alone;
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.fetched++;
    f->totals.fetch_failed += failed;
    f->totals.http_errors += refused;
    f->totals.bytes += (uint64_t)response->size;
    f->totals.bodies_unchanged += unchanged;
    f->totals.not_modified += job->unmodified;
    gn_histogram_add(&f->latency, response->duration_us);
    gn_unlock(&f->lock);
    job->held = 0;
}

static void take_spool(struct gn_job *job, struct gn_response *response)
{
    job->spool = response->spool;
    response->spool = NULL;
    job->body = gn_spool_data(job->spool);
    job->body_size = gn_spool_size(job->spool);
}

/* Moves the response's body into the job. false: no memory. */
static bool take_body(struct gn_job *job, struct gn_response *response)
{
    struct gn_flow *f = job->flow;
    const size_t size = response->body->size;

    if (response->spool != NULL) {
        take_spool(job, response);
        return true;
    }
    job->body = size > 0 ? gn_buf_take(response->body) : gn_memdup("", 0);
    if (job->body == NULL)
        return false;
    job->body_size = size;
    job->held = size;
    gn_lock(&f->lock);
    f->body_bytes += size;
    gn_unlock(&f->lock);
    return true;
}

/* One that went to a file alone is not in body. */
static void deliver_borrowed(struct gn_job *job, const struct gn_buf *body)
{
    if (gn_save_waits(job))
        gn_deliver(job, NULL, 0);
    else
        gn_deliver(job, body->size > 0 ? body->data : "", body->size);
}

/* Goes on with what came: to a worker, if there is SQL, or a regular expression
 * to match; else to the store. */
static void go_on(struct gn_job *job, struct gn_response *response)
{
    const struct gn_source *source = job->active->source;
    struct garner_error err;

    if (!job->unmodified)
        gn_links_begin(job, response);
    if (job->run.failure == NULL && !job->unmodified &&
        (source->row_spec_count > 0 || source->next.sql != NULL ||
         job->leads_on || gn_trial_matches(job->active))) {
        if (take_body(job, response) &&
            gn_job_prepare_extraction(job, response->final_url,
                                      response->headers, &err) == GARNER_OK) {
            extract(job);
            return;
        }
        gn_job_fail(job, "local", "out of memory");
    } else if (gn_job_stores_body(job) &&
               (response->spool != NULL ||
                response->body->size >= GN_DELTA_LEAST)) {
        (void)take_body(job, response); /* else it is borrowed */
    }
    deliver_borrowed(job, response->body);
}

static void fetched(void *context, struct gn_response *response)
{
    struct gn_job *job = context;
    struct gn_flow *f = job->flow;
    enum gn_verdict verdict;

    if (f->abandoned)
        return;
    job->transfer = NULL;
    gn_costs_note(job, response);
    gn_cookies_take(job, response);
    verdict = gn_version_judge(job, response);
    if (verdict == GN_VERDICT_DOUBT || response->has_no_rest) {
        gn_version_ask_whole(job);
        gn_start_fetch(job);
        return;
    }
    if (gn_lead_follow(job, response)) {
        gn_start_hop(job);
        gn_start_due(f);
        return;
    }
    describe(job, response);
    gn_save_take(job, response);
    if (verdict == GN_VERDICT_WRONG) {
        gn_job_fail(job, gn_failure_name(GN_FAILURE_PROTOCOL),
                    "the server answered with status 304, not modified, to a "
                    "request for any version");
        job->run.bytes = -1;
    }
    if (response->failure == GN_FAILURE_NONE && verdict == GN_VERDICT_WHOLE)
        compare_body(job, response->sha256);
    gn_chain_learn(job, response);
    note_fetch(job, response);
    /* one that was expected is no failure */
    gn_hosts_end(f->hosts, job, response,
                 job->run.failure != NULL ? response->status : 0,
                 gn_random_fraction(&f->random));
    gn_crew_fetched(job);
    gn_retry_decide(job, response, gn_random_fraction(&f->random));
    gn_save_keep(job, response);
    gn_pace_decide(job, response);
    go_on(job, response);
    gn_start_due(f);
}

void gn_flow_receive(struct gn_flow *f)
{
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    gn_inbox_take(f->inbox, &jobs);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        if (job->state == GN_JOB_EXTRACTING)
            extracted(job);
        else
            gn_deliver_returned(job);
    }
    gn_deliver_waiting(f);
    extract_waiting(f);
    gn_start_due(f);
}

/* --- beginning and end --------------------------------------------------- */

static void rang(void *flow)
{
    gn_start_due(flow);
}

enum garner_code gn_flow_init(struct gn_flow *f, struct garner_error *err)
{
    enum garner_code code = gn_alarm_init(&f->alarm, f->loop, rang, f, err);

    if (code != GARNER_OK)
        return code;
    code =
        gn_inbox_new(f->loop, f->receive, f->receive_context, &f->inbox, err);
    if (code != GARNER_OK) {
        gn_alarm_close(&f->alarm);
        (void)uv_run(f->loop, UV_RUN_DEFAULT); /* until it is closed */
        return code;
    }
    GN_CHECK(uv_timer_init(f->loop, &f->again) == 0); /* it never fails */
    f->again.data = f;
    f->fetched = fetched;
    TAILQ_INIT(&f->all);
    TAILQ_INIT(&f->passes);
    STAILQ_INIT(&f->spare);
    STAILQ_INIT(&f->for_extractor);
    STAILQ_INIT(&f->for_store);
    TAILQ_INIT(&f->going);
    gn_mutex_init(&f->lock);
    return GARNER_OK;
}
