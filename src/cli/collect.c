#include "cli/collect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/duty.h"
#include "cli/live.h"
#include "cli/progress.h"
#include "cli/renew.h"
#include "cli/signals.h"
#include "cli/spools.h"
#include "cli/summary.h"
#include "cli/text.h"
#include "control/manager.h"
#include "engine/frontier/afresh.h"
#include "serve/server.h"

enum {
    LAST_STOP = 3, /* the signal that ends the process at once */
    AT_A_TIME = 64,
    FAILING_NAMED = 10,
    NS = 1000000, /* in a millisecond */
};

/* A run going on. */
struct run {
    const struct gn_collect *collect;
    struct gn_engine *engine;
    struct gn_server *server;
    struct gn_live *live;
    struct gn_duty duty;
    struct gn_manager manager;
    struct gn_renew renew;
    char *spool;  /* the folder for large bodies */
    bool ended;   /* by a signal */
    bool is_late; /* the time that it was given is over */
};

static void on_end(void *context, int times)
{
    const struct run *r = context;

    if (times >= LAST_STOP) {
        /* The screen is left as it is; what is committed stays. */
        (void)!write(STDERR_FILENO, "\n", 1);
        _exit(GN_EXIT_INTERRUPTED);
    }
    gn_manager_send(&r->manager,
                    "STOPPING=1\nSTATUS=finishing what is under way");
    gn_live_ending(r->live, times);
    gn_log(GN_LOG_INFO, NULL, "%s",
           times == 1 ? "finishing what is under way; a second signal cancels "
                        "it"
                      : "canceling what is under way; a third signal ends "
                        "garner at once");
    gn_engine_stop(r->engine);
}

static void on_hangup(void *context)
{
    const struct run *r = context;
    struct garner_error err;

    (void)gn_renew(&r->renew, NULL, &err); /* it is logged */
}

static void on_status(void *context)
{
    const struct run *r = context;

    gn_live_status(r->live);
}

static void on_resized(void *context)
{
    const struct run *r = context;

    gn_live_resized(r->live);
}

/* Says how it goes; more is before it. */
static void tell_manager(const struct run *r, const char *more)
{
    static struct gn_status status; /* one thread at a time tells */

    if (r->manager.size == 0)
        return;
    gn_engine_status(r->engine, &status);
    gn_manager_send(&r->manager,
                    "%sSTATUS=%zu sources; %" PRIu64 " runs stored, %" PRIu64
                    " errors, %" PRIu64 " missed",
                    more, status.sources, status.totals.stored,
                    gn_progress_errors(&status.totals),
                    gn_progress_missed(&status.totals));
}

/* On the engine's thread: it is alive. */
static void on_beat(void *context)
{
    const struct run *r = context;

    gn_manager_send(&r->manager, "WATCHDOG=1");
}

static void on_tick(void *context)
{
    const struct run *r = context;

    gn_live_tick(r->live);
    tell_manager(r, "");
}

static void view_status(void *context, struct gn_status *status)
{
    gn_engine_status(context, status);
}

static size_t view_sources(void *context, size_t first,
                           struct gn_source_status *lines, size_t max)
{
    return gn_engine_sources(context, first, lines, max);
}

static enum garner_code open_door(struct run *r, struct garner_error *err)
{
    const struct gn_server_options options = {r->collect->listen,
                                              r->collect->token_file};
    const struct gn_server_view view = {r->engine, view_status, view_sources};
    enum garner_code code;

    if (r->collect->listen == NULL)
        return GARNER_OK;
    code = gn_server_open(&options, &view, &r->server, err);
    if (code == GARNER_OK)
        gn_log(GN_LOG_INFO, NULL, "serving %s/status.json and /metrics",
               gn_server_url(r->server));
    return code;
}

/* Runs the engine with all that belongs to it. */
static enum garner_code work(struct run *r, struct garner_error *err)
{
    const struct gn_collect *c = r->collect;
    const struct gn_live_options look = {
        r->engine, c->store_name,
        r->server != NULL ? gn_server_url(r->server) : NULL, c->screen};
    const struct gn_signals_calls calls = {
        .context = r,
        .end = on_end,
        .hangup = c->hangup_renews ? on_hangup : NULL,
        .status = on_status,
        .resized = on_resized,
        .tick = on_tick,
        .tick_ms = c->screen ? GN_LIVE_SCREEN_MS : GN_LIVE_LOG_MS};
    struct gn_signals *signals = NULL;
    enum garner_code code = gn_live_new(&look, &r->live, err);

    if (code == GARNER_OK)
        tell_manager(r, "READY=1\n");
    if (code == GARNER_OK)
        code = gn_signals_start(&calls, &signals, err);
    if (code == GARNER_OK)
        code = gn_engine_run(r->engine, err);
    r->ended = signals != NULL && gn_signals_times(signals) > 0;
    gn_signals_stop(signals);
    gn_live_finish(r->live);
    return code;
}

static bool is_unexpected(const struct gn_source_status *s)
{
    return strcmp(s->failure, "expect") == 0;
}

/* Says which sources' last run failed, and returns how bad that is. */
static enum gn_exit failing(struct run *r)
{
    static struct gn_source_status lines[AT_A_TIME];
    struct gn_buf names = {0};
    size_t count = 0;
    size_t unexpected = 0;
    size_t sources = 0;
    size_t n;

    for (size_t first = 0;
         (n = gn_engine_sources(r->engine, first, lines, AT_A_TIME)) > 0;
         first += n) {
        sources += n;
        for (size_t i = 0; i < n; i++) {
            if (lines[i].failure == NULL)
                continue;
            unexpected += is_unexpected(&lines[i]);
            if (r->collect->complain)
                gn_complain("%s: %s", lines[i].name, lines[i].error);
            if (count++ < FAILING_NAMED)
                gn_buf_printf(&names, "%s%s", count > 1 ? ", " : "",
                              lines[i].name);
        }
    }
    if (count > 0 && r->collect->summary && !r->collect->finishes)
        gn_log(GN_LOG_WARN, NULL,
               "the last run of %zu of %zu source%s failed: %s%s", count,
               sources, gn_text_plural(sources), gn_buf_cstr(&names),
               count > FAILING_NAMED ? " and others" : "");
    gn_buf_fini(&names);
    return count == 0            ? GN_EXIT_OK
           : count == unexpected ? GN_EXIT_EXPECT
                                 : GN_EXIT_FAILED;
}

static void summarize(const struct run *r, const struct gn_status *status)
{
    const struct gn_collect *c = r->collect;

    gn_summary(&(struct gn_summary){.config = c->config,
                                    .status = status,
                                    .store_name = c->store_name,
                                    .again = c->again,
                                    .screen = c->screen});
}

/* Whether the engine has ended because it was given no more time: its clock has
 * milliseconds. */
static bool is_over(const struct gn_engine_options *o, int64_t began_ns)
{
    const int64_t took_ms = (gn_clock_monotonic_ns() - began_ns) / NS;

    return o->run_for_ms > 0 && took_ms + 1 >= o->run_for_ms;
}

/* A list, or crawl, was not even begun, or is not over. */
static bool is_left(const struct gn_pages *pages)
{
    return pages->total == 0 || pages->left > 0;
}

/* Tells how the run went; its exit status, unless it ended in an error. */
static enum gn_exit conclude(struct run *r)
{
    static struct gn_status status;
    const struct gn_totals *t = &status.totals;
    enum gn_exit end = failing(r);

    gn_engine_status(r->engine, &status);
    if (!r->ended) { /* a job; else a service, whose past is in the store */
        if (gn_progress_errors(t) - t->unexpected > t->passing)
            end = GN_EXIT_FAILED;
        else if (end == GN_EXIT_OK && t->unexpected > 0)
            end = GN_EXIT_EXPECT;
    }
    if (r->collect->summary)
        summarize(r, &status);
    if ((r->ended || r->is_late) && r->collect->finishes &&
        is_left(&status.pages))
        end = GN_EXIT_INTERRUPTED;
    return end;
}

static enum garner_code open_engine(struct run *r, struct garner_error *err)
{
    const struct gn_collect *c = r->collect;
    struct gn_engine_options options = c->engine;
    enum garner_code code = gn_spools_folder(c->store_name, &r->spool, err);

    if (code != GARNER_OK)
        return code;
    options.spool = r->spool;
    options.beat = on_beat;
    options.beat_context = r;
    options.beat_ms = r->manager.watchdog_ms / 2;
    for (size_t i = 0; c->fresh && i < c->config->source_count; i++) {
        code = gn_afresh(c->store, c->config->sources[i].name, err);
        if (code != GARNER_OK)
            return code;
    }
    code = gn_engine_new(c->store, c->config, &options, &r->engine, err);
    r->renew = (struct gn_renew){r->engine, c->config->path, c->config->store,
                                 c->meant,  c->meant_count,  &r->manager,
                                 c->store};
    return code;
}

enum gn_exit gn_collect(const struct gn_collect *collect)
{
    const int64_t began_ns = gn_clock_monotonic_ns();
    struct run r = {.collect = collect};
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;
    enum garner_code code = GARNER_OK;

    if (collect->sole)
        code = gn_duty_take(collect->store_name, &r.duty, &err);
    gn_manager_init(&r.manager);
    if (code == GARNER_OK)
        code = open_engine(&r, &err);
    if (code == GARNER_OK) {
        code = open_door(&r, &err);
        if (code != GARNER_OK && code != GARNER_NOMEM)
            code = GARNER_INVALID; /* no fault of the store */
    }
    if (code == GARNER_OK) {
        gn_duty_answer(
            &r.duty,
            &(struct gn_verbs){r.engine, collect->renews ? &r.renew : NULL});
        code = work(&r, &err);
        r.is_late = is_over(&collect->engine, began_ns);
        gn_duty_silence(&r.duty);
        status = conclude(&r);
        if (collect->ended != NULL)
            collect->ended(collect->ended_context, r.engine, collect->config);
    }
    if (code != GARNER_OK && collect->json)
        gn_log(GN_LOG_ERROR, NULL, "%s", err.message);
    else if (code != GARNER_OK)
        gn_complain("%s", err.message);
    if (code != GARNER_OK)
        status = gn_exit_for(code);
    gn_server_close(r.server);
    gn_engine_free(r.engine);
    gn_free(r.spool);
    gn_duty_end(&r.duty);
    return status;
}
