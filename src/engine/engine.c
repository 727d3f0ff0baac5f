#include "engine/engine.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/flow.h"
#include "engine/record.h"
#include "engine/roster.h"

enum { DEFAULT_PARALLEL = 1024, DEFAULT_DRAIN_MS = 10000, LAST_WAIT_MS = 2000 };

struct gn_engine {
    /* constant */
    struct gn_engine_options options;
    struct gn_roster roster; /* the sources at work */
    int64_t started_wall_us;
    int64_t started_ns;

    /* the engine's thread only */
    uv_loop_t loop;
    uv_timer_t stop_timer; /* run_for_ms; then the drain's deadline */
    struct gn_flow flow;
    bool flow_open;
    int stops_seen;
    bool late; /* the drain's deadline passed */

    /* any thread */
    atomic_int stops; /* calls of gn_engine_stop */
    atomic_int phase; /* enum gn_phase */
};

static void receive(void *context);

/* --- starting
 * ------------------------------------------------------------------ */

static enum garner_code open_flow(struct gn_engine *e,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    const struct gn_engine_options *o = &e->options;
    const struct gn_fetcher_options fetcher = {
        .idle_connections = o->parallel < 256 ? 256 : o->parallel};
    const struct gn_extractor_options extractor = {.workers = o->workers};
    struct gn_flow *f = &e->flow;
    enum garner_code code;
    int rc = uv_loop_init(&e->loop);

    if (rc != 0)
        return gn_fail(err, GARNER_IO, "an event loop: %s", uv_strerror(rc));
    f->loop = &e->loop;
    f->store = store;
    f->parallel = (size_t)o->parallel;
    f->max_body_bytes = o->max_body_bytes;
    f->receive = receive;
    f->receive_context = e;
    code = gn_flow_init(f, err);
    if (code != GARNER_OK) {
        GN_CHECK(uv_loop_close(&e->loop) == 0);
        return code;
    }
    e->flow_open = true;
    GN_CHECK(uv_timer_init(&e->loop, &e->stop_timer) == 0);
    e->stop_timer.data = e;
    code = garner_codec_new(&f->codec, err);
    if (code == GARNER_OK)
        code = gn_fetcher_new(&e->loop, &fetcher, &f->fetcher, err);
    if (code == GARNER_OK && e->roster.has_sql)
        code = gn_extractor_new(&extractor, &f->extractor, err);
    return code;
}

static void set_defaults(struct gn_engine_options *o)
{
    if (o->parallel == 0)
        o->parallel = DEFAULT_PARALLEL;
    if (o->max_body_bytes == 0)
        o->max_body_bytes = (size_t)256 << 20;
    if (o->drain_ms == 0)
        o->drain_ms = DEFAULT_DRAIN_MS;
}

enum garner_code gn_engine_new(struct garner_store *store,
                               const struct gn_config *config,
                               const struct gn_engine_options *options,
                               struct gn_engine **out, struct garner_error *err)
{
    struct gn_engine *e;
    enum garner_code code;

    *out = NULL;
    e = gn_alloc(sizeof *e);
    if (e == NULL)
        return gn_fail(err, GARNER_NOMEM, "an engine");
    e->options = *options;
    set_defaults(&e->options);
    code = gn_roster_open(&e->roster, store, config, err);
    if (code == GARNER_OK)
        code = open_flow(e, store, err);
    if (code != GARNER_OK) {
        gn_engine_free(e);
        return code;
    }
    *out = e;
    return GARNER_OK;
}

static enum garner_code start(struct gn_engine *e, struct garner_error *err)
{
    struct gn_flow *f = &e->flow;
    enum garner_code code;

    e->started_ns = gn_clock_monotonic_ns();
    e->started_wall_us = gn_clock_wall_us();
    gn_lock(&f->lock);
    code = gn_schedule_new(e->started_ns, (uint64_t)e->started_wall_us,
                           &f->schedule, err);
    for (size_t i = 0; i < e->roster.count && code == GARNER_OK; i++) {
        struct gn_active *a = &e->roster.actives[i];
        struct gn_spec spec = a->source->schedule;

        if (e->options.once)
            spec = (struct gn_spec){.every_ms = 0};
        code = gn_schedule_add(f->schedule, &a->due, &spec, e->started_ns,
                               e->started_wall_us, err);
    }
    gn_unlock(&f->lock);
    return code;
}

/* --- stopping
 * ------------------------------------------------------------------- */

static void end_loop(uv_timer_t *timer)
{
    struct gn_engine *e = timer->data;

    uv_stop(&e->loop);
}

/* What is still under way is given up; the store gets a little time to take
 * the records of that. */
static void give_up(struct gn_engine *e)
{
    gn_flow_cancel(&e->flow);
    GN_CHECK(uv_timer_start(&e->stop_timer, end_loop, LAST_WAIT_MS, 0) == 0);
}

static void drain_is_over(uv_timer_t *timer)
{
    struct gn_engine *e = timer->data;

    e->late = true;
    give_up(e);
}

static void drain(struct gn_engine *e)
{
    atomic_store(&e->phase, GN_PHASE_DRAINING);
    gn_flow_stop(&e->flow);
    GN_CHECK(uv_timer_start(&e->stop_timer, drain_is_over,
                            (uint64_t)e->options.drain_ms, 0) == 0);
}

static void time_is_over(uv_timer_t *timer)
{
    drain(timer->data);
    receive(timer->data);
}

static bool is_done(struct gn_engine *e)
{
    struct gn_flow *f = &e->flow;
    bool nothing_due;

    gn_lock(&f->lock);
    nothing_due = f->closed || gn_schedule_next_ns(f->schedule) == INT64_MAX;
    gn_unlock(&f->lock);
    return nothing_due && f->jobs == 0;
}

/* On the loop, after jobs were handed back or a stop was asked for. */
static void receive(void *context)
{
    struct gn_engine *e = context;
    const int stops = atomic_load(&e->stops);

    gn_flow_receive(&e->flow);
    if (stops > 0 && e->stops_seen == 0 &&
        atomic_load(&e->phase) != GN_PHASE_DRAINING)
        drain(e);
    if (stops > 1 && e->stops_seen <= 1)
        give_up(e);
    e->stops_seen = stops;
    if (is_done(e))
        uv_stop(&e->loop);
}

void gn_engine_stop(struct gn_engine *e)
{
    atomic_fetch_add(&e->stops, 1);
    gn_inbox_ring(&e->flow.inbox);
}

/* What was missed and not told yet, so that due = fetched + missed in the
 * store, too. */
static enum garner_code store_missed(struct gn_engine *e,
                                     struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    for (size_t i = 0; i < e->roster.count && code == GARNER_OK; i++) {
        uint64_t missed[GN_MISS_REASONS] = {0};

        code = gn_record_add_missed(&e->roster.actives[i], batch, wall_us,
                                    missed, err);
        if (code == GARNER_OK && garner_batch_count(batch) >= 1000) {
            code = garner_write(e->flow.store, batch, NULL, err);
            garner_batch_clear(batch);
        }
    }
    if (code == GARNER_OK)
        code = garner_write(e->flow.store, batch, NULL, err);
    garner_batch_free(batch);
    return code;
}

enum garner_code gn_engine_run(struct gn_engine *e, struct garner_error *err)
{
    enum garner_code code = start(e, err);

    if (code != GARNER_OK)
        return code;
    atomic_store(&e->phase, GN_PHASE_RUNNING);
    if (e->options.run_for_ms > 0)
        GN_CHECK(uv_timer_start(&e->stop_timer, time_is_over,
                                (uint64_t)e->options.run_for_ms, 0) == 0);
    gn_flow_start_due(&e->flow);
    gn_inbox_ring(&e->flow.inbox); /* a stop may have been asked for already */
    uv_run(&e->loop, UV_RUN_DEFAULT);
    if (e->flow.jobs > 0)
        return gn_fail(
            err, e->stops_seen > 1 ? GARNER_CANCELED : GARNER_TIMEOUT,
            "%zu fetches were still being stored at the end", e->flow.jobs);
    code = store_missed(e, err);
    if (code == GARNER_OK)
        code = garner_flush(e->flow.store, err);
    if (code == GARNER_OK && e->stops_seen > 1)
        return gn_fail(err, GARNER_CANCELED,
                       "stopped twice: what was under way was given up");
    if (code == GARNER_OK && e->late)
        return gn_fail(err, GARNER_TIMEOUT,
                       "what was still under way %" PRId64 " ms after the stop "
                       "was given up",
                       e->options.drain_ms);
    return code;
}

static void free_leftovers(struct gn_flow *f)
{
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    gn_inbox_take(&f->inbox, &jobs);
    STAILQ_CONCAT(&jobs, &f->for_store);
    STAILQ_CONCAT(&jobs, &f->for_extractor);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        gn_job_free(job);
    }
}

void gn_engine_free(struct gn_engine *e)
{
    struct gn_flow *f;

    if (e == NULL)
        return;
    f = &e->flow;
    if (e->flow_open) {
        gn_flow_stop(f);
        gn_fetcher_close(f->fetcher);
        gn_extractor_close(f->extractor);
        free_leftovers(f);
        gn_flow_close(f);
        uv_close((uv_handle_t *)&e->stop_timer, NULL);
        uv_run(&e->loop, UV_RUN_DEFAULT);
        GN_CHECK(uv_loop_close(&e->loop) == 0);
        gn_schedule_free(f->schedule);
        garner_codec_free(f->codec);
        gn_mutex_fini(&f->lock);
    }
    gn_roster_close(&e->roster);
    gn_free(e);
}

/* --- status
 * -------------------------------------------------------------------------- */

static int64_t resident_bytes(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    long pages = 0;

    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%*s %ld", &pages) != 1)
        pages = 0;
    (void)fclose(statm); /* only read from */
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int64_t until_us(int64_t due_ns, int64_t now_ns)
{
    if (due_ns == INT64_MAX)
        return INT64_MAX;
    return due_ns > now_ns ? (due_ns - now_ns) / 1000 : 0;
}

void gn_engine_status(struct gn_engine *e, struct gn_status *status)
{
    struct gn_flow *f = &e->flow;
    const int64_t now_ns = gn_clock_monotonic_ns();

    *status = (struct gn_status){
        .phase = (enum gn_phase)atomic_load(&e->phase),
        .now_wall_us = gn_clock_wall_us(),
        .sources = e->roster.count,
        .next_due_us = INT64_MAX,
        .resident_bytes = resident_bytes(),
    };
    garner_stats(f->store, &status->store);
    gn_lock(&f->lock);
    status->started_wall_us = e->started_wall_us;
    status->fetching = f->fetching_count;
    status->extracting = f->extracting_count;
    status->storing = f->storing_count;
    status->body_bytes = f->body_bytes;
    status->totals = f->totals;
    status->lateness = f->lateness;
    status->latency = f->latency;
    if (f->schedule != NULL && !f->closed)
        status->next_due_us =
            until_us(gn_schedule_next_ns(f->schedule), now_ns);
    for (size_t i = 0; i < e->roster.count; i++) {
        const struct gn_due *due = &e->roster.actives[i].due;

        status->totals.due += due->due_count;
        status->totals.started += due->started;
        status->totals.missed_overlap += due->missed[GN_MISS_OVERLAP];
        status->totals.missed_late += due->missed[GN_MISS_LATE];
        status->totals.missed_refused += due->missed[GN_MISS_REFUSED];
    }
    gn_unlock(&f->lock);
}

static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from != NULL ? from : "");
}

size_t gn_engine_sources(struct gn_engine *e, size_t first,
                         struct gn_source_status *lines, size_t max)
{
    struct gn_flow *f = &e->flow;
    const int64_t now_ns = gn_clock_monotonic_ns();
    size_t n = 0;

    gn_lock(&f->lock);
    for (size_t i = first; i < e->roster.count && n < max; i++) {
        const struct gn_active *a = &e->roster.actives[i];
        struct gn_source_status *line = &lines[n++];

        *line = (struct gn_source_status){
            .status = a->last.status,
            .last_wall_us = a->last.wall_us,
            .last_duration_us = a->last.duration_us,
            .last_bytes = a->last.bytes,
            .next_due_us = f->schedule != NULL && !f->closed
                               ? until_us(a->due.node.key, now_ns)
                               : INT64_MAX,
            .runs = a->last.runs,
            .failures = a->last.failures,
            .rows = a->last.rows,
            .missed = a->due.missed[GN_MISS_OVERLAP] +
                      a->due.missed[GN_MISS_LATE] +
                      a->due.missed[GN_MISS_REFUSED],
        };
        copy_text(line->name, sizeof line->name, a->source->name);
        copy_text(line->url, sizeof line->url, gn_target_url(a->target));
        copy_text(line->error, sizeof line->error, a->last.error);
    }
    gn_unlock(&f->lock);
    return n;
}
