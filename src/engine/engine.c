#include "engine/engine.h"

#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/loop.h"
#include "engine/share.h"
#include "engine/steer/regroup.h"
#include "engine/team.h"

enum { MOST_WORKERS = 4 };

/* One of its loops. */
struct helm {
    struct gn_engine *engine;
    struct gn_loop *loop;
    pthread_t thread; /* of all but the first */
    bool has_thread;
    bool worked;           /* it could start, and: */
    enum garner_code code; /* how its run ended */
    struct garner_error err;
};

struct gn_engine {
    /* constant */
    size_t count;
    struct helm *helms;
    struct gn_reload **reloads; /* of each */
    struct gn_team *team;
    struct gn_regroup *regroup;
};

/* --- making and freeing --------------------------------------------------- */

/* What the ith of count gets of all: all get that together, if it is one for
 * each at least. */
static size_t part_of(size_t all, size_t count, size_t i)
{
    const size_t part = all / count + (i < all % count);

    return part > 0 ? part : 1;
}

/* What the ith of several loops gets of what options say for all. */
static struct gn_engine_options divided(const struct gn_engine_options *options,
                                        size_t i)
{
    struct gn_engine_options o = *options;
    const size_t count = (size_t)o.loops;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (count == 1)
        return o;
    if (o.parallel == 0)
        o.parallel = GN_DEFAULT_PARALLEL;
    if (o.max_body_bytes == 0)
        o.max_body_bytes = GN_DEFAULT_BODY_BYTES;
    if (o.workers == 0)
        o.workers = cores > MOST_WORKERS ? MOST_WORKERS : (int)cores;
    o.parallel = (int)part_of((size_t)o.parallel, count, i);
    o.workers = (int)part_of(o.workers > 0 ? (size_t)o.workers : 1, count, i);
    o.max_body_bytes = part_of(o.max_body_bytes, count, i);
    return o;
}

static enum garner_code open_loops(struct gn_engine *e,
                                   struct garner_store *store,
                                   const struct gn_config *config,
                                   const struct gn_engine_options *options,
                                   struct garner_error *err)
{
    struct gn_config *shares = gn_alloc(e->count * sizeof shares[0]);
    enum garner_code code;

    if (shares == NULL)
        return gn_fail(err, GARNER_NOMEM, "an engine");
    code = gn_shares_make(config, e->count, shares, err);
    for (size_t i = 0; i < e->count && code == GARNER_OK; i++) {
        const struct gn_engine_options own = divided(options, i);

        e->helms[i].engine = e;
        code = gn_loop_new(store, &shares[i], &own, e->team, i,
                           &e->helms[i].loop, err);
        if (code == GARNER_OK)
            e->reloads[i] = gn_loop_reload(e->helms[i].loop);
    }
    for (size_t i = 0; i < e->count; i++)
        gn_config_fini(&shares[i]); /* of loops that were not made */
    gn_free(shares);
    return code;
}

static enum garner_code open_engine(struct gn_engine *e,
                                    struct garner_store *store,
                                    const struct gn_config *config,
                                    const struct gn_engine_options *options,
                                    struct garner_error *err)
{
    enum garner_code code = gn_shares_check(config, err);

    if (code != GARNER_OK)
        return code;
    e->helms = gn_alloc(e->count * sizeof e->helms[0]);
    e->reloads = gn_alloc(e->count * sizeof e->reloads[0]);
    if (e->helms == NULL || e->reloads == NULL)
        return gn_fail(err, GARNER_NOMEM, "an engine");
    code = gn_team_new(e->count, options->beat, options->beat_context, &e->team,
                       err);
    if (code == GARNER_OK)
        code = open_loops(e, store, config, options, err);
    return code == GARNER_OK
               ? gn_regroup_new(e->reloads, e->count, e->team, &e->regroup, err)
               : code;
}

enum garner_code gn_engine_new(struct garner_store *store,
                               const struct gn_config *config,
                               const struct gn_engine_options *options,
                               struct gn_engine **out, struct garner_error *err)
{
    struct gn_engine_options o = *options;
    struct gn_engine *e = gn_alloc(sizeof *e);
    enum garner_code code;

    *out = NULL;
    if (e == NULL)
        return gn_fail(err, GARNER_NOMEM, "an engine");
    if (o.loops < 1)
        o.loops = 1;
    e->count = (size_t)o.loops;
    code = open_engine(e, store, config, &o, err);
    if (code == GARNER_OK)
        *out = e;
    else
        gn_engine_free(e);
    return code;
}

void gn_engine_free(struct gn_engine *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; e->helms != NULL && i < e->count; i++)
        gn_loop_free(e->helms[i].loop);
    gn_regroup_free(e->regroup);
    gn_team_free(e->team);
    gn_free(e->reloads);
    gn_free(e->helms);
    gn_free(e);
}

/* --- running -------------------------------------------------------------- */

/* It ended with what was under way given up. Before it worked, the same codes
 * are the store's. */
static bool gave_up(const struct helm *h)
{
    return h->worked &&
           (h->code == GARNER_TIMEOUT || h->code == GARNER_CANCELED);
}

/* A loop that cannot go on takes the others with it: half of the sources is not
 * what was asked for. */
static void *run_loop(void *context)
{
    struct helm *h = context;

    h->code = gn_loop_run(h->loop, &h->worked, &h->err);
    if (h->code != GARNER_OK && !gave_up(h))
        gn_engine_stop(h->engine);
    return NULL;
}

/* The worst of how they ended: what the store says before what was given up. */
static enum garner_code ending(const struct gn_engine *e,
                               struct garner_error *err)
{
    const struct helm *worst = &e->helms[0];

    for (size_t i = 1; i < e->count; i++) {
        const struct helm *h = &e->helms[i];

        if (h->code != GARNER_OK &&
            (worst->code == GARNER_OK || (gave_up(worst) && !gave_up(h))))
            worst = h;
    }
    if (worst->code != GARNER_OK && err != NULL)
        *err = worst->err;
    return worst->code;
}

enum garner_code gn_engine_run(struct gn_engine *e, struct garner_error *err)
{
    struct helm *first = &e->helms[0];

    for (size_t i = 1; i < e->count; i++) {
        struct helm *h = &e->helms[i];
        struct garner_error reason;
        const enum garner_code code =
            gn_thread_start(&h->thread, run_loop, h, &reason);

        h->has_thread = code == GARNER_OK;
        if (h->has_thread)
            continue; /* what is in it is the thread's until it is joined */
        h->code = code;
        h->err = reason;
        gn_team_leave(e->team, i);
        gn_engine_stop(e);
    }
    (void)run_loop(first);
    for (size_t i = 1; i < e->count; i++)
        if (e->helms[i].has_thread)
            gn_thread_join(e->helms[i].thread);
    return ending(e, err);
}

void gn_engine_stop(struct gn_engine *e)
{
    for (size_t i = 0; i < e->count; i++)
        gn_loop_stop(e->helms[i].loop);
}

/* --- steering ------------------------------------------------------------- */

/* Something that one loop is asked, of those sources of its that patterns name.
 */
struct order {
    enum garner_code (*give)(struct gn_loop *loop, const char *const *patterns,
                             size_t count, bool how, struct gn_buf *told,
                             struct garner_error *err);
    bool how;
    struct gn_buf *told;
};

static bool is_any(const struct gn_engine *e, const char *pattern)
{
    size_t i = 0;

    while (i < e->count && !gn_loop_has(e->helms[i].loop, pattern))
        i++;
    return i < e->count;
}

/* To each loop with what it has of patterns; has: room for them. */
static enum garner_code give(struct gn_engine *e, const char *const *patterns,
                             size_t count, const struct order *order,
                             const char **has, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t n = 0; n < count; n++)
        if (!is_any(e, patterns[n])) /* it knows what to say */
            return order->give(e->helms[0].loop, &patterns[n], 1, order->how,
                               order->told, err);
    for (size_t i = 0; i < e->count && code == GARNER_OK; i++) {
        size_t have = 0;

        for (size_t n = 0; n < count; n++)
            if (gn_loop_has(e->helms[i].loop, patterns[n]))
                has[have++] = patterns[n];
        if (have > 0)
            code = order->give(e->helms[i].loop, has, have, order->how,
                               order->told, err);
    }
    return code;
}

/* None of the loops ends meanwhile. */
static enum garner_code give_all(struct gn_engine *e,
                                 const char *const *patterns, size_t count,
                                 const struct order *order,
                                 struct garner_error *err)
{
    const char **has;
    enum garner_code code;

    if (!gn_team_hold(e->team))
        return gn_fail(err, GARNER_BUSY,
                       "the collector is ending; ask again when it runs");
    has = gn_alloc((count + 1) * sizeof has[0]);
    code = has != NULL ? give(e, patterns, count, order, has, err)
                       : gn_fail(err, GARNER_NOMEM, "out of memory for names");
    gn_team_release(e->team);
    gn_free(has);
    return code;
}

enum garner_code gn_engine_pause(struct gn_engine *e,
                                 const char *const *patterns, size_t count,
                                 bool paused, struct gn_buf *told,
                                 struct garner_error *err)
{
    const struct order order = {gn_loop_pause, paused, told};

    return give_all(e, patterns, count, &order, err);
}

enum garner_code gn_engine_ask(struct gn_engine *e, const char *const *patterns,
                               size_t count, bool whole, struct gn_buf *told,
                               struct garner_error *err)
{
    const struct order order = {gn_loop_ask, whole, told};

    return give_all(e, patterns, count, &order, err);
}

enum garner_code gn_engine_look(struct gn_engine *e, const char *name,
                                struct gn_standing *standing,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_NOTFOUND;

    for (size_t i = 0; i < e->count && code == GARNER_NOTFOUND; i++)
        code = gn_loop_look(e->helms[i].loop, name, standing, err);
    return code;
}

enum garner_code gn_engine_reload(struct gn_engine *e, struct gn_config *config,
                                  struct gn_changes *changes,
                                  struct garner_error *err)
{
    return gn_regroup_change(e->regroup, config, changes, err);
}

/* --- status --------------------------------------------------------------- */

void gn_engine_status(struct gn_engine *e, struct gn_status *status)
{
    struct gn_status other;

    gn_loop_status(e->helms[0].loop, status);
    for (size_t i = 1; i < e->count; i++) {
        gn_loop_status(e->helms[i].loop, &other);
        gn_status_add(status, &other);
    }
}

size_t gn_engine_sources(struct gn_engine *e, size_t first,
                         struct gn_source_status *lines, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < e->count && n < max; i++) {
        const size_t count = gn_loop_count(e->helms[i].loop);

        if (first >= count) {
            first -= count;
            continue;
        }
        n += gn_loop_sources(e->helms[i].loop, first, &lines[n], max - n);
        first = 0;
    }
    return n;
}
