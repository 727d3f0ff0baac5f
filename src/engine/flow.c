#include "engine/flow.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/record.h"
#include "engine/retry.h"
#include "engine/version.h"

/* --- extraction ---------------------------------------------------------- */

/* On a worker. */
static void worked(struct gn_extraction *extraction)
{
    struct gn_job *job = extraction->context;

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

static void extracted(struct gn_job *job)
{
    const bool failed = job->extraction.code != GARNER_OK;

    not_extracting(job->flow, failed);
    job->counted = failed;
    if (failed)
        gn_job_fail(job, "sql", job->extraction.error.message);
    gn_deliver(job, NULL, 0);
}

static void extract(struct gn_job *job)
{
    struct gn_flow *f = job->flow;

    gn_job_move(job, GN_JOB_EXTRACTING);
    gn_lock(&f->lock);
    f->extracting_count++;
    gn_unlock(&f->lock);
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

/* Looks whether the body is the source's last one. As long as bodies of the
 * source are on their way to the store, it alone can tell: the body goes along.
 */
static void compare_body(struct gn_job *job, const unsigned char *sha256)
{
    struct gn_active *a = job->active;

    if (a->bodies_out == 0 && a->memory.has_body &&
        same_hash(a->memory.sha256, sha256))
        return;
    job->body_is_new = true;
    job->body_is_expected = a->bodies_out > 0 && same_hash(a->newest, sha256);
    memcpy(job->sha256, sha256, sizeof job->sha256);
    memcpy(a->newest, sha256, sizeof a->newest);
}

/* Makes the response the job's run. */
static void describe(struct gn_job *job, const struct gn_response *r)
{
    char text[64];

    job->run.started_us = r->started_wall_us;
    job->run.duration_us = r->duration_us;
    job->run.status = r->status;
    if (r->redirects > 0) {
        const char *url = gn_job_text(job, r->final_url);

        job->run.url = url != NULL ? url : job->run.url;
    }
    if (r->failure != GN_FAILURE_NONE) {
        gn_job_fail(job, gn_failure_name(r->failure), r->error);
        return;
    }
    if (job->unmodified)
        return;
    if (r->status >= 400) {
        snprintf(text, sizeof text, "the server answered with status %d",
                 r->status);
        gn_job_fail(job, "http", text);
    }
    job->run.bytes = (int64_t)r->body->size;
    job->content_type = gn_job_text(job, r->content_type);
}

static void note_fetch(struct gn_job *job, const struct gn_response *response)
{
    const bool refused =
        response->failure == GN_FAILURE_NONE && response->status >= 400;
    const bool failed = job->run.failure != NULL && !refused;
    const bool unchanged = !failed && !job->unmodified &&
                           (!job->body_is_new || job->body_is_expected);
    struct gn_flow *f = job->flow;

    job->counted = failed || refused;
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.fetched++;
    f->totals.fetch_failed += failed;
    f->totals.http_errors += refused;
    f->totals.bytes += response->body->size;
    f->totals.bodies_unchanged += unchanged;
    f->totals.not_modified += job->unmodified;
    gn_histogram_add(&f->latency, response->duration_us);
    gn_unlock(&f->lock);
    job->held = 0;
}

/* Moves the response's body into the job. false: no memory. */
static bool take_body(struct gn_job *job, struct gn_response *response)
{
    struct gn_flow *f = job->flow;
    const size_t size = response->body->size;

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

static void deliver_borrowed(struct gn_job *job, const struct gn_buf *body)
{
    gn_deliver(job, body->size > 0 ? body->data : "", body->size);
}

/* Goes on with what came: to the extraction, if there is one, or the store. */
static void go_on(struct gn_job *job, struct gn_response *response)
{
    const struct gn_source *source = job->active->source;
    struct garner_error err;

    if (job->run.failure == NULL && !job->unmodified &&
        source->row_spec_count > 0) {
        if (take_body(job, response) &&
            gn_job_prepare_extraction(job, response->final_url,
                                      response->headers, &err) == GARNER_OK) {
            extract(job);
            return;
        }
        gn_job_fail(job, "local", "out of memory");
    } else if (job->body_is_new && response->body->size >= GN_RECORD_LARGE) {
        (void)take_body(job, response); /* else it is borrowed */
    }
    deliver_borrowed(job, response->body);
}

static void fetch(struct gn_job *job);

static void fetched(void *context, struct gn_response *response)
{
    struct gn_job *job = context;
    struct gn_flow *f = job->flow;
    enum gn_verdict verdict;

    if (f->abandoned)
        return;
    job->transfer = NULL;
    verdict = gn_version_judge(job, response);
    if (verdict == GN_VERDICT_DOUBT) {
        gn_version_ask_whole(job);
        fetch(job);
        return;
    }
    describe(job, response);
    if (verdict == GN_VERDICT_WRONG) {
        gn_job_fail(job, gn_failure_name(GN_FAILURE_PROTOCOL),
                    "the server answered with status 304, not modified, to a "
                    "request for any version");
        job->run.bytes = -1;
    }
    if (response->failure == GN_FAILURE_NONE && verdict == GN_VERDICT_WHOLE)
        compare_body(job, response->sha256);
    note_fetch(job, response);
    gn_hosts_end(f->hosts, job, response->failure, response->status,
                 gn_random_fraction(&f->random));
    gn_retry_decide(job, response, gn_random_fraction(&f->random));
    go_on(job, response);
    gn_flow_start_due(f);
}

/* --- starting ------------------------------------------------------------ */

/* A fetch that could not even be started leaves its row all the same. */
static void not_started(struct gn_job *job, const struct garner_error *err)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.fetched++;
    f->totals.fetch_failed++;
    gn_unlock(&f->lock);
    gn_hosts_end(f->hosts, job, GN_FAILURE_LOCAL, 0, 0);
    job->held = 0;
    job->counted = true;
    job->run.started_us = gn_clock_wall_us();
    gn_job_fail(job, gn_failure_name(GN_FAILURE_LOCAL), err->message);
    gn_deliver(job, NULL, 0);
}

static struct gn_job *new_job(struct gn_flow *f, struct gn_active *active)
{
    struct gn_job *job = STAILQ_FIRST(&f->spare);

    if (job != NULL) {
        STAILQ_REMOVE_HEAD(&f->spare, next);
        f->spares--;
    } else {
        job = gn_alloc(sizeof *job);
        if (job == NULL)
            return NULL;
    }
    gn_job_init(job, active, f, f->inbox);
    TAILQ_INSERT_TAIL(&f->all, job, in_all);
    f->jobs++;
    return job;
}

static void refuse(struct gn_flow *f, struct gn_active *active, size_t reserved)
{
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= reserved;
    gn_schedule_refuse(f->schedule, &active->due);
    gn_unlock(&f->lock);
    gn_log(GN_LOG_ERROR, active->source->name, "out of memory for a fetch");
    gn_inbox_ring(f->inbox); /* it may have been the last */
}

static void fetch(struct gn_job *job)
{
    struct garner_error err;

    if (gn_fetcher_start(job->flow->fetcher, job->active->target, fetched, job,
                         &job->transfer, &err) != GARNER_OK)
        not_started(job, &err);
    else if (job->state != GN_JOB_FETCHING)
        gn_job_move(job, GN_JOB_FETCHING);
}

static void begin(struct gn_job *job)
{
    gn_hosts_begin(job->flow->hosts, job);
    gn_version_ask(job);
    fetch(job);
}

/* While it waits for its host, it takes no room from others. */
static void wait(struct gn_job *job, int64_t now_ns)
{
    struct gn_flow *f = job->flow;

    gn_job_move(job, GN_JOB_WAITING);
    job->waits_from_ns = now_ns;
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    gn_unlock(&f->lock);
}

/* A source taken from the schedule. */
struct taken {
    struct gn_active *active;
    int64_t late_ns;
    size_t reserved; /* bytes that its body may need */
    bool again;      /* it is tried again */
};

static void start(struct gn_flow *f, const struct taken *taken, int64_t now_ns)
{
    struct gn_active *active = taken->active;
    struct gn_job *job = new_job(f, active);

    if (job == NULL) {
        refuse(f, active, taken->reserved);
        return;
    }
    job->held = taken->reserved;
    job->run.late_us = taken->late_ns / 1000;
    gn_retry_begin(job, taken->again);
    if (gn_hosts_wait(f->hosts, job, now_ns))
        wait(job, now_ns);
    else
        begin(job);
}

/* With the lock held. */
static bool has_room(const struct gn_flow *f)
{
    return !f->closed && f->fetching_count < f->parallel &&
           f->body_bytes + f->reserved_bytes < f->max_body_bytes &&
           STAILQ_EMPTY(&f->for_store) && STAILQ_EMPTY(&f->for_extractor);
}

static struct gn_active *active_of(struct gn_due *due)
{
    return (struct gn_active *)(void *)((char *)due -
                                        offsetof(struct gn_active, due));
}

/* Pops the next source whose host may be fetched from. With the lock held. */
static struct gn_due *pop(struct gn_flow *f, int64_t now_ns, int64_t *due_at_ns)
{
    const int64_t wall_us = gn_clock_wall_us();
    struct gn_due *due;
    int64_t until_ns;

    while ((due = gn_schedule_pop(f->schedule, now_ns, wall_us, due_at_ns)) !=
               NULL &&
           gn_hosts_turn_away(active_of(due), now_ns, &until_ns))
        gn_schedule_turn_away(f->schedule, due, until_ns);
    return due;
}

/* Takes the next source that is due from the schedule; false: none may start.
 * *next_ns is when to look again; INT64_MIN: when there is room. */
static bool take_due(struct gn_flow *f, int64_t now_ns, struct taken *taken,
                     int64_t *next_ns)
{
    struct gn_due *due = NULL;
    int64_t due_at_ns = 0;

    *next_ns = INT64_MIN;
    gn_lock(&f->lock);
    if (has_room(f)) {
        due = pop(f, now_ns, &due_at_ns);
        *next_ns = gn_schedule_next_ns(f->schedule);
    }
    if (due != NULL) {
        struct gn_active *a = active_of(due);

        *taken = (struct taken){
            .active = a,
            .late_ns = now_ns - due_at_ns,
            .reserved = a->last.bytes > 0 ? (size_t)a->last.bytes : 0,
            .again = due->again};
        f->fetching_count++;
        f->reserved_bytes += taken->reserved;
        f->totals.retried += due->again;
        gn_histogram_add(&f->lateness, taken->late_ns / 1000);
    }
    gn_unlock(&f->lock);
    return due != NULL;
}

/* Its host is left alone since it began to wait: it is put off like others. */
static bool turned_away(struct gn_job *job, int64_t now_ns)
{
    struct gn_flow *f = job->flow;
    int64_t until_ns;

    if (!gn_hosts_turn_away(job->active, now_ns, &until_ns))
        return false;
    gn_schedule_turn_away(f->schedule, &job->active->due, until_ns);
    TAILQ_REMOVE(&f->all, job, in_all);
    f->jobs--;
    gn_job_free(job);
    gn_inbox_ring(f->inbox); /* it may have been the last */
    return true;
}

/* Takes a job whose turn at its host has come; NULL: there is none, or no room
 * for it. */
static struct gn_job *take_waiting(struct gn_flow *f, int64_t now_ns)
{
    struct gn_job *job = NULL;

    gn_lock(&f->lock);
    if (has_room(f))
        do
            job = gn_hosts_next(f->hosts, now_ns);
        while (job != NULL && turned_away(job, now_ns));
    if (job != NULL) {
        f->fetching_count++;
        f->reserved_bytes += job->held;
    }
    gn_unlock(&f->lock);
    return job;
}

static void start_waiting(struct gn_flow *f, int64_t now_ns)
{
    struct gn_job *job;

    while ((job = take_waiting(f, now_ns)) != NULL) {
        job->run.late_us += (now_ns - job->waits_from_ns) / 1000;
        begin(job);
    }
}

static void start_due(struct gn_flow *f)
{
    /* What falls due meanwhile has to wait, so that this ends. */
    const int64_t until_ns = gn_clock_monotonic_ns();
    int64_t now_ns = until_ns;
    int64_t next_ns = INT64_MIN;
    struct taken taken;

    while (take_due(f, now_ns, &taken, &next_ns)) {
        start(f, &taken, now_ns);
        if (next_ns > until_ns)
            break;
        now_ns = gn_clock_monotonic_ns();
    }
    if (next_ns != INT64_MIN)
        gn_alarm_set(&f->alarm, next_ns);
}

void gn_flow_start_due(struct gn_flow *f)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    int64_t waiting_ns;

    start_waiting(f, now_ns);
    start_due(f);
    waiting_ns = gn_hosts_next_ns(f->hosts);
    if (waiting_ns > now_ns && waiting_ns != INT64_MAX)
        gn_alarm_set(&f->alarm, waiting_ns); /* else there was no room */
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
    gn_flow_start_due(f);
}

/* --- beginning and end --------------------------------------------------- */

static void rang(void *flow)
{
    gn_flow_start_due(flow);
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
    TAILQ_INIT(&f->all);
    STAILQ_INIT(&f->spare);
    STAILQ_INIT(&f->for_extractor);
    STAILQ_INIT(&f->for_store);
    gn_mutex_init(&f->lock);
    return GARNER_OK;
}
