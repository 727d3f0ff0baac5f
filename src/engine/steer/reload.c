#include "engine/steer/reload.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/expect/trial.h"
#include "engine/frontier/crew.h"
#include "engine/frontier/pass.h"
#include "engine/host/costs.h"
#include "engine/host/hosts.h"
#include "engine/record.h"
#include "engine/start.h"
#include "engine/steer/asked.h"
#include "engine/steer/change.h"
#include "engine/steer/marks.h"

/* A change that waits for the engine's thread. */
struct gn_posted {
    struct gn_change change;

    /* guarded by the reload's lock */
    bool done;
    enum garner_code code;
    struct garner_error err;
};

struct gn_earlier {
    struct gn_config config;
    struct gn_earlier *next;
};

/* Sources that are entered in the store together. */
struct entry {
    uv_work_t work;
    struct gn_reload *reload;
    struct gn_active **actives;
    struct gn_host **hosts; /* for each; NULL: not made, or the roster's */
    size_t count;
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
    for (size_t i = 0; i < r->roster->count; i++)
        gn_active_free(r->roster->actives[i]->successor);
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

static enum garner_code post(struct gn_reload *r, struct gn_posted *c,
                             struct garner_error *err)
{
    gn_lock(&r->lock);
    c->done = r->ended;
    c->code = GARNER_CLOSED;
    gn_fail(&c->err, GARNER_CLOSED, "the collector is ending");
    if (!r->ended) {
        r->posted = c;
        gn_inbox_ring(r->flow->inbox);
    }
    while (!c->done)
        gn_cond_wait(&r->answered, &r->lock);
    gn_unlock(&r->lock);
    if (c->code != GARNER_OK && err != NULL)
        *err = c->err;
    return c->code;
}

static bool begin(struct gn_reload *r)
{
    bool begun;

    gn_lock(&r->lock);
    begun = !r->busy;
    r->busy = true;
    gn_unlock(&r->lock);
    return begun;
}

static void end(struct gn_reload *r)
{
    gn_lock(&r->lock);
    r->busy = false;
    gn_unlock(&r->lock);
}

enum garner_code gn_reload_change(struct gn_reload *r, struct gn_config *config,
                                  struct gn_changes *changes,
                                  struct garner_error *err)
{
    struct gn_posted p = {.done = false};
    bool any;
    enum garner_code code;

    *changes = (struct gn_changes){0};
    if (!begin(r))
        return gn_fail(err, GARNER_BUSY,
                       "the last change still waits for fetches under way; ask "
                       "again");
    code = gn_change_plan(r->flow, r->roster, config, &p.change, changes, err);
    any = changes->added + changes->changed + changes->removed > 0;
    if (code == GARNER_OK && any)
        code = post(r, &p, err);
    gn_change_fini(&p.change, code == GARNER_OK);
    if (code != GARNER_OK || !any)
        end(r); /* else the engine does, when it is over */
    if (code == GARNER_OK && !any)
        gn_config_fini(config);
    else if (code == GARNER_OK)
        *config = (struct gn_config){0};
    return code;
}

/* --- sources that come (the engine's thread) ----------------------------- */

static void over(struct gn_reload *r)
{
    if (gn_reload_is_under_way(r))
        return;
    gn_hosts_relimit(r->flow->hosts, r->roster->actives, r->roster->count);
    end(r);
}

static enum garner_code admit(struct gn_reload *r, struct gn_active *a,
                              struct gn_host *host, struct garner_error *err)
{
    struct gn_roster *roster = r->roster;
    struct gn_flow *f = r->flow;
    enum garner_code code = GARNER_OK;

    if (host != NULL) /* else it has many URLs */
        code = gn_hosts_join(f->hosts, a, host, err);
    if (code != GARNER_OK)
        return code;
    gn_lock(&f->lock);
    if (f->closed)
        code = gn_fail(err, GARNER_CLOSED, "the collector is ending");
    else
        code = r->admit(r->context, a, gn_clock_monotonic_ns(),
                        gn_clock_wall_us(), err);
    if (code == GARNER_OK)
        roster->actives[roster->count++] = a; /* there is room */
    r->came += code == GARNER_OK;
    gn_unlock(&f->lock);
    return code;
}

static void enter(uv_work_t *work)
{
    struct entry *e = work->data;
    struct gn_reload *r = e->reload;
    struct garner_store *store = r->flow->store;

    e->code = gn_roster_enter(e->actives, e->count, store, &e->err);
    for (size_t i = 0; i < e->count && e->code == GARNER_OK; i++)
        if (e->actives[i]->target != NULL)
            e->code = gn_costs_new_host(e->actives[i], r->once, store,
                                        &e->hosts[i], &e->err);
}

static void free_entry(struct entry *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->count && e->hosts != NULL; i++)
        gn_host_free(e->hosts[i]);
    gn_free(e->hosts);
    gn_free(e->actives);
    gn_free(e);
}

/* The ith of e; false: it does not come, and is to be freed. */
static bool comes(struct gn_reload *r, struct entry *e, size_t i)
{
    struct gn_active *a = e->actives[i];
    struct garner_error err = e->err;
    enum garner_code code = e->code;

    if (r->flow->abandoned)
        return false;
    if (code == GARNER_OK) {
        code = admit(r, a, e->hosts[i], &err);
        e->hosts[i] = NULL;
    }
    if (code != GARNER_OK && code != GARNER_CLOSED)
        gn_log(GN_LOG_ERROR, a->source->name, "it is not collected: %s",
               err.message);
    return code == GARNER_OK;
}

static void entered(uv_work_t *work, int status)
{
    struct entry *e = work->data;
    struct gn_reload *r = e->reload;

    (void)status; /* it is never canceled */
    r->entering--;
    for (size_t i = 0; i < e->count; i++)
        if (!comes(r, e, i))
            gn_active_free(e->actives[i]);
    free_entry(e);
    if (r->flow->abandoned)
        return;
    over(r);
    gn_inbox_ring(r->flow->inbox); /* they may be due, or nothing is */
}

/* Has them entered; there is room for so many in e. */
static void have_entered(struct gn_reload *r, struct entry *e)
{
    if (e->count == 0) {
        free_entry(e);
        return;
    }
    e->reload = r;
    e->work.data = e;
    r->entering++;
    GN_CHECK(uv_queue_work(r->flow->loop, &e->work, enter, entered) ==
             0); /* it only looks at its arguments */
}

/* NULL: no memory. */
static struct entry *new_entry(size_t most)
{
    struct entry *e = gn_alloc(sizeof *e);

    if (e == NULL)
        return NULL;
    e->actives = gn_alloc((most + 1) * sizeof e->actives[0]);
    e->hosts = gn_alloc((most + 1) * sizeof e->hosts[0]);
    if (e->actives == NULL || e->hosts == NULL) {
        free_entry(e);
        return NULL;
    }
    return e;
}

/* --- sources that go ----------------------------------------------------- */

/* What it lost and has not told yet, and that it is retired. */
static enum garner_code add_end(struct gn_active *a, struct garner_batch *batch,
                                struct garner_error *err)
{
    uint64_t losses[GN_LOSS_REASONS] = {0};
    const enum garner_code code =
        gn_record_add_losses(a, batch, gn_clock_wall_us(), losses, err);

    if (code != GARNER_OK || a->successor != NULL)
        return code;
    return gn_marks_add_retired(batch, a->memory.id, err);
}

/* What cannot be said at once is not said. */
static void tell_store(struct gn_reload *r, struct gn_active *a)
{
    struct garner_batch *batch;
    struct garner_error err;
    enum garner_code code = garner_batch_new(&batch, &err);

    if (code == GARNER_OK) {
        garner_batch_set_ack(batch, GARNER_QUEUED);
        garner_batch_set_timeout(batch, 0);
        code = add_end(a, batch, &err);
        if (code == GARNER_OK)
            code = garner_submit(r->flow->store, batch, NULL, NULL, &err);
        if (code != GARNER_OK)
            garner_batch_free(batch);
    }
    if (code != GARNER_OK)
        gn_log(GN_LOG_WARN, a->source->name, "its end is not recorded: %s",
               err.message);
}

/* Its counts are the flow's from now on. With the lock held. */
static void strike_out(struct gn_reload *r, struct gn_active *a)
{
    struct gn_roster *roster = r->roster;
    struct gn_flow *f = r->flow;
    size_t i = 0;

    f->gone.due_count += a->due.due_count;
    f->gone.started += a->due.started;
    for (int m = 0; m < GN_MISS_REASONS; m++)
        f->gone.missed[m] += a->due.missed[m];
    while (roster->actives[i] != a)
        i++;
    memmove(&roster->actives[i], &roster->actives[i + 1],
            (--roster->count - i) * sizeof roster->actives[0]);
}

/* Nothing of it is under way any more. Its successor, if there is one, goes
 * into e. */
static void leave(struct gn_reload *r, struct gn_active *a, struct entry *e)
{
    struct gn_flow *f = r->flow;

    tell_store(r, a);
    gn_lock(&f->lock);
    strike_out(r, a);
    gn_unlock(&f->lock);
    if (a->successor != NULL) {
        a->successor->asked = a->asked; /* who asked looks there */
        e->actives[e->count++] = a->successor;
    }
    gn_active_free(a);
}

/* With the lock held. */
static void withdraw_hands(struct gn_flow *f, const struct gn_active *a,
                           const char *why)
{
    struct gn_active *hand;
    struct gn_job *job;

    for (size_t i = 0; (hand = gn_crew_hand(a, i)) != NULL;) {
        job = gn_hosts_take_back(f->hosts, hand);
        if (job != NULL)
            gn_deliver_dropped(job, why); /* it has no page any more */
        else
            i++;
    }
    gn_pass_leave(a);
}

/* It is not started any more, nor does it wait for its host, which may take as
 * long as the host says. */
static void withdraw(struct gn_reload *r, struct gn_active *a)
{
    static const char changed[] = "the configuration has changed";
    struct gn_flow *f = r->flow;
    struct gn_job *job;
    bool whole;

    gn_lock(&f->lock);
    a->leaving = true;
    gn_schedule_remove(f->schedule, &a->due);
    gn_deliver_cut(f, a, changed);
    job = gn_hosts_take_back(f->hosts, a);
    if (job != NULL)
        gn_deliver_dropped(job, changed);
    withdraw_hands(f, a, changed);
    if (a->asked.waits)
        gn_asked_refuse(&a->asked, gn_asked_begin(&a->asked, &whole), changed);
    gn_unlock(&f->lock);
    r->leaving++;
}

/* Lets go of those whose jobs have settled. */
static void part_from(struct gn_reload *r)
{
    struct entry *e = new_entry(r->leaving);

    if (e == NULL)
        return; /* next time */
    for (size_t i = r->roster->count; i-- > 0;) {
        struct gn_active *a = r->roster->actives[i];

        if (!a->leaving || a->jobs > 0)
            continue;
        r->leaving--;
        leave(r, a, e);
    }
    have_entered(r, e);
    over(r);
}

/* --- the change ---------------------------------------------------------- */

static enum garner_code find_tables(struct gn_reload *r, struct gn_change *c,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < c->newcomer_count && code == GARNER_OK; i++) {
        struct gn_active *a = c->newcomers[i].active;

        code =
            gn_roster_find_tables(r->roster, c->config, a, r->flow->store, err);
        r->roster->has_hooks =
            r->roster->has_hooks || gn_config_tells(a->source);
        r->roster->has_work = r->roster->has_work || gn_trial_matches(a) ||
                              a->source->next.sql != NULL ||
                              a->source->crawl != NULL;
    }
    if (code == GARNER_OK && r->roster->has_work && r->flow->extractor == NULL)
        code = gn_extractor_new(&r->flow->extractor_options,
                                &r->flow->extractor, err);
    return code;
}

static bool make_room(struct gn_reload *r, size_t newcomers)
{
    const size_t room = r->roster->count + newcomers + 1;
    struct gn_active **actives;

    gn_lock(&r->flow->lock);
    actives = gn_realloc(r->roster->actives, room * sizeof actives[0]);
    if (actives != NULL)
        r->roster->actives = actives;
    gn_unlock(&r->flow->lock);
    return actives != NULL;
}

/* Keeps the configuration, and has it count for who is told of events: the last
 * that may fail, since those would hold on to it. */
static enum garner_code keep(struct gn_reload *r, const struct gn_change *c,
                             struct garner_error *err)
{
    struct gn_earlier *earlier = gn_alloc(sizeof *earlier);
    enum garner_code code;

    if (earlier == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    earlier->config = *c->config;
    code = r->renew(r->context, &earlier->config, err);
    if (code != GARNER_OK) {
        gn_free(earlier);
        return code;
    }
    earlier->next = r->earlier;
    r->earlier = earlier;
    return GARNER_OK;
}

/* Those who would have come do not: back to so many tables. */
static void forget_tables(struct gn_reload *r, const struct gn_change *c,
                          size_t count)
{
    gn_tables_cut(r->roster->tables, count);
    gn_change_free_tables(c, true);
}

/* All that may fail. */
static enum garner_code prepare(struct gn_reload *r, struct gn_change *c,
                                struct entry **entry, struct garner_error *err)
{
    const size_t tables = gn_tables_count(r->roster->tables);
    enum garner_code code;

    gn_change_free_tables(c, false);
    code = find_tables(r, c, err);
    if (code != GARNER_OK) {
        forget_tables(r, c, tables);
        return code;
    }
    *entry = new_entry(c->newcomer_count);
    if (*entry == NULL || !make_room(r, c->newcomer_count))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for sources");
    if (code == GARNER_OK)
        code = keep(r, c, err);
    if (code != GARNER_OK) {
        free_entry(*entry);
        forget_tables(r, c, tables);
    }
    return code;
}

static enum garner_code make(struct gn_reload *r, struct gn_change *c,
                             struct garner_error *err)
{
    struct entry *entry = NULL;
    const enum garner_code code = prepare(r, c, &entry, err);

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; i < c->newcomer_count; i++) {
        if (c->newcomers[i].before != NULL)
            c->newcomers[i].before->successor = c->newcomers[i].active;
        else
            entry->actives[entry->count++] = c->newcomers[i].active;
    }
    for (size_t i = 0; i < c->present_count; i++)
        if (!c->present[i].stays)
            withdraw(r, c->present[i].active);
    have_entered(r, entry);
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
        const enum garner_code code = make(r, &c->change, &err);

        answer(r, c, code, &err);
    }
    if (r->leaving > 0)
        part_from(r);
}

bool gn_reload_is_under_way(const struct gn_reload *r)
{
    return r->leaving > 0 || r->entering > 0;
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
