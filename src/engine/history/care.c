#include "engine/history/care.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"

enum { EVERY_MS = 10 * 60 * 1000 };

/* --- on the pool's thread ------------------------------------------------ */

static bool goes_on(void *context)
{
    struct gn_care *c = context;

    return !atomic_load(&c->stop);
}

static void work(uv_work_t *request)
{
    struct gn_care *c = request->data;
    const struct gn_prune prune = {.rules = c->rules,
                                   .count = c->count,
                                   .now_us = gn_clock_wall_us(),
                                   .go_on = goes_on,
                                   .context = c};

    c->done = (struct gn_pruned){0};
    c->code = gn_prune(c->store, &prune, &c->done, &c->err);
}

/* --- on the loop's ------------------------------------------------------- */

static void look(struct gn_care *c);

static void worked(uv_work_t *request, int status)
{
    struct gn_care *c = request->data;

    (void)status; /* it is never canceled */
    c->working = false;
    if (c->code != GARNER_OK)
        gn_log(GN_LOG_WARN, NULL, "what is to be kept no longer stays: %s",
               c->err.message);
    else if (c->done.runs + c->done.bodies > 0)
        gn_log(GN_LOG_INFO, NULL,
               "deleted %" PRIu64 " runs and %" PRIu64
               " bodies that were to be kept no longer",
               c->done.runs, c->done.bodies);
    if (c->again && c->is_open)
        look(c);
}

static bool has_rule(const struct gn_source *source)
{
    return source->keep.bodies > 0 || source->keep.runs_ms > 0;
}

/* The rules of the sources as they are now. false: no memory. */
static bool gather(struct gn_care *c)
{
    const struct gn_roster *r = c->roster;

    gn_free(c->rules);
    c->count = 0;
    c->rules = gn_alloc((r->count + 1) * sizeof *c->rules);
    if (c->rules == NULL)
        return false;
    for (size_t i = 0; i < r->count; i++)
        if (has_rule(r->actives[i]->source))
            c->rules[c->count++] = (struct gn_prune_rule){
                r->actives[i]->memory.id, r->actives[i]->source->keep};
    return true;
}

static void look(struct gn_care *c)
{
    c->again = c->working;
    if (c->working)
        return;
    if (!gather(c))
        gn_log(GN_LOG_WARN, NULL,
               "what is to be kept no longer stays: out of memory");
    if (c->count == 0)
        return;
    c->working = true;
    c->work.data = c;
    GN_CHECK(uv_queue_work(c->timer.loop, &c->work, work, worked) == 0);
}

static void tick(uv_timer_t *timer)
{
    look(timer->data);
}

void gn_care_start(struct gn_care *c, uv_loop_t *loop,
                   struct garner_store *store, const struct gn_roster *r)
{
    c->store = store;
    c->roster = r;
    GN_CHECK(uv_timer_init(loop, &c->timer) == 0); /* it never fails */
    c->timer.data = c;
    c->is_open = true;
    GN_CHECK(uv_timer_start(&c->timer, tick, 0, EVERY_MS) == 0);
}

void gn_care_renew(struct gn_care *c)
{
    if (c->is_open)
        look(c);
}

void gn_care_close(struct gn_care *c)
{
    atomic_store(&c->stop, true);
    if (c->is_open)
        uv_close((uv_handle_t *)&c->timer, NULL);
    c->is_open = false;
}

void gn_care_fini(struct gn_care *c)
{
    gn_free(c->rules);
    c->rules = NULL;
}
