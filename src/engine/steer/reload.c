#include "engine/steer/reload.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/expect/trial.h"
#include "engine/steer/change.h"

enum step { PREPARE, COMMIT, UNDO };

struct gn_plan {
    struct gn_change change;
    bool begun; /* the loop knows of it */

    /* the loop's thread only */
    bool prepared;
    size_t tables; /* there were so many before */
    struct gn_entry *entry;
    struct gn_earlier *earlier;
};

/* What waits for the loop's thread. */
struct gn_posted {
    struct gn_plan *plan;
    enum step step;

    /* guarded by the reload's lock */
    bool done;
    enum garner_code code;
    struct garner_error err;
};

struct gn_earlier {
    struct gn_config config;
    struct gn_earlier *next;
};

static bool begin(struct gn_reload *r)
{
    bool begun;

    gn_lock(&r->lock);
    begun = !r->busy;
    r->busy = true;
    gn_unlock(&r->lock);
    return begun;
}

static void end(void *context)
{
    struct gn_reload *r = context;

    gn_lock(&r->lock);
    r->busy = false;
    gn_cond_wake_all(&r->answered);
    gn_unlock(&r->lock);
}

void gn_reload_init(struct gn_reload *r)
{
    r->turnover.over = end;
    r->turnover.over_context = r;
    gn_mutex_init(&r->lock);
    gn_cond_init(&r->answered);
}

void gn_reload_fini(struct gn_reload *r)
{
    for (size_t i = 0; i < r->turnover.roster->count; i++)
        gn_active_free(r->turnover.roster->actives[i]->successor);
    gn_cond_fini(&r->answered);
    gn_mutex_fini(&r->lock);
}

void gn_reload_forget(struct gn_reload *r)
{
    struct gn_earlier *next;

    for (struct gn_earlier *e = r->earlier; e != NULL; e = next) {
        next = e->next;
        gn_config_fini(&e->config);
        gn_free(e);
    }
    r->earlier = NULL;
}

/* --- asking (any thread) ------------------------------------------------- */

static void wait_for(struct gn_reload *r, struct gn_posted *p)
{
    gn_lock(&r->lock);
    p->done = r->ended;
    if (!r->ended) {
        r->posted = p;
        gn_inbox_ring(r->turnover.flow->inbox);
    }
    while (!p->done)
        gn_cond_wait(&r->answered, &r->lock);
    gn_unlock(&r->lock);
}

/* Has the loop's thread take that step, unless it has ended. */
static enum garner_code post(struct gn_reload *r, struct gn_plan *plan,
                             enum step step, struct garner_error *err)
{
    struct gn_posted p = {.plan = plan, .step = step, .code = GARNER_CLOSED};

    gn_fail(&p.err, GARNER_CLOSED, "the collector is ending");
    wait_for(r, &p);
    if (p.code != GARNER_OK && err != NULL)
        *err = p.err;
    return p.code;
}

enum garner_code gn_reload_plan(struct gn_reload *r, struct gn_config *config,
                                struct gn_changes *changes,
                                struct gn_plan **plan, struct garner_error *err)
{
    struct gn_plan *p;
    enum garner_code code;

    *changes = (struct gn_changes){0};
    *plan = NULL;
    if (!begin(r))
        return gn_fail(err, GARNER_BUSY,
                       "the last change still waits for fetches under way; ask "
                       "again");
    p = gn_alloc(sizeof *p);
    code = p != NULL ? gn_change_plan(r->turnover.flow, r->turnover.roster,
                                      config, &p->change, changes, err)
                     : gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code == GARNER_OK)
        *plan = p;
    else
        gn_reload_drop(r, p);
    return code;
}

enum garner_code gn_reload_prepare(struct gn_reload *r, struct gn_plan *plan,
                                   struct garner_error *err)
{
    plan->begun = true;
    return post(r, plan, PREPARE, err);
}

enum garner_code gn_reload_commit(struct gn_reload *r, struct gn_plan *plan,
                                  struct garner_error *err)
{
    const enum garner_code code = post(r, plan, COMMIT, err);

    if (code != GARNER_OK)
        return code;
    *plan->change.config = (struct gn_config){0};
    gn_change_fini(&plan->change, true);
    gn_free(plan);
    return GARNER_OK; /* the loop ends it */
}

void gn_reload_drop(struct gn_reload *r, struct gn_plan *plan)
{
    if (plan != NULL) {
        if (plan->begun)
            (void)post(r, plan, UNDO,
                       NULL); /* if it has ended, it needs none */
        gn_entry_free(plan->entry);
        gn_free(plan->earlier);
        gn_change_fini(&plan->change, false);
    }
    gn_free(plan);
    end(r);
}

void gn_reload_await(struct gn_reload *r)
{
    gn_lock(&r->lock);
    while (r->busy && !r->ended)
        gn_cond_wait(&r->answered, &r->lock);
    gn_unlock(&r->lock);
}

/* --- the change ---------------------------------------------------------- */

static enum garner_code find_tables(struct gn_reload *r, struct gn_change *c,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < c->newcomer_count && code == GARNER_OK; i++) {
        struct gn_active *a = c->newcomers[i].active;

        code = gn_roster_find_tables(r->turnover.roster, c->config, a,
                                     r->turnover.flow->store, err);
        r->turnover.roster->has_work =
            r->turnover.roster->has_work || gn_trial_matches(a) ||
            a->source->next.sql != NULL || a->source->crawl != NULL;
    }
    if (code == GARNER_OK && r->turnover.roster->has_work &&
        r->turnover.flow->extractor == NULL)
        code = gn_extractor_new(&r->turnover.flow->extractor_options,
                                &r->turnover.flow->extractor, err);
    return code;
}

static bool make_room(struct gn_reload *r, size_t newcomers)
{
    const size_t room = r->turnover.roster->count + newcomers + 1;
    struct gn_active **actives;

    gn_lock(&r->turnover.flow->lock);
    actives = gn_realloc(r->turnover.roster->actives, room * sizeof actives[0]);
    if (actives != NULL)
        r->turnover.roster->actives = actives;
    gn_unlock(&r->turnover.flow->lock);
    return actives != NULL;
}

/* Those who would have come do not: back to the tables that there were. */
static void undo(struct gn_reload *r, struct gn_plan *p)
{
    if (!p->prepared)
        return;
    gn_tables_cut(r->turnover.roster->tables, p->tables);
    gn_change_free_tables(&p->change, true);
    p->prepared = false;
}

static enum garner_code prepare(struct gn_reload *r, struct gn_plan *p,
                                struct garner_error *err)
{
    struct gn_change *c = &p->change;
    enum garner_code code;

    p->tables = gn_tables_count(r->turnover.roster->tables);
    p->prepared = true;
    gn_change_free_tables(c, false);
    code = find_tables(r, c, err);
    p->entry = gn_entry_new(c->newcomer_count);
    p->earlier = gn_alloc(sizeof *p->earlier);
    if (code == GARNER_OK && (p->entry == NULL || p->earlier == NULL ||
                              !make_room(r, c->newcomer_count)))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code != GARNER_OK)
        undo(r, p);
    return code;
}

/* Keeps the configuration, and has it count for who is told of events, who
 * would hold on to it. */
static enum garner_code keep(struct gn_reload *r, struct gn_plan *p,
                             struct garner_error *err)
{
    enum garner_code code;

    p->earlier->config = *p->change.config;
    code = r->renew(r->context, &p->earlier->config, err);
    if (code != GARNER_OK)
        return code;
    p->earlier->next = r->earlier;
    r->earlier = p->earlier;
    p->earlier = NULL;
    return GARNER_OK;
}

static enum garner_code commit(struct gn_reload *r, struct gn_plan *p,
                               struct garner_error *err)
{
    struct gn_change *c = &p->change;
    struct gn_entry *entry = p->entry;
    const enum garner_code code = keep(r, p, err);

    if (code != GARNER_OK)
        return code;
    p->entry = NULL;
    for (size_t i = 0; i < c->newcomer_count; i++) {
        if (c->newcomers[i].before != NULL)
            c->newcomers[i].before->successor = c->newcomers[i].active;
        else
            gn_entry_add(entry, c->newcomers[i].active);
    }
    for (size_t i = 0; i < c->present_count; i++)
        if (!c->present[i].stays)
            gn_turnover_go(&r->turnover, c->present[i].active);
    gn_turnover_come(&r->turnover, entry);
    gn_turnover_check(&r->turnover);
    return GARNER_OK;
}

static enum garner_code take_step(struct gn_reload *r, struct gn_posted *p,
                                  struct garner_error *err)
{
    switch (p->step) {
    case PREPARE:
        return prepare(r, p->plan, err);
    case COMMIT:
        return commit(r, p->plan, err);
    case UNDO:
        undo(r, p->plan);
    }
    return GARNER_OK;
}

static void answer(struct gn_reload *r, struct gn_posted *c,
                   enum garner_code code, const struct garner_error *err)
{
    gn_lock(&r->lock);
    r->posted = NULL;
    c->code = code;
    if (code != GARNER_OK)
        c->err = *err;
    c->done = true;
    gn_cond_wake_all(&r->answered);
    gn_unlock(&r->lock);
}

static struct gn_posted *posted(struct gn_reload *r)
{
    struct gn_posted *c;

    gn_lock(&r->lock);
    c = r->posted;
    gn_unlock(&r->lock);
    return c;
}

void gn_reload_tend(struct gn_reload *r)
{
    struct gn_posted *c = posted(r);
    struct garner_error err;

    if (c != NULL) {
        const enum garner_code code = take_step(r, c, &err);

        answer(r, c, code, &err);
    }
    gn_turnover_tend(&r->turnover);
}

bool gn_reload_is_under_way(const struct gn_reload *r)
{
    return gn_turnover_is_under_way(&r->turnover);
}

void gn_reload_end(struct gn_reload *r)
{
    struct gn_posted *c;

    gn_lock(&r->lock);
    r->ended = true;
    c = r->posted;
    if (c != NULL)
        c->done = true; /* with the error it was posted with */
    r->posted = NULL;
    gn_cond_wake_all(&r->answered);
    gn_unlock(&r->lock);
}
