#include "engine/engine.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/closing.h"
#include "engine/expect/stale.h"
#include "engine/flow.h"
#include "engine/frontier/pass.h"
#include "engine/history/care.h"
#include "engine/host/costs.h"
#include "engine/pace.h"
#include "engine/record.h"
#include "engine/retry.h"
#include "engine/roster.h"
#include "engine/start.h"
#include "engine/steer/asked.h"
#include "engine/steer/reload.h"
#include "engine/steer/steer.h"
#include "engine/survey.h"

enum {
    DEFAULT_PARALLEL = 1024,
    DEFAULT_DRAIN_MS = 10000,
    FILES = 24, /* for a loop and some fetches, all in all */
    LAST_WAIT_MS = 2000,
    LAST_BATCH = 1000
};

struct gn_engine {
    /* constant */
    struct gn_engine_options options;
    const struct gn_config *config;
    struct gn_roster roster; /* the sources at work: see reload.h */
    struct gn_reload reload;

    /* the engine's thread only */
    uv_loop_t loop;
    uv_timer_t beat_timer;
    uv_timer_t stop_timer; /* run_for_ms; then the drain's deadline */
    struct gn_stale stale;
    uint64_t came; /* of reload, so far */
    struct gn_flow flow;
    bool flow_open;
    struct gn_care care;
    int stops_seen;
    bool late; /* the drain's deadline passed */

    /* any thread */
    atomic_int stops; /* calls of gn_engine_stop */
    atomic_int phase; /* enum gn_phase */
};

static void receive(void *context);

static void ring(void *context)
{
    gn_inbox_ring(((struct gn_engine *)context)->flow.inbox);
}

/* --- starting
 * ------------------------------------------------------------------ */

/* Has events of config's sources told, if somebody is to hear of them. */
static enum garner_code tell(void *engine, const struct gn_config *config,
                             struct garner_error *err)
{
    struct gn_engine *e = engine;
    struct gn_flow *f = &e->flow;

    if (f->notify != NULL)
        return gn_notify_renew(f->notify, config, err);
    if (!e->roster.has_hooks)
        return GARNER_OK;
    return gn_notify_new(&(struct gn_notify_options){.loop = &e->loop,
                                                     .store = f->store,
                                                     .fetcher = f->fetcher,
                                                     .config = config,
                                                     .rest = ring,
                                                     .context = e},
                         &f->notify, err);
}

static enum garner_code open_flow(struct gn_engine *e,
                                  struct garner_store *store,
                                  struct garner_error *err)
{
    const struct gn_engine_options *o = &e->options;
    const struct gn_fetcher_options fetcher = {
        .idle_connections = o->parallel < 256 ? 256 : o->parallel,
        .spool = o->spool};
    struct gn_flow *f = &e->flow;
    enum garner_code code = gn_files_check(FILES, err);
    int rc;

    if (code != GARNER_OK)
        return code;
    rc = uv_loop_init(&e->loop);
    if (rc != 0)
        return gn_fail(err, GARNER_IO, "an event loop: %s", uv_strerror(rc));
    f->loop = &e->loop;
    f->store = store;
    f->parallel = (size_t)o->parallel;
    f->max_body_bytes = o->max_body_bytes;
    f->spool = o->spool;
    f->hosts = &e->roster.hosts;
    f->receive = receive;
    f->receive_context = e;
    f->extractor_options.workers = o->workers;
    code = gn_flow_init(f, err);
    if (code != GARNER_OK) {
        GN_CHECK(uv_loop_close(&e->loop) == 0);
        return code;
    }
    e->flow_open = true;
    GN_CHECK(uv_timer_init(&e->loop, &e->stop_timer) == 0);
    e->stop_timer.data = e;
    gn_stale_init(&e->stale, f, &e->roster);
    GN_CHECK(uv_timer_init(&e->loop, &e->beat_timer) == 0);
    e->beat_timer.data = e;
    uv_unref((uv_handle_t *)&e->beat_timer);
    code = garner_codec_new(&f->codec, err);
    if (code == GARNER_OK)
        code = gn_fetcher_new(&e->loop, &fetcher, &f->fetcher, err);
    if (code == GARNER_OK && e->roster.has_work)
        code = gn_extractor_new(&f->extractor_options, &f->extractor, err);
    if (code == GARNER_OK)
        code = tell(e, e->config, err);
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

/* Each source is fetched once, whatever its schedule. */
static bool ends_by_itself(const struct gn_engine_options *o)
{
    return o->once || o->by_hand || o->until_idle;
}

/* Gives a source its place in the schedule. With the lock held. */
static enum garner_code admit(void *engine, struct gn_active *a, int64_t now_ns,
                              int64_t wall_us, struct garner_error *err)
{
    const struct gn_engine *e = engine;
    const struct gn_engine_options *o = &e->options;
    struct gn_schedule *s = e->flow.schedule;
    struct gn_spec spec = gn_pace_spec(a);
    enum garner_code code;

    if (ends_by_itself(o))
        spec = (struct gn_spec){.every_ms = 0};
    code = gn_schedule_add(s, &a->due, &spec, now_ns, wall_us, err);
    if (code != GARNER_OK)
        return code;
    a->came_ns = now_ns;
    if (o->until_idle)
        gn_schedule_make_up(&a->due);
    if (!o->once && !o->by_hand) {
        if (!a->memory.paused) /* its slots do not come meanwhile */
            gn_pace_resume(a, s, now_ns, wall_us);
        gn_retry_resume(a, s, now_ns, wall_us);
        gn_pass_resume(a, s, now_ns);
    }
    if (a->memory.paused || o->by_hand)
        gn_schedule_pause(s, &a->due);
    if (o->by_hand) {
        gn_schedule_ask(s, &a->due, now_ns);
        (void)gn_asked_add(&a->asked, o->whole);
    }
    return GARNER_OK;
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
    e->config = config;
    set_defaults(&e->options);
    e->reload = (struct gn_reload){.flow = &e->flow,
                                   .roster = &e->roster,
                                   .once = options->once,
                                   .admit = admit,
                                   .renew = tell,
                                   .context = e};
    gn_reload_init(&e->reload);
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
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t wall_us = gn_clock_wall_us();
    struct gn_flow *f = &e->flow;
    enum garner_code code;

    if (!e->options.once) {
        code = gn_costs_resume(f->hosts, f->store, now_ns, err);
        if (code != GARNER_OK)
            return code;
    }
    gn_lock(&f->lock);
    f->started_wall_us = wall_us;
    f->random = (uint64_t)now_ns;
    code = gn_schedule_new(now_ns, (uint64_t)wall_us, &f->schedule, err);
    for (size_t i = 0; i < e->roster.count && code == GARNER_OK; i++)
        code = admit(e, e->roster.actives[i], now_ns, wall_us, err);
    gn_unlock(&f->lock);
    if (code == GARNER_OK)
        gn_care_start(&e->care, &e->loop, f->store, &e->roster);
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
    gn_closing_cancel(&e->flow);
    if (e->flow.notify != NULL)
        gn_notify_give_up(e->flow.notify);
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
    gn_closing_stop(&e->flow);
    GN_CHECK(uv_timer_start(&e->stop_timer, drain_is_over,
                            (uint64_t)e->options.drain_ms, 0) == 0);
}

static void time_is_over(uv_timer_t *timer)
{
    drain(timer->data);
    receive(timer->data);
}

static void beat(uv_timer_t *timer)
{
    const struct gn_engine *e = timer->data;

    e->options.beat(e->options.beat_context);
}

/* Nothing is being told, nor is to be waited for. */
static bool all_is_told(const struct gn_engine *e)
{
    const struct gn_notify *n = e->flow.notify;

    return n == NULL ||
           (gn_notify_rests(n) &&
            (e->flow.closed || !e->options.until_idle || !gn_notify_waits(n)));
}

static bool is_done(struct gn_engine *e)
{
    struct gn_flow *f = &e->flow;
    /* else paused ones may be let go on */
    const bool ends = ends_by_itself(&e->options);
    bool nothing_due;

    gn_lock(&f->lock);
    nothing_due = f->closed || (gn_schedule_next_ns(f->schedule) == INT64_MAX &&
                                TAILQ_EMPTY(&f->passes) &&
                                (ends || gn_schedule_paused(f->schedule) == 0));
    gn_unlock(&f->lock);
    return nothing_due && f->jobs == 0 && TAILQ_EMPTY(&f->going) &&
           !gn_reload_is_under_way(&e->reload) && all_is_told(e);
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
    gn_reload_tend(&e->reload);
    if (e->came != e->reload.came && !e->flow.closed) {
        gn_stale_start(&e->stale); /* they may have a max_age */
        gn_care_renew(&e->care);   /* ... or keep so much only */
    }
    e->came = e->reload.came;
    if (is_done(e))
        uv_stop(&e->loop);
}

void gn_engine_stop(struct gn_engine *e)
{
    atomic_fetch_add(&e->stops, 1);
    gn_inbox_ring(e->flow.inbox);
}

/* What was lost and not told yet, and what the loop did not settle, so that
 * due = runs + missed in the store, too. */
static enum garner_code add_rest(struct gn_engine *e,
                                 struct garner_batch *batch,
                                 struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    enum garner_code code = gn_closing_add_unsettled(&e->flow, batch, err);

    for (size_t i = 0; i < e->roster.count && code == GARNER_OK; i++) {
        uint64_t losses[GN_LOSS_REASONS] = {0};

        code = gn_record_add_losses(e->roster.actives[i], batch, wall_us,
                                    losses, err);
        if (code == GARNER_OK && garner_batch_count(batch) >= LAST_BATCH) {
            code = garner_write(e->flow.store, batch, NULL, err);
            garner_batch_clear(batch);
        }
    }
    return code;
}

static enum garner_code store_rest(struct gn_engine *e,
                                   struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    garner_batch_set_ack(batch, GARNER_SYNCED);
    if (e->stops_seen > 1)
        garner_batch_set_timeout(batch, LAST_WAIT_MS);
    code = add_rest(e, batch, err);
    if (code == GARNER_OK)
        code = garner_write(e->flow.store, batch, NULL, err);
    garner_batch_free(batch);
    return code == GARNER_OK
               ? gn_costs_store_rest(&e->roster.hosts, e->flow.store, err)
               : code;
}

static size_t with_store(const struct gn_flow *f)
{
    size_t count = 0;

    for (const struct gn_job *job = TAILQ_FIRST(&f->all); job != NULL;
         job = TAILQ_NEXT(job, in_all))
        count += job->in_store;
    return count;
}

/* How it ended, when all that can be stored is. */
static enum garner_code ending(const struct gn_engine *e,
                               struct garner_error *err)
{
    const enum garner_code code =
        e->stops_seen > 1 ? GARNER_CANCELED : GARNER_TIMEOUT;
    const size_t waiting = with_store(&e->flow);

    if (waiting > 0)
        return gn_fail(err, code,
                       "the database has not taken %zu runs yet; they are "
                       "written as soon as it does",
                       waiting);
    if (e->stops_seen > 1)
        return gn_fail(err, code,
                       "stopped twice: what was under way was given up");
    if (e->late)
        return gn_fail(err, code,
                       "what was still under way %" PRId64 " ms after the stop "
                       "was given up",
                       e->options.drain_ms);
    return GARNER_OK;
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
    gn_stale_start(&e->stale);
    if (e->options.beat_ms > 0)
        GN_CHECK(uv_timer_start(&e->beat_timer, beat, 0,
                                (uint64_t)e->options.beat_ms) == 0);
    gn_start_due(&e->flow);
    if (e->flow.notify != NULL)
        gn_notify_wake(e->flow.notify); /* the last run may have left some */
    gn_inbox_ring(e->flow.inbox); /* a stop may have been asked for already */
    uv_run(&e->loop, UV_RUN_DEFAULT);
    gn_reload_end(&e->reload);
    code = store_rest(e, err);
    if (code == GARNER_OK && e->flow.jobs == 0)
        code = garner_flush(e->flow.store, err);
    return code == GARNER_OK ? ending(e, err) : code;
}

void gn_engine_free(struct gn_engine *e)
{
    if (e == NULL)
        return;
    if (e->flow_open) {
        uv_close((uv_handle_t *)&e->stop_timer, NULL);
        gn_stale_close(&e->stale);
        uv_close((uv_handle_t *)&e->beat_timer, NULL);
        gn_care_close(&e->care);
        gn_closing_free(&e->flow);
        GN_CHECK(uv_loop_close(&e->loop) == 0);
    }
    gn_reload_fini(&e->reload);
    gn_care_fini(&e->care);
    gn_roster_close(&e->roster);
    gn_reload_forget(&e->reload);
    gn_free(e);
}

/* --- steering ------------------------------------------------------------ */

enum garner_code gn_engine_pause(struct gn_engine *e,
                                 const char *const *patterns, size_t count,
                                 bool paused, struct gn_buf *told,
                                 struct garner_error *err)
{
    return gn_steer_pause(&e->flow, &e->roster, patterns, count, paused, told,
                          err);
}

enum garner_code gn_engine_ask(struct gn_engine *e, const char *const *patterns,
                               size_t count, bool whole, struct gn_buf *told,
                               struct garner_error *err)
{
    return gn_steer_ask(&e->flow, &e->roster, patterns, count, whole, told,
                        err);
}

enum garner_code gn_engine_look(struct gn_engine *e, const char *name,
                                struct gn_standing *standing,
                                struct garner_error *err)
{
    return gn_steer_look(&e->flow, &e->roster, name, standing, err);
}

enum garner_code gn_engine_reload(struct gn_engine *e, struct gn_config *config,
                                  struct gn_changes *changes,
                                  struct garner_error *err)
{
    return gn_reload_change(&e->reload, config, changes, err);
}

/* --- status -------------------------------------------------------------- */

void gn_engine_status(struct gn_engine *e, struct gn_status *status)
{
    gn_survey(&e->flow, &e->roster, status);
    status->phase = (enum gn_phase)atomic_load(&e->phase);
}

size_t gn_engine_sources(struct gn_engine *e, size_t first,
                         struct gn_source_status *lines, size_t max)
{
    return gn_survey_sources(&e->flow, &e->roster, first, lines, max);
}
