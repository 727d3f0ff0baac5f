#include "engine/flow.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/record.h"

static void store_job(struct gn_job *job, const void *body, size_t body_size);
static void rang(uv_timer_t *timer);

/* --- settling
 * ----------------------------------------------------------------- */

/* Notes how the run went, for the status; logs what is new about it. */
static void note_run(struct gn_job *job, bool stored)
{
    struct gn_flow *f = job->flow;
    struct gn_active *a = job->active;
    const char *error =
        job->store_error != NULL ? job->store_error : job->run.error;
    char *copy = error != NULL ? gn_strdup(error) : NULL;
    char *before;

    gn_lock(&f->lock);
    f->storing_count--;
    f->totals.stored += stored;
    f->totals.store_failed += !stored || job->again;
    if (job->run.rows > 0)
        f->totals.rows += (uint64_t)job->run.rows;
    before = a->last.error;
    a->last.error = copy;
    a->last.status = job->run.status;
    a->last.wall_us = job->run.started_us;
    a->last.duration_us = job->run.duration_us;
    a->last.bytes = job->run.bytes;
    a->last.runs++;
    a->last.failures += error != NULL;
    if (job->run.rows > 0)
        a->last.rows += (uint64_t)job->run.rows;
    gn_unlock(&f->lock);
    if (error != NULL && (before == NULL || strcmp(before, error) != 0))
        gn_log(GN_LOG_WARN, a->source->name, "%s", error);
    else if (error == NULL && before != NULL)
        gn_log(GN_LOG_INFO, a->source->name, "works again");
    gn_free(before);
}

static void settle(struct gn_job *job, bool stored)
{
    struct gn_flow *f = job->flow;

    gn_job_move(job, GN_JOB_SETTLED);
    note_run(job, stored);
    f->jobs--;
    gn_job_free(job);
    if (!stored) /* settled outside of receive: it may have been the last */
        gn_inbox_ring(&f->inbox);
}

/* --- the store
 * ------------------------------------------------------------------ */

/* On a thread of the store. */
static void acknowledged(void *context, const struct garner_result *result,
                         const struct garner_error *err)
{
    struct gn_job *job = context;

    (void)result;
    if (err != NULL) {
        job->store_error = gn_strdup(err->message);
        if (job->store_error == NULL)
            job->store_error = gn_memdup("", 0);
    }
    gn_inbox_post(&job->flow->inbox, job);
}

/* A source may start again once its job is in the store's queue: what it does
 * next cannot overtake it there. */
static void release_source(struct gn_job *job)
{
    gn_lock(&job->flow->lock);
    if (!job->again)
        gn_schedule_finish(job->flow->schedule, &job->active->due);
    gn_unlock(&job->flow->lock);
}

static void drop_body(struct gn_job *job)
{
    struct gn_flow *f = job->flow;

    if (job->body == NULL)
        return;
    gn_lock(&f->lock);
    f->body_bytes -= job->body_size;
    gn_unlock(&f->lock);
    gn_free(job->body);
    job->body = NULL;
}

static void submit(struct gn_job *job)
{
    struct garner_error err;
    enum garner_code code =
        garner_submit(job->flow->store, job->batch, acknowledged, job, &err);

    if (code == GARNER_FULL) {
        STAILQ_INSERT_TAIL(&job->flow->for_store, job, next);
        return;
    }
    release_source(job);
    drop_body(job);
    if (code == GARNER_OK) {
        job->batch = NULL;
        return;
    }
    job->store_error = gn_strdup(err.message);
    settle(job, false);
}

static void store_failed(struct gn_job *job)
{
    struct garner_error err;
    char *message = job->store_error;

    job->store_error = NULL;
    if (job->again) { /* not even the run alone could be stored */
        job->store_error = message;
        settle(job, false);
        return;
    }
    job->again = true;
    gn_job_move(job, GN_JOB_STORING);
    if (gn_record_build_failed(job, message, &err) == GARNER_OK) {
        submit(job);
    } else {
        job->store_error = gn_strdup(err.message);
        settle(job, false);
    }
    gn_free(message);
}

static void store_job(struct gn_job *job, const void *body, size_t body_size)
{
    struct gn_flow *f = job->flow;
    struct garner_error err;
    enum garner_code code;

    gn_job_move(job, GN_JOB_STORING);
    gn_lock(&f->lock);
    f->storing_count++;
    gn_unlock(&f->lock);
    code = gn_record_build(job, body, body_size, f->codec,
                           gn_clock_monotonic_ns(), &err);
    if (code == GARNER_OK) {
        submit(job);
        return;
    }
    release_source(job);
    drop_body(job);
    job->store_error = gn_strdup(err.message);
    settle(job, false);
}

/* --- packing
 * --------------------------------------------------------------------- */

static void pack(uv_work_t *work)
{
    gn_record_pack(work->data);
}

static void packed(uv_work_t *work, int status)
{
    struct gn_job *job = work->data;

    (void)status; /* it is never canceled */
    gn_free(work);
    store_job(job, job->body, job->body_size);
}

/* The job has its body. Large ones are compressed on another thread first. */
static void pack_or_store(struct gn_job *job)
{
    uv_work_t *work;

    if (!job->body_is_new || job->body_size < GN_RECORD_LARGE) {
        store_job(job, job->body, job->body_size);
        return;
    }
    work = gn_alloc(sizeof *work);
    if (work == NULL) {
        store_job(job, job->body, job->body_size);
        return;
    }
    work->data = job;
    gn_job_move(job, GN_JOB_PACKING);
    GN_CHECK(uv_queue_work(job->flow->loop, work, pack, packed) == 0);
}

/* --- extraction
 * -------------------------------------------------------------------- */

/* On a worker. */
static void worked(struct gn_extraction *extraction)
{
    struct gn_job *job = extraction->context;

    gn_inbox_post(&job->flow->inbox, job);
}

static void hand_to_extractor(struct gn_job *job)
{
    if (gn_extractor_submit(job->flow->extractor, &job->extraction) !=
        GARNER_OK)
        STAILQ_INSERT_TAIL(&job->flow->for_extractor, job, next);
}

static void extracted(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    const bool failed = job->extraction.code != GARNER_OK;

    gn_lock(&f->lock);
    f->extracting_count--;
    f->totals.extract_failed += failed;
    gn_unlock(&f->lock);
    if (failed) {
        job->run.failure = "sql";
        job->run.error = gn_job_text(job, job->extraction.error.message);
    }
    pack_or_store(job);
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
    hand_to_extractor(job);
}

/* --- fetching
 * ------------------------------------------------------------------------ */

static void note_fetch(struct gn_job *job, const struct gn_response *response)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->totals.fetched++;
    f->totals.fetch_failed += response->failure != GN_FAILURE_NONE;
    f->totals.http_errors += response->status >= 400;
    f->totals.bytes += response->body->size;
    f->totals.bodies_unchanged +=
        response->failure == GN_FAILURE_NONE && !job->body_is_new;
    gn_histogram_add(&f->latency, response->duration_us);
    gn_unlock(&f->lock);
}

static void describe(struct gn_job *job, const struct gn_response *r)
{
    struct gn_memory *memory = &job->active->memory;
    char text[64];

    job->run.started_us = r->started_wall_us;
    job->run.duration_us = r->duration_us;
    job->run.status = r->status;
    if (r->final_url != NULL && strcmp(r->final_url, job->run.url) != 0) {
        const char *url = gn_job_text(job, r->final_url);

        job->run.url = url != NULL ? url : job->run.url;
    }
    if (r->failure != GN_FAILURE_NONE) {
        job->run.failure = gn_failure_name(r->failure);
        job->run.error = gn_job_text(job, r->error);
        return;
    }
    if (r->status >= 400) {
        snprintf(text, sizeof text, "the server answered with status %d",
                 r->status);
        job->run.failure = "http";
        job->run.error = gn_job_text(job, text);
    }
    job->run.bytes = (int64_t)r->body->size;
    job->body_is_new = !memory->has_body || memcmp(memory->sha256, r->sha256,
                                                   sizeof memory->sha256) != 0;
    if (!job->body_is_new)
        return;
    memory->has_body = true;
    memcpy(memory->sha256, r->sha256, sizeof memory->sha256);
    memcpy(job->sha256, r->sha256, sizeof job->sha256);
}

/* Moves the response's body into the job. */
static bool take_body(struct gn_job *job, struct gn_response *response)
{
    struct gn_flow *f = job->flow;

    job->body_size = response->body->size;
    job->body =
        job->body_size > 0 ? gn_buf_take(response->body) : gn_memdup("", 0);
    if (job->body == NULL)
        return false;
    gn_lock(&f->lock);
    f->body_bytes += job->body_size;
    gn_unlock(&f->lock);
    return true;
}

static void fetched(void *context, struct gn_response *response)
{
    struct gn_job *job = context;
    struct gn_flow *f = job->flow;
    const bool usable =
        response->failure == GN_FAILURE_NONE && response->status < 400;
    struct garner_error err;

    TAILQ_REMOVE(&f->fetching, job, in_list);
    job->transfer = NULL;
    describe(job, response);
    note_fetch(job, response);
    job->content_type = gn_job_text(job, response->content_type);
    if (usable && job->active->source->row_spec_count > 0) {
        if (take_body(job, response) &&
            gn_job_prepare_extraction(job, response->final_url,
                                      response->headers, &err) == GARNER_OK) {
            extract(job);
        } else {
            job->run.failure = "local";
            job->run.error = "out of memory";
            store_job(job, job->body, job->body_size);
        }
    } else if (job->body_is_new && response->body->size >= GN_RECORD_LARGE &&
               take_body(job, response)) {
        pack_or_store(job);
    } else {
        store_job(job, response->body->data, response->body->size);
    }
    gn_flow_start_due(f);
}

/* A fetch that could not even be started leaves its row all the same. */
static void not_started(struct gn_job *job, const struct garner_error *err)
{
    struct gn_flow *f = job->flow;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->totals.fetched++;
    f->totals.fetch_failed++;
    gn_unlock(&f->lock);
    job->run.started_us = gn_clock_wall_us();
    job->run.failure = gn_failure_name(GN_FAILURE_LOCAL);
    job->run.error = gn_job_text(job, err->message);
    store_job(job, NULL, 0);
}

static void start(struct gn_flow *f, struct gn_active *active, int64_t late_ns)
{
    struct garner_error err;
    struct gn_job *job;

    if (gn_job_new(active, f, &job, &err) != GARNER_OK) {
        gn_lock(&f->lock);
        f->fetching_count--;
        gn_schedule_refuse(f->schedule, &active->due);
        gn_unlock(&f->lock);
        gn_log(GN_LOG_ERROR, active->source->name, "%s", err.message);
        return;
    }
    f->jobs++;
    job->run.late_us = late_ns / 1000;
    if (gn_fetcher_start(f->fetcher, active->target, fetched, job,
                         &job->transfer, &err) != GARNER_OK) {
        not_started(job, &err);
        return;
    }
    gn_job_move(job, GN_JOB_FETCHING);
    TAILQ_INSERT_TAIL(&f->fetching, job, in_list);
}

/* With the lock held. */
static bool has_room(const struct gn_flow *f)
{
    return !f->closed && f->fetching_count < f->parallel &&
           f->body_bytes < f->max_body_bytes && STAILQ_EMPTY(&f->for_store) &&
           STAILQ_EMPTY(&f->for_extractor);
}

/* The timer counts milliseconds, rounded up: a source never starts early. */
static void arm(struct gn_flow *f, int64_t next_ns)
{
    int64_t wait_ns;

    if (next_ns == f->armed_ns)
        return;
    f->armed_ns = next_ns;
    if (next_ns == INT64_MAX) {
        (void)uv_timer_stop(&f->timer); /* it never fails */
        return;
    }
    uv_update_time(f->loop);
    wait_ns = next_ns - gn_clock_monotonic_ns();
    if (wait_ns < 0)
        wait_ns = 0;
    GN_CHECK(uv_timer_start(&f->timer, rang,
                            (uint64_t)(wait_ns + 999999) / 1000000, 0) == 0);
}

void gn_flow_start_due(struct gn_flow *f)
{
    int64_t next_ns = INT64_MAX;
    struct gn_due *due;

    do {
        const int64_t now_ns = gn_clock_monotonic_ns();
        int64_t due_at_ns = 0;

        gn_lock(&f->lock);
        due = has_room(f) ? gn_schedule_pop(f->schedule, now_ns,
                                            gn_clock_wall_us(), &due_at_ns)
                          : NULL;
        if (due != NULL) {
            f->fetching_count++;
            gn_histogram_add(&f->lateness, (now_ns - due_at_ns) / 1000);
        } else if (has_room(f)) {
            next_ns = gn_schedule_next_ns(f->schedule);
        }
        gn_unlock(&f->lock);
        if (due != NULL)
            start(f,
                  (struct gn_active *)((char *)due -
                                       offsetof(struct gn_active, due)),
                  now_ns - due_at_ns);
    } while (due != NULL);
    arm(f, next_ns);
}

static void rang(uv_timer_t *timer)
{
    struct gn_flow *f = timer->data;

    f->armed_ns = INT64_MAX;
    gn_flow_start_due(f);
}

/* Tries again what the store or the extractor had no room for, in order. */
static void retry(struct gn_jobs *waiting, void (*hand_on)(struct gn_job *))
{
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    STAILQ_CONCAT(&jobs, waiting);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        hand_on(job);
        if (!STAILQ_EMPTY(waiting)) { /* still no room: it went back */
            STAILQ_CONCAT(waiting, &jobs);
            return;
        }
    }
}

void gn_flow_receive(struct gn_flow *f)
{
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    gn_inbox_take(&f->inbox, &jobs);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        if (job->state == GN_JOB_EXTRACTING)
            extracted(job);
        else if (job->store_error != NULL)
            store_failed(job);
        else
            settle(job, true);
    }
    retry(&f->for_store, submit);
    retry(&f->for_extractor, hand_to_extractor);
    gn_flow_start_due(f);
}

enum garner_code gn_flow_init(struct gn_flow *f, struct garner_error *err)
{
    enum garner_code code =
        gn_inbox_init(&f->inbox, f->loop, f->receive, f->receive_context, err);

    if (code != GARNER_OK)
        return code;
    GN_CHECK(uv_timer_init(f->loop, &f->timer) == 0); /* it never fails */
    f->timer.data = f;
    f->armed_ns = INT64_MAX;
    TAILQ_INIT(&f->fetching);
    STAILQ_INIT(&f->for_extractor);
    STAILQ_INIT(&f->for_store);
    gn_mutex_init(&f->lock);
    return GARNER_OK;
}

void gn_flow_close(struct gn_flow *f)
{
    gn_inbox_close(&f->inbox);
    uv_close((uv_handle_t *)&f->timer, NULL);
}

void gn_flow_stop(struct gn_flow *f)
{
    gn_lock(&f->lock);
    f->closed = true;
    gn_unlock(&f->lock);
    arm(f, INT64_MAX);
}

void gn_flow_cancel(struct gn_flow *f)
{
    struct gn_job *job;

    TAILQ_FOREACH(job, &f->fetching, in_list)
    gn_fetcher_cancel(f->fetcher, job->transfer);
}
