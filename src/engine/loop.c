#include "engine/loop.h"

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
#include "engine/leftover.h"
#include "engine/pace.h"
#include "engine/retry.h"
#include "engine/roster.h"
#include "engine/start.h"
#include "engine/steer/asked.h"
#include "engine/steer/reload.h"
#include "engine/steer/steer.h"
#include "engine/survey.h"

enum {
    DEFAULT_DRAIN_MS = 10000,
    FILES = 24, /* for a loop and some fetches, all in all */
    LAST_WAIT_MS = 2000
};

struct gn_loop {
    /* constant */
    struct gn_engine_options options;
    struct gn_config share; /* as it was at the start */
    struct gn_team *team;
    size_t index;            /* in it */
    struct gn_roster roster; /* the sources at work: see reload.h */
    struct gn_reload reload;

    /* the loop's thread only */
    uv_loop_t uv;
    uv_timer_t beat_timer;
    uv_timer_t stop_timer; /* run_for_ms; then the drain's deadline */
    struct gn_stale stale;
    uint64_t came; /* of reload, so far */
    struct gn_flow flow;
    bool flow_open;
    struct gn_care care;
    int stops_seen;
    bool rested; /* as it told the team */
    bool late;   /* the drain's deadline passed */

    /* any thread */
    atomic_int stops; /* calls of gn_loop_stop */
    atomic_int phase; /* enum gn_phase */
};

static void receive(void *context);

static void ring(void *context)
{
    gn_inbox_ring(((struct gn_loop *)context)->flow.inbox);
}

/* --- starting ------------------------------------------------------------- */

/* Whether somebody is to hear of any of its sources. */
static bool is_anybody_told(const struct gn_config *config)
{
    size_t i = 0;

    while (i < config->source_count && !gn_config_tells(&config->sources[i]))
        i++;
    return i < config->source_count;
}

/* Has events of all that share is a part of told, if somebody is to hear of
 * them: the first loop does. */
static enum garner_code tell(void *loop, const struct gn_config *share,
                             struct garner_error *err)
{
    struct gn_loop *l = loop;
    struct gn_flow *f = &l->flow;
    const struct gn_config *whole = share->whole != NULL ? share->whole : share;

    if (l->index > 0)
        return GARNER_OK;
    if (f->notify != NULL)
        return gn_notify_renew(f->notify, whole, err);
    if (!is_anybody_told(whole))
        return GARNER_OK;
    return gn_notify_new(&(struct gn_notify_options){.loop = &l->uv,
                                                     .store = f->store,
                                                     .fetcher = f->fetcher,
                                                     .config = whole,
                                                     .rest = ring,
                                                     .context = l},
                         &f->notify, err);
}

/* There is something in the outbox. */
static void told(void *context)
{
    const struct gn_loop *l = context;

    if (l->index > 0)
        gn_team_tell(l->team);
    else if (l->flow.notify != NULL)
        gn_notify_wake(l->flow.notify);
}

static enum garner_code open_flow(struct gn_loop *l, struct garner_store *store,
                                  struct garner_error *err)
{
    const struct gn_engine_options *o = &l->options;
    const struct gn_fetcher_options fetcher = {
        .idle_connections = o->parallel < 256 ? 256 : o->parallel,
        .spool = o->spool};
    struct gn_flow *f = &l->flow;
    enum garner_code code = gn_files_check(FILES, err);
    int rc;

    if (code != GARNER_OK)
        return code;
    rc = uv_loop_init(&l->uv);
    if (rc != 0)
        return gn_fail(err, GARNER_IO, "an event loop: %s", uv_strerror(rc));
    f->loop = &l->uv;
    f->store = store;
    f->parallel = (size_t)o->parallel;
    f->anew = o->once;
    f->max_body_bytes = o->max_body_bytes;
    f->spool = o->spool;
    f->hosts = &l->roster.hosts;
    f->receive = receive;
    f->told = told;
    f->receive_context = l;
    f->extractor_options.workers = o->workers;
    code = gn_flow_init(f, err);
    if (code != GARNER_OK) {
        GN_CHECK(uv_loop_close(&l->uv) == 0);
        return code;
    }
    l->flow_open = true;
    GN_CHECK(uv_timer_init(&l->uv, &l->stop_timer) == 0);
    l->stop_timer.data = l;
    gn_stale_init(&l->stale, f, &l->roster);
    GN_CHECK(uv_timer_init(&l->uv, &l->beat_timer) == 0);
    l->beat_timer.data = l;
    uv_unref((uv_handle_t *)&l->beat_timer);
    code = garner_codec_new(&f->codec, err);
    if (code == GARNER_OK)
        code = gn_fetcher_new(&l->uv, &fetcher, &f->fetcher, err);
    if (code == GARNER_OK && l->roster.has_work)
        code = gn_extractor_new(&f->extractor_options, &f->extractor, err);
    if (code == GARNER_OK)
        code = tell(l, &l->share, err);
    return code;
}

static void set_defaults(struct gn_engine_options *o)
{
    if (o->parallel == 0)
        o->parallel = GN_DEFAULT_PARALLEL;
    if (o->max_body_bytes == 0)
        o->max_body_bytes = GN_DEFAULT_BODY_BYTES;
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
    const struct gn_loop *l = engine;
    const struct gn_engine_options *o = &l->options;
    struct gn_schedule *s = l->flow.schedule;
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

enum garner_code gn_loop_new(struct garner_store *store,
                             struct gn_config *share,
                             const struct gn_engine_options *options,
                             struct gn_team *team, size_t index,
                             struct gn_loop **out, struct garner_error *err)
{
    struct gn_loop *l = gn_alloc(sizeof *l);
    enum garner_code code;

    *out = NULL;
    if (l == NULL) {
        gn_config_fini(share);
        return gn_fail(err, GARNER_NOMEM, "an event loop");
    }
    l->options = *options;
    l->share = *share;
    *share = (struct gn_config){0};
    l->team = team;
    l->index = index;
    set_defaults(&l->options);
    l->reload = (struct gn_reload){.turnover = {.flow = &l->flow,
                                                .roster = &l->roster,
                                                .team = team,
                                                .index = index,
                                                .once = options->once,
                                                .admit = admit,
                                                .context = l},
                                   .renew = tell,
                                   .context = l};
    gn_reload_init(&l->reload);
    code = gn_roster_open(&l->roster, store, &l->share, err);
    if (code == GARNER_OK)
        code = open_flow(l, store, err);
    if (code != GARNER_OK) {
        gn_loop_free(l);
        return code;
    }
    gn_team_join(team, index, l->flow.inbox);
    *out = l;
    return GARNER_OK;
}

static enum garner_code start(struct gn_loop *l, struct garner_error *err)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t wall_us = gn_clock_wall_us();
    struct gn_flow *f = &l->flow;
    enum garner_code code;

    if (!l->options.once) {
        code = gn_costs_resume(f->hosts, f->store, now_ns, err);
        if (code != GARNER_OK)
            return code;
    }
    gn_lock(&f->lock);
    f->started_wall_us = wall_us;
    f->random = (uint64_t)now_ns;
    code = gn_schedule_new(now_ns, (uint64_t)wall_us, &f->schedule, err);
    for (size_t i = 0; i < l->roster.count && code == GARNER_OK; i++)
        code = admit(l, l->roster.actives[i], now_ns, wall_us, err);
    gn_unlock(&f->lock);
    if (code == GARNER_OK)
        gn_care_start(&l->care, &l->uv, f->store, &l->roster);
    return code;
}

/* --- stopping ------------------------------------------------------------- */

static void end_loop(uv_timer_t *timer)
{
    struct gn_loop *l = timer->data;

    uv_stop(&l->uv);
}

/* What is still under way is given up; the store gets a little time to take
 * the records of that. */
static void give_up(struct gn_loop *l)
{
    gn_closing_cancel(&l->flow);
    if (l->flow.notify != NULL)
        gn_notify_give_up(l->flow.notify);
    GN_CHECK(uv_timer_start(&l->stop_timer, end_loop, LAST_WAIT_MS, 0) == 0);
}

static void drain_is_over(uv_timer_t *timer)
{
    struct gn_loop *l = timer->data;

    l->late = true;
    give_up(l);
}

static void drain(struct gn_loop *l)
{
    atomic_store(&l->phase, GN_PHASE_DRAINING);
    gn_closing_stop(&l->flow);
    GN_CHECK(uv_timer_start(&l->stop_timer, drain_is_over,
                            (uint64_t)l->options.drain_ms, 0) == 0);
}

static void time_is_over(uv_timer_t *timer)
{
    drain(timer->data);
    receive(timer->data);
}

static void beat(uv_timer_t *timer)
{
    const struct gn_loop *l = timer->data;

    gn_team_beat(l->team, l->index);
}

/* Nothing is being told, nor is to be waited for. */
static bool all_is_told(const struct gn_loop *l)
{
    const struct gn_notify *n = l->flow.notify;

    return n == NULL ||
           (gn_notify_rests(n) &&
            (l->flow.closed || !l->options.until_idle || !gn_notify_waits(n)));
}

static bool is_done(struct gn_loop *l)
{
    struct gn_flow *f = &l->flow;
    /* else paused ones may be let go on */
    const bool ends = ends_by_itself(&l->options);
    bool nothing_due;

    gn_lock(&f->lock);
    nothing_due = f->closed || (gn_schedule_next_ns(f->schedule) == INT64_MAX &&
                                TAILQ_EMPTY(&f->passes) &&
                                (ends || gn_schedule_paused(f->schedule) == 0));
    gn_unlock(&f->lock);
    return nothing_due && f->jobs == 0 && TAILQ_EMPTY(&f->going) &&
           !gn_reload_is_under_way(&l->reload) && all_is_told(l);
}

/* On the loop, after jobs were handed back or a stop was asked for. */
static void receive(void *context)
{
    struct gn_loop *l = context;
    const int stops = atomic_load(&l->stops);
    bool rests;

    if (l->index == 0 && gn_team_was_told(l->team))
        told(l);
    gn_flow_receive(&l->flow);
    if (stops > 0 && l->stops_seen == 0 &&
        atomic_load(&l->phase) != GN_PHASE_DRAINING)
        drain(l);
    if (stops > 1 && l->stops_seen <= 1)
        give_up(l);
    l->stops_seen = stops;
    gn_reload_tend(&l->reload);
    if (l->came != l->reload.turnover.came && !l->flow.closed) {
        gn_stale_start(&l->stale); /* they may have a max_age */
        gn_care_renew(&l->care);   /* ... or keep so much only */
    }
    l->came = l->reload.turnover.came;
    rests = is_done(l);
    if ((rests || l->rested) && gn_team_rests(l->team, l->index, rests))
        uv_stop(&l->uv);
    l->rested = rests;
}

void gn_loop_stop(struct gn_loop *l)
{
    atomic_fetch_add(&l->stops, 1);
    gn_inbox_ring(l->flow.inbox);
}

static void work(struct gn_loop *l)
{
    atomic_store(&l->phase, GN_PHASE_RUNNING);
    if (l->options.run_for_ms > 0)
        GN_CHECK(uv_timer_start(&l->stop_timer, time_is_over,
                                (uint64_t)l->options.run_for_ms, 0) == 0);
    gn_stale_start(&l->stale);
    if (l->options.beat_ms > 0)
        GN_CHECK(uv_timer_start(&l->beat_timer, beat, 0,
                                (uint64_t)l->options.beat_ms) == 0);
    gn_start_due(&l->flow);
    if (l->flow.notify != NULL)
        gn_notify_wake(l->flow.notify); /* the last run may have left some */
    gn_inbox_ring(l->flow.inbox); /* a stop may have been asked for already */
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

enum garner_code gn_loop_run(struct gn_loop *l, bool *worked,
                             struct garner_error *err)
{
    enum garner_code code = start(l, err);

    *worked = code == GARNER_OK;
    if (*worked)
        work(l);
    gn_reload_end(&l->reload); /* whether it worked or not: some may wait */
    gn_team_leave(l->team, l->index);
    if (code == GARNER_OK)
        code = gn_leftover_store(&l->flow, &l->roster,
                                 l->stops_seen > 1 ? LAST_WAIT_MS : 0, err);
    if (code == GARNER_OK && l->flow.jobs == 0)
        code = garner_flush(l->flow.store, err);
    return code == GARNER_OK
               ? gn_leftover_tell(&l->flow, l->stops_seen > 1,
                                  l->late ? l->options.drain_ms : 0, err)
               : code;
}

void gn_loop_free(struct gn_loop *l)
{
    if (l == NULL)
        return;
    if (l->flow_open) {
        uv_close((uv_handle_t *)&l->stop_timer, NULL);
        gn_stale_close(&l->stale);
        uv_close((uv_handle_t *)&l->beat_timer, NULL);
        gn_care_close(&l->care);
        gn_closing_free(&l->flow);
        GN_CHECK(uv_loop_close(&l->uv) == 0);
    }
    gn_reload_fini(&l->reload);
    gn_care_fini(&l->care);
    gn_roster_close(&l->roster);
    gn_config_fini(&l->share);
    gn_free(l);
}

/* --- steering ------------------------------------------------------------ */

bool gn_loop_has(struct gn_loop *l, const char *pattern)
{
    return gn_steer_has(&l->flow, &l->roster, pattern);
}

enum garner_code gn_loop_pause(struct gn_loop *l, const char *const *patterns,
                               size_t count, bool paused, struct gn_buf *told,
                               struct garner_error *err)
{
    return gn_steer_pause(&l->flow, &l->roster, patterns, count, paused, told,
                          err);
}

enum garner_code gn_loop_ask(struct gn_loop *l, const char *const *patterns,
                             size_t count, bool whole, struct gn_buf *told,
                             struct garner_error *err)
{
    return gn_steer_ask(&l->flow, &l->roster, patterns, count, whole, told,
                        err);
}

enum garner_code gn_loop_look(struct gn_loop *l, const char *name,
                              struct gn_standing *standing,
                              struct garner_error *err)
{
    return gn_steer_look(&l->flow, &l->roster, name, standing, err);
}

struct gn_reload *gn_loop_reload(struct gn_loop *l)
{
    return &l->reload;
}

/* --- status -------------------------------------------------------------- */

void gn_loop_status(struct gn_loop *l, struct gn_status *status)
{
    gn_survey(&l->flow, &l->roster, status);
    status->phase = (enum gn_phase)atomic_load(&l->phase);
}

size_t gn_loop_count(struct gn_loop *l)
{
    size_t count;

    gn_lock(&l->flow.lock);
    count = l->roster.count;
    gn_unlock(&l->flow.lock);
    return count;
}

size_t gn_loop_sources(struct gn_loop *l, size_t first,
                       struct gn_source_status *lines, size_t max)
{
    return gn_survey_sources(&l->flow, &l->roster, first, lines, max);
}
