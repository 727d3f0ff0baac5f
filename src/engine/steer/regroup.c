#include "engine/steer/regroup.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/roster.h"
#include "engine/share.h"

/* A configuration that sources borrow from. */
struct held {
    struct gn_config config;
    struct held *next;
};

/* What one loop is to change to. */
struct part {
    struct gn_config share;
    struct gn_plan *plan; /* NULL: none, or it is committed */
    struct gn_changes changes;
};

struct gn_regroup {
    /* constant */
    struct gn_reload *const *loops;
    size_t count;
    struct gn_team *team;

    pthread_mutex_t lock;
    /* guarded by lock */
    bool busy; /* a change is being made */
    bool ended;

    /* of who makes a change */
    const struct gn_config *now;
    struct held *held;
    struct part *parts; /* one for each loop */
    pthread_t mover;    /* waits for sources that move */
    bool has_mover;
};

enum garner_code gn_regroup_new(struct gn_reload *const *loops, size_t count,
                                struct gn_team *team,
                                const struct gn_config *config,
                                struct gn_regroup **out,
                                struct garner_error *err)
{
    struct gn_regroup *g = gn_alloc(sizeof *g);

    *out = g;
    if (g != NULL)
        g->parts = gn_alloc(count * sizeof g->parts[0]);
    if (g == NULL || g->parts == NULL) {
        gn_free(g);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu event loops",
                       count);
    }
    g->loops = loops;
    g->count = count;
    g->team = team;
    g->now = config;
    gn_mutex_init(&g->lock);
    return GARNER_OK;
}

static void join_mover(struct gn_regroup *g)
{
    if (g->has_mover)
        gn_thread_join(g->mover);
    g->has_mover = false;
}

void gn_regroup_end(struct gn_regroup *g)
{
    gn_lock(&g->lock);
    g->ended = true;
    gn_unlock(&g->lock);
    join_mover(g);
}

void gn_regroup_free(struct gn_regroup *g)
{
    struct held *next;

    if (g == NULL)
        return;
    for (struct held *h = g->held; h != NULL; h = next) {
        next = h->next;
        gn_config_fini(&h->config);
        gn_free(h);
    }
    gn_mutex_fini(&g->lock);
    gn_free(g->parts);
    gn_free(g);
}

/* --- one step ------------------------------------------------------------- */

static void drop_plans(struct gn_regroup *g)
{
    for (size_t i = 0; i < g->count; i++) {
        struct part *p = &g->parts[i];

        if (p->plan != NULL)
            gn_reload_drop(g->loops[i], p->plan);
        gn_config_fini(&p->share);
        p->plan = NULL;
    }
}

static void add_changes(struct gn_changes *to, const struct gn_changes *more)
{
    to->added += more->added;
    to->changed += more->changed;
    to->removed += more->removed;
    to->same += more->same;
}

static bool changes_any(const struct gn_changes *c)
{
    return c->added + c->changed + c->removed > 0;
}

/* Plans it on each loop, or on none. */
static enum garner_code plan(struct gn_regroup *g,
                             const struct gn_config *config,
                             const bool *left_out, struct gn_changes *changes,
                             struct garner_error *err)
{
    struct gn_config *shares = gn_alloc(g->count * sizeof shares[0]);
    enum garner_code code;

    if (shares == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu event loops",
                       g->count);
    code = gn_shares_make(config, g->count, left_out, shares, err);
    for (size_t i = 0; i < g->count; i++)
        g->parts[i] = (struct part){.share = shares[i]};
    gn_free(shares);
    for (size_t i = 0; i < g->count && code == GARNER_OK; i++) {
        struct part *p = &g->parts[i];

        code =
            gn_reload_plan(g->loops[i], &p->share, &p->changes, &p->plan, err);
        add_changes(changes, &p->changes);
    }
    if (code != GARNER_OK)
        drop_plans(g);
    return code;
}

/* The first loop, which tells of the sources of all, takes part in any case. */
static bool takes_part(const struct gn_regroup *g, size_t i)
{
    return i == 0 || changes_any(&g->parts[i].changes);
}

/* Makes what is planned. Only the first loop has something to do in it that may
 * fail, unless all are ending. *begun: one of them has changed. */
static enum garner_code make(struct gn_regroup *g, bool *begun,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *begun = false;
    for (size_t i = 0; i < g->count && code == GARNER_OK; i++)
        if (takes_part(g, i))
            code = gn_reload_prepare(g->loops[i], g->parts[i].plan, err);
    for (size_t i = 0; i < g->count && code == GARNER_OK; i++) {
        if (!takes_part(g, i))
            continue;
        code = gn_reload_commit(g->loops[i], g->parts[i].plan, err);
        if (code == GARNER_OK)
            g->parts[i].plan = NULL;
        *begun = *begun || code == GARNER_OK;
    }
    drop_plans(g); /* of those without changes, or after an error */
    return code;
}

/* --- sources that move ---------------------------------------------------- */

/* Whether source, of another configuration, is on another loop now. */
static enum garner_code moves(const struct gn_regroup *g,
                              const struct gn_source **sorted,
                              const struct gn_source *source, bool *moves,
                              struct garner_error *err)
{
    const struct gn_source **before =
        bsearch(&source, sorted, g->now->source_count, sizeof sorted[0],
                gn_share_by_name);
    size_t from;
    size_t to;

    *moves = false;
    if (before == NULL)
        return GARNER_OK;
    if (gn_share_of(*before, g->count, &from, err) != GARNER_OK ||
        gn_share_of(source, g->count, &to, err) != GARNER_OK)
        return GARNER_NOMEM;
    *moves = from != to;
    return GARNER_OK;
}

/* Marks the sources of config that move; *count of them. */
static enum garner_code find_movers(const struct gn_regroup *g,
                                    const struct gn_config *config, bool *mark,
                                    size_t *count, struct garner_error *err)
{
    const size_t n = g->now->source_count;
    const struct gn_source **sorted =
        gn_realloc(NULL, (n + 1) * sizeof *sorted);
    enum garner_code code = GARNER_OK;

    *count = 0;
    if (sorted == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources", n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &g->now->sources[i];
    qsort(sorted, n, sizeof sorted[0], gn_share_by_name);
    for (size_t i = 0; i < config->source_count && code == GARNER_OK; i++) {
        code = moves(g, sorted, &config->sources[i], &mark[i], err);
        *count += mark[i];
    }
    gn_free(sorted);
    return code;
}

/* Whether those that move can be made, which is too late to know when they are
 * gone. */
static enum garner_code try_movers(const struct gn_config *config,
                                   const bool *mark, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < config->source_count && code == GARNER_OK; i++) {
        struct gn_active *a = NULL;

        if (!mark[i])
            continue;
        code = gn_roster_check(config, &config->sources[i], NULL, err);
        if (code == GARNER_OK)
            code = gn_active_new(config, &config->sources[i], NULL, &a, err);
        gn_active_free(a);
    }
    return code;
}

static void finish(struct gn_regroup *g)
{
    gn_team_release(g->team);
    gn_lock(&g->lock);
    g->busy = false;
    gn_unlock(&g->lock);
}

/* A thread: those that move come, as soon as they are gone. */
static void *bring_movers(void *context)
{
    struct gn_regroup *g = context;
    struct gn_changes changes = {0};
    struct garner_error err;
    bool begun;
    enum garner_code code;

    for (size_t i = 0; i < g->count; i++)
        gn_reload_await(g->loops[i]);
    code = plan(g, g->now, NULL, &changes, &err);
    if (code == GARNER_OK)
        code = make(g, &begun, &err);
    if (code != GARNER_OK && code != GARNER_CLOSED)
        gn_log(GN_LOG_ERROR, NULL,
               "sources whose host has changed are not collected until the "
               "configuration is read again: %s",
               err.message);
    finish(g);
    return NULL;
}

static void start_mover(struct gn_regroup *g)
{
    struct garner_error err;
    bool started;

    gn_lock(&g->lock); /* it cannot finish before it is known */
    started = gn_thread_start(&g->mover, bring_movers, g, &err) == GARNER_OK;
    g->has_mover = started;
    gn_unlock(&g->lock);
    if (started)
        return;
    gn_log(GN_LOG_ERROR, NULL,
           "sources whose host has changed are not collected until the "
           "configuration is read again: %s",
           err.message);
    finish(g);
}

/* --- the change ----------------------------------------------------------- */

static enum garner_code begin(struct gn_regroup *g, struct garner_error *err)
{
    bool busy;
    bool ended;

    gn_lock(&g->lock);
    busy = g->busy;
    ended = g->ended;
    g->busy = !ended;
    gn_unlock(&g->lock);
    if (ended)
        return gn_fail(err, GARNER_CLOSED, "the collector is ending");
    if (busy)
        return gn_fail(err, GARNER_BUSY,
                       "the last change still waits for fetches under way; ask "
                       "again");
    if (!gn_team_hold(g->team)) {
        gn_lock(&g->lock);
        g->busy = false;
        gn_unlock(&g->lock);
        return gn_fail(err, GARNER_CLOSED, "the collector is ending");
    }
    join_mover(g); /* it has finished */
    return GARNER_OK;
}

/* Changes to h, but for those that move. *begun: it is in use from now on. */
static enum garner_code change(struct gn_regroup *g, struct held *h,
                               struct gn_changes *changes, size_t *moving,
                               bool *begun, struct garner_error *err)
{
    bool *mark = gn_alloc((h->config.source_count + 1) * sizeof mark[0]);
    enum garner_code code;

    *begun = false;
    if (mark == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    code = find_movers(g, &h->config, mark, moving, err);
    if (code == GARNER_OK)
        code = try_movers(&h->config, mark, err);
    if (code == GARNER_OK)
        code = plan(g, &h->config, *moving > 0 ? mark : NULL, changes, err);
    gn_free(mark);
    if (code != GARNER_OK)
        return code;
    if (changes_any(changes))
        return make(g, begun, err);
    drop_plans(g);
    return GARNER_OK;
}

/* begun: h is the configuration from now on, else it is not needed. */
static void settle(struct gn_regroup *g, struct held *h, bool begun)
{
    if (!begun) {
        gn_config_fini(&h->config);
        gn_free(h);
        return;
    }
    h->next = g->held;
    g->held = h;
    g->now = &h->config;
}

enum garner_code gn_regroup_change(struct gn_regroup *g,
                                   struct gn_config *config,
                                   struct gn_changes *changes,
                                   struct garner_error *err)
{
    struct held *h;
    size_t moving = 0;
    bool begun;
    enum garner_code code = begin(g, err);

    *changes = (struct gn_changes){0};
    if (code != GARNER_OK)
        return code;
    h = gn_alloc(sizeof *h);
    code = h != NULL ? gn_shares_check(config, err)
                     : gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code != GARNER_OK) {
        gn_free(h);
        finish(g);
        return code;
    }
    h->config = *config;
    *config = (struct gn_config){0};
    code = change(g, h, changes, &moving, &begun, err);
    if (code != GARNER_OK && !begun) { /* nothing has changed */
        *config = h->config;
        h->config = (struct gn_config){0};
    }
    settle(g, h, begun);
    changes->removed -= moving;
    changes->changed += moving;
    if (code == GARNER_OK && begun && moving > 0)
        start_mover(g);
    else
        finish(g);
    return code;
}
