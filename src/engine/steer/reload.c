#include "engine/steer/reload.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/expect/trial.h"

enum step { HOLD, AWAIT, PREPARE, COMMIT, UNDO, GO_ON };

/* What waits for the loop's thread. */
struct gn_posted {
    struct gn_change *change;
    enum step step;

    /* guarded by the reload's lock */
    bool done;
    enum garner_code code;
    struct garner_error err;
};

void gn_reload_init(struct gn_reload *r)
{
    gn_mutex_init(&r->lock);
    gn_cond_init(&r->answered);
}

void gn_reload_fini(struct gn_reload *r)
{
    for (size_t i = 0; i < r->turnover.roster->count; i++)
        gn_active_free(r->turnover.roster->actives[i]->successor);
    gn_entry_free(r->entry);
    gn_cond_fini(&r->answered);
    gn_mutex_fini(&r->lock);
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
static enum garner_code post(struct gn_reload *r, struct gn_change *c,
                             enum step step, struct garner_error *err)
{
    struct gn_posted p = {.change = c, .step = step, .code = GARNER_CLOSED};

    gn_fail(&p.err, GARNER_CLOSED, "the collector is ending");
    wait_for(r, &p);
    if (p.code != GARNER_OK && err != NULL)
        *err = p.err;
    return p.code;
}

static bool runs(struct gn_flow *f)
{
    bool runs;

    gn_lock(&f->lock);
    runs = !f->closed && f->schedule != NULL;
    gn_unlock(&f->lock);
    return runs;
}

enum garner_code gn_reload_hold(struct gn_reload *r, struct garner_error *err)
{
    if (!runs(r->turnover.flow)) /* it may never come to answer */
        return gn_fail(err, GARNER_CLOSED,
                       "the collector is starting or ending; ask again when it "
                       "runs");
    return post(r, NULL, HOLD, err);
}

enum garner_code gn_reload_await(struct gn_reload *r, struct garner_error *err)
{
    return post(r, NULL, AWAIT, err);
}

enum garner_code gn_reload_prepare(struct gn_reload *r, struct gn_change *c,
                                   struct garner_error *err)
{
    return post(r, c, PREPARE, err);
}

enum garner_code gn_reload_commit(struct gn_reload *r, struct gn_change *c,
                                  struct garner_error *err)
{
    return post(r, c, COMMIT, err);
}

/* A loop that has ended needs neither. */

void gn_reload_undo(struct gn_reload *r, struct gn_change *c)
{
    (void)post(r, c, UNDO, NULL);
}

void gn_reload_go_on(struct gn_reload *r)
{
    (void)post(r, NULL, GO_ON, NULL);
}

/* --- the change ---------------------------------------------------------- */

static const struct gn_config *share_of(const struct gn_reload *r,
                                        const struct gn_change *c)
{
    return &c->shares[r->turnover.index];
}

static enum garner_code find_tables(struct gn_reload *r,
                                    const struct gn_change *c,
                                    struct garner_error *err)
{
    struct gn_flow *f = r->turnover.flow;
    struct gn_roster *roster = r->turnover.roster;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < c->newcomer_count && code == GARNER_OK; i++) {
        struct gn_active *a = c->newcomers[i].active;

        if (c->newcomers[i].loop != r->turnover.index)
            continue;
        code = gn_roster_find_tables(roster, share_of(r, c), a, f->store, err);
        roster->has_work = roster->has_work || gn_trial_matches(a) ||
                           a->source->next.sql != NULL ||
                           a->source->crawl != NULL;
    }
    if (code == GARNER_OK && roster->has_work && f->extractor == NULL)
        code = gn_extractor_new(&f->extractor_options, &f->extractor, err);
    return code;
}

/* For all that are there, and all that may come: its share. */
static bool make_room(struct gn_reload *r, const struct gn_change *c)
{
    struct gn_roster *roster = r->turnover.roster;
    const size_t room = roster->count + share_of(r, c)->source_count + 1;
    struct gn_active **actives;

    gn_lock(&r->turnover.flow->lock);
    actives = gn_realloc(roster->actives, room * sizeof actives[0]);
    if (actives != NULL)
        roster->actives = actives;
    gn_unlock(&r->turnover.flow->lock);
    return actives != NULL;
}

/* Those who would have come do not: back to the tables that there were. */
static void undo(struct gn_reload *r, const struct gn_change *c)
{
    if (!r->prepared)
        return;
    gn_tables_cut(r->turnover.roster->tables, r->tables);
    gn_change_free_tables(c, r->turnover.index, true);
    gn_entry_free(r->entry);
    r->entry = NULL;
    r->prepared = false;
}

static enum garner_code prepare(struct gn_reload *r, const struct gn_change *c,
                                struct garner_error *err)
{
    enum garner_code code;

    r->tables = gn_tables_count(r->turnover.roster->tables);
    r->prepared = true;
    gn_change_free_tables(c, r->turnover.index, false);
    code = find_tables(r, c, err);
    r->entry = gn_entry_new(c->newcomer_count);
    if (code == GARNER_OK && (r->entry == NULL || !make_room(r, c)))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code != GARNER_OK)
        undo(r, c);
    return code;
}

static enum garner_code commit(struct gn_reload *r, struct gn_change *c,
                               struct garner_error *err)
{
    const enum garner_code code = r->renew(r->context, share_of(r, c), err);

    if (code != GARNER_OK)
        return code;
    gn_change_make(c, r->turnover.index, r->entry);
    gn_turnover_come(&r->turnover, r->entry);
    r->entry = NULL;
    r->prepared = false;
    return GARNER_OK;
}

static enum garner_code take_step(struct gn_reload *r, struct gn_posted *p,
                                  struct garner_error *err)
{
    switch (p->step) {
    case HOLD:
        r->held = true;
        break;
    case AWAIT: /* it is over */
        break;
    case PREPARE:
        return prepare(r, p->change, err);
    case COMMIT:
        return commit(r, p->change, err);
    case UNDO:
        undo(r, p->change);
        break;
    case GO_ON:
        r->held = false;
        break;
    }
    return GARNER_OK;
}

static void answer(struct gn_reload *r, struct gn_posted *p,
                   enum garner_code code, const struct garner_error *err)
{
    gn_lock(&r->lock);
    r->posted = NULL;
    p->code = code;
    if (code != GARNER_OK)
        p->err = *err;
    p->done = true;
    gn_cond_wake_all(&r->answered);
    gn_unlock(&r->lock);
}

static struct gn_posted *posted(struct gn_reload *r)
{
    struct gn_posted *p;

    gn_lock(&r->lock);
    p = r->posted;
    gn_unlock(&r->lock);
    return p;
}

void gn_reload_tend(struct gn_reload *r)
{
    struct gn_posted *p = posted(r);
    struct garner_error err;

    gn_turnover_receive(&r->turnover);
    if (p != NULL && (p->step != AWAIT || gn_turnover_rests(&r->turnover))) {
        const enum garner_code code = take_step(r, p, &err);

        answer(r, p, code, &err);
    }
    if (!r->held)
        gn_turnover_tend(&r->turnover);
}

bool gn_reload_is_under_way(const struct gn_reload *r)
{
    return gn_turnover_is_under_way(&r->turnover);
}

void gn_reload_end(struct gn_reload *r)
{
    struct gn_posted *p;

    gn_turnover_end(&r->turnover);
    gn_lock(&r->lock);
    r->ended = true;
    p = r->posted;
    if (p != NULL)
        p->done = true; /* with the error it was posted with */
    r->posted = NULL;
    gn_cond_wake_all(&r->answered);
    gn_unlock(&r->lock);
}
