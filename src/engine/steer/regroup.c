#include "engine/steer/regroup.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/share.h"

/* A configuration that sources borrow from. */
struct held {
    struct gn_config config;
    struct gn_config *shares; /* of it, one for each loop; NULL: none yet */
    struct held *next;
};

struct gn_regroup {
    /* constant */
    struct gn_reload *const *loops;
    struct gn_turnover **turnovers; /* of each */
    size_t count;
    struct gn_team *team;

    pthread_mutex_t lock;
    pthread_cond_t over;
    /* guarded by lock */
    bool busy; /* a change is being made */

    /* of who makes a change */
    struct held *held;
};

enum garner_code gn_regroup_new(struct gn_reload *const *loops, size_t count,
                                struct gn_team *team, struct gn_regroup **out,
                                struct garner_error *err)
{
    struct gn_regroup *g = gn_alloc(sizeof *g);

    *out = g;
    if (g != NULL)
        g->turnovers = gn_alloc(count * sizeof g->turnovers[0]);
    if (g == NULL || g->turnovers == NULL) {
        gn_free(g);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu event loops",
                       count);
    }
    for (size_t i = 0; i < count; i++)
        g->turnovers[i] = &loops[i]->turnover;
    g->loops = loops;
    g->count = count;
    g->team = team;
    gn_mutex_init(&g->lock);
    gn_cond_init(&g->over);
    return GARNER_OK;
}

static void free_held(struct gn_regroup *g, struct held *h)
{
    for (size_t i = 0; h->shares != NULL && i < g->count; i++)
        gn_config_fini(&h->shares[i]);
    gn_free(h->shares);
    gn_config_fini(&h->config);
    gn_free(h);
}

void gn_regroup_free(struct gn_regroup *g)
{
    struct held *next;

    if (g == NULL)
        return;
    for (struct held *h = g->held; h != NULL; h = next) {
        next = h->next;
        free_held(g, h);
    }
    gn_cond_fini(&g->over);
    gn_mutex_fini(&g->lock);
    gn_free(g->turnovers);
    gn_free(g);
}

/* --- the loops ------------------------------------------------------------ */

/* Holds the first *held of them: all, unless there is an error. */
static enum garner_code hold(struct gn_regroup *g, size_t *held,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *held = 0;
    while (*held < g->count && code == GARNER_OK) {
        code = gn_reload_hold(g->loops[*held], err);
        *held += code == GARNER_OK;
    }
    for (size_t i = 0; i < g->count && code == GARNER_OK; i++)
        code = gn_reload_await(g->loops[i], err);
    return code;
}

/* Makes what is planned. Only the first loop has something to do in it that may
 * fail, unless all are ending. *begun: one of them has changed. */
static enum garner_code make(struct gn_regroup *g, struct gn_change *c,
                             bool *begun, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < g->count && code == GARNER_OK; i++)
        code = gn_reload_prepare(g->loops[i], c, err);
    for (size_t i = 0; i < g->count && code == GARNER_OK; i++) {
        code = gn_reload_commit(g->loops[i], c, err);
        *begun = *begun || code == GARNER_OK;
    }
    for (size_t i = 0; i < g->count && code != GARNER_OK; i++)
        gn_reload_undo(g->loops[i], c);
    return code;
}

static bool changes_any(const struct gn_changes *c)
{
    return c->added + c->changed + c->removed > 0;
}

/* Changes to the shares of h, if they are different. */
static enum garner_code change(struct gn_regroup *g, const struct held *h,
                               struct gn_changes *changes, bool *begun,
                               struct garner_error *err)
{
    struct gn_change c = {0};
    size_t held;
    enum garner_code code = hold(g, &held, err);

    if (code == GARNER_OK)
        code =
            gn_change_plan(&c, g->turnovers, h->shares, g->count, changes, err);
    if (code == GARNER_OK && changes_any(changes))
        code = make(g, &c, begun, err);
    while (held > 0)
        gn_reload_go_on(g->loops[--held]);
    gn_change_fini(&c);
    return code;
}

/* --- the change ----------------------------------------------------------- */

static void let_others(struct gn_regroup *g)
{
    gn_lock(&g->lock);
    g->busy = false;
    gn_cond_wake_one(&g->over);
    gn_unlock(&g->lock);
}

/* Waits for the change before to be made. */
static enum garner_code begin(struct gn_regroup *g, struct garner_error *err)
{
    gn_lock(&g->lock);
    while (g->busy)
        gn_cond_wait(&g->over, &g->lock);
    g->busy = true;
    gn_unlock(&g->lock);
    if (gn_team_hold(g->team))
        return GARNER_OK;
    let_others(g);
    return gn_fail(err, GARNER_CLOSED, "the collector is ending");
}

static enum garner_code divide(const struct gn_regroup *g, struct held *h,
                               struct garner_error *err)
{
    enum garner_code code;

    h->shares = gn_alloc(g->count * sizeof h->shares[0]);
    if (h->shares == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu event loops",
                       g->count);
    code = gn_shares_make(&h->config, g->count, h->shares, err);
    if (code == GARNER_OK)
        return code;
    gn_free(h->shares);
    h->shares = NULL;
    return code;
}

/* The same as gn_regroup_change, one at a time, with a copy of config in h.
 * *begun: h is in use from now on. */
static enum garner_code take(struct gn_regroup *g, struct held *h,
                             struct gn_changes *changes, bool *begun,
                             struct garner_error *err)
{
    enum garner_code code = divide(g, h, err);

    *begun = false;
    if (code == GARNER_OK)
        code = change(g, h, changes, begun, err);
    if (*begun) {
        h->next = g->held;
        g->held = h;
    }
    return code;
}

enum garner_code gn_regroup_change(struct gn_regroup *g,
                                   struct gn_config *config,
                                   struct gn_changes *changes,
                                   struct garner_error *err)
{
    struct held *h = NULL;
    bool begun;
    enum garner_code code = gn_shares_check(config, err);

    *changes = (struct gn_changes){0};
    if (code == GARNER_OK && (h = gn_alloc(sizeof *h)) == NULL)
        code = gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code == GARNER_OK)
        code = begin(g, err);
    if (code != GARNER_OK) {
        gn_free(h);
        return code;
    }
    h->config = *config;
    code = take(g, h, changes, &begun, err);
    gn_team_release(g->team);
    let_others(g);
    if (code != GARNER_OK && !begun) /* nothing has changed */
        h->config = (struct gn_config){0};
    else
        *config = (struct gn_config){0};
    if (!begun)
        free_held(g, h);
    return code;
}
