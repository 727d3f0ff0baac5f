#include "engine/steer/turnover.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/frontier/crew.h"
#include "engine/frontier/pass.h"
#include "engine/host/costs.h"
#include "engine/host/hosts.h"
#include "engine/record.h"
#include "engine/steer/asked.h"
#include "engine/steer/marks.h"

struct gn_entry {
    uv_work_t work;
    struct gn_turnover *turnover;
    struct gn_active **actives;
    struct gn_host **hosts; /* for each; NULL: not made, or the roster's */
    size_t count;
    size_t holds; /* that it has of the turnover's */
    enum garner_code code;
    struct garner_error err;
};

/* --- entries ------------------------------------------------------------- */

struct gn_entry *gn_entry_new(size_t most)
{
    struct gn_entry *e = gn_alloc(sizeof *e);

    if (e == NULL)
        return NULL;
    e->actives = gn_alloc((most + 1) * sizeof e->actives[0]);
    e->hosts = gn_alloc((most + 1) * sizeof e->hosts[0]);
    if (e->actives == NULL || e->hosts == NULL) {
        gn_entry_free(e);
        return NULL;
    }
    return e;
}

void gn_entry_free(struct gn_entry *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->count && e->hosts != NULL; i++)
        gn_host_free(e->hosts[i]);
    gn_free(e->hosts);
    gn_free(e->actives);
    gn_free(e);
}

void gn_entry_add(struct gn_entry *e, struct gn_active *active)
{
    e->actives[e->count++] = active;
}

bool gn_turnover_is_under_way(const struct gn_turnover *t)
{
    return t->entering > 0 || (t->leaving > 0 && !t->flow->closed);
}

/* --- sources that come --------------------------------------------------- */

/* All who are there say again how fast bodies may come. */
static void relimit(const struct gn_turnover *t)
{
    const struct gn_flow *f = t->flow;
    const struct gn_roster *roster = t->roster;
    const struct gn_job *job;

    gn_hosts_unlimit(f->hosts);
    for (size_t i = 0; i < roster->count; i++)
        if (roster->actives[i]->host != NULL)
            gn_hosts_limit(roster->actives[i]->host,
                           roster->actives[i]->source);
    TAILQ_FOREACH(job, &f->all, in_all)
    if (job->host != NULL) /* it may have been led there */
        gn_hosts_limit(job->host, job->active->source);
    gn_crew_limit(f);
}

static enum garner_code admit(struct gn_turnover *t, struct gn_active *a,
                              struct gn_host *host, struct garner_error *err)
{
    struct gn_roster *roster = t->roster;
    struct gn_flow *f = t->flow;
    enum garner_code code = GARNER_OK;

    if (host != NULL) /* else it has many URLs */
        code = gn_hosts_join(f->hosts, a, host, err);
    if (code != GARNER_OK)
        return code;
    gn_lock(&f->lock);
    if (f->closed)
        code = gn_fail(err, GARNER_CLOSED, "the collector is ending");
    else
        code = t->admit(t->context, a, gn_clock_monotonic_ns(),
                        gn_clock_wall_us(), err);
    if (code == GARNER_OK)
        roster->actives[roster->count++] = a; /* there is room */
    t->came += code == GARNER_OK;
    gn_unlock(&f->lock);
    return code;
}

static void enter(uv_work_t *work)
{
    struct gn_entry *e = work->data;
    struct gn_turnover *t = e->turnover;
    struct garner_store *store = t->flow->store;

    e->code = gn_roster_enter(e->actives, e->count, store, &e->err);
    for (size_t i = 0; i < e->count && e->code == GARNER_OK; i++) {
        const struct gn_source *source = e->actives[i]->source;

        if (e->actives[i]->target != NULL)
            e->code = gn_costs_new_host(source, source->request.url, t->once,
                                        store, &e->hosts[i], &e->err);
    }
}

/* The ith of e; false: it does not come, and is to be freed. */
static bool comes(struct gn_turnover *t, struct gn_entry *e, size_t i)
{
    struct gn_active *a = e->actives[i];
    struct garner_error err = e->err;
    enum garner_code code = e->code;

    if (t->flow->abandoned)
        return false;
    if (code == GARNER_OK) {
        code = admit(t, a, e->hosts[i], &err);
        e->hosts[i] = NULL;
    }
    if (code != GARNER_OK && code != GARNER_CLOSED)
        gn_log(GN_LOG_ERROR, a->source->name, "it is not collected: %s",
               err.message);
    return code == GARNER_OK;
}

/* So many of the holds on the team, unless the loop's end has done so. */
static void release(struct gn_turnover *t, size_t count)
{
    for (; count > 0 && t->holds > 0; count--) {
        t->holds--;
        gn_team_release(t->team);
    }
}

static void entered(uv_work_t *work, int status)
{
    struct gn_entry *e = work->data;
    struct gn_turnover *t = e->turnover;

    (void)status; /* it is never canceled */
    t->entering--;
    for (size_t i = 0; i < e->count; i++)
        if (!comes(t, e, i))
            gn_active_free(e->actives[i]);
    release(t, e->holds);
    gn_entry_free(e);
    if (t->flow->abandoned)
        return;
    relimit(t);
    gn_inbox_ring(t->flow->inbox); /* they may be due, or nothing is */
}

void gn_turnover_come(struct gn_turnover *t, struct gn_entry *e)
{
    if (e->count == 0) {
        gn_entry_free(e);
        return;
    }
    e->turnover = t;
    e->work.data = e;
    t->entering++;
    GN_CHECK(uv_queue_work(t->flow->loop, &e->work, enter, entered) ==
             0); /* it only looks at its arguments */
}

/* --- from loop to loop --------------------------------------------------- */

/* a comes to the loop of t. The team does not end until it is there: that loop,
 * which may rest, does not know of it before. */
static void hand_over(struct gn_turnover *t, struct gn_active *a)
{
    const bool held = gn_team_hold(t->team);
    bool comes;

    gn_lock(&t->flow->lock);
    comes = held && !t->ended;
    if (comes) {
        SLIST_INSERT_HEAD(&t->arrivals, a, in_arrivals);
        t->arrived++;
    }
    gn_unlock(&t->flow->lock);
    if (comes) {
        gn_inbox_ring(t->flow->inbox);
        return;
    }
    if (held)
        gn_team_release(t->team);
    gn_active_free(a);
}

static struct gn_active *next_arrival(struct gn_turnover *t)
{
    struct gn_active *a;

    gn_lock(&t->flow->lock);
    a = SLIST_FIRST(&t->arrivals);
    if (a != NULL) {
        SLIST_REMOVE_HEAD(&t->arrivals, in_arrivals);
        t->arrived--;
    }
    gn_unlock(&t->flow->lock);
    return a;
}

static size_t arrived(struct gn_turnover *t)
{
    size_t count;

    gn_lock(&t->flow->lock);
    count = t->arrived;
    gn_unlock(&t->flow->lock);
    return count;
}

void gn_turnover_receive(struct gn_turnover *t)
{
    const size_t count = arrived(t);
    struct gn_entry *e = count > 0 ? gn_entry_new(count) : NULL;

    if (e == NULL)
        return;                /* nobody has come, or next time */
    while (e->holds < count) { /* others may come meanwhile */
        gn_entry_add(e, next_arrival(t));
        e->holds++;
    }
    t->holds += count;
    gn_turnover_come(t, e);
}

bool gn_turnover_rests(struct gn_turnover *t)
{
    return t->entering == 0 && arrived(t) == 0;
}

void gn_turnover_end(struct gn_turnover *t)
{
    struct gn_active *a;

    gn_lock(&t->flow->lock);
    t->ended = true;
    gn_unlock(&t->flow->lock);
    while ((a = next_arrival(t)) != NULL) {
        t->holds++;
        gn_active_free(a);
    }
    release(t, t->holds);
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
static void tell_store(struct gn_turnover *t, struct gn_active *a)
{
    struct garner_batch *batch;
    struct garner_error err;
    enum garner_code code = garner_batch_new(&batch, &err);

    if (code == GARNER_OK) {
        garner_batch_set_ack(batch, GARNER_QUEUED);
        garner_batch_set_timeout(batch, 0);
        code = add_end(a, batch, &err);
        if (code == GARNER_OK)
            code = garner_submit(t->flow->store, batch, NULL, NULL, &err);
        if (code != GARNER_OK)
            garner_batch_free(batch);
    }
    if (code != GARNER_OK)
        gn_log(GN_LOG_WARN, a->source->name, "its end is not recorded: %s",
               err.message);
}

/* The counts of the ith of the roster are the flow's from now on. With the lock
 * held. */
static void strike_out(struct gn_turnover *t, size_t i)
{
    struct gn_roster *roster = t->roster;
    const struct gn_active *a = roster->actives[i];
    struct gn_flow *f = t->flow;

    f->gone.due_count += a->due.due_count;
    f->gone.started += a->due.started;
    for (int m = 0; m < GN_MISS_REASONS; m++)
        f->gone.missed[m] += a->due.missed[m];
    memmove(&roster->actives[i], &roster->actives[i + 1],
            (--roster->count - i) * sizeof roster->actives[0]);
}

/* Nothing of the ith of the roster is under way any more. Its successor, if
 * there is one, goes into e, or to another loop. */
static void leave(struct gn_turnover *t, size_t i, struct gn_entry *e)
{
    struct gn_active *a = t->roster->actives[i];
    struct gn_flow *f = t->flow;

    tell_store(t, a);
    gn_lock(&f->lock);
    strike_out(t, i);
    gn_unlock(&f->lock);
    if (a->successor != NULL)
        a->successor->asked = a->asked; /* who asked looks there */
    if (a->successor != NULL && a->successor_at == t)
        gn_entry_add(e, a->successor);
    else if (a->successor != NULL)
        hand_over(a->successor_at, a->successor);
    gn_active_free(a);
}

/* Gives up active's job, if it waits for a host, be it one that it was led to.
 * With the lock held. */
static bool withdraw(struct gn_flow *f, const struct gn_active *active,
                     const char *why)
{
    struct gn_job *job = active->queued;

    if (job == NULL)
        return false;
    gn_hosts_take_back(f->hosts, job);
    gn_deliver_dropped(job, why);
    return true;
}

/* With the lock held. */
static void withdraw_hands(struct gn_flow *f, const struct gn_active *a,
                           const char *why)
{
    struct gn_active *hand;

    for (size_t i = 0; (hand = gn_crew_hand(a, i)) != NULL;)
        if (!withdraw(f, hand, why)) /* else it has no page any more */
            i++;
    gn_pass_leave(a);
}

void gn_turnover_go(struct gn_turnover *t, struct gn_active *a)
{
    static const char changed[] = "the configuration has changed";
    struct gn_flow *f = t->flow;
    bool whole;

    gn_lock(&f->lock);
    a->leaving = true;
    gn_schedule_remove(f->schedule, &a->due);
    gn_deliver_cut(f, a, changed);
    (void)withdraw(f, a, changed);
    withdraw_hands(f, a, changed);
    if (a->asked.waits)
        gn_asked_refuse(&a->asked, gn_asked_begin(&a->asked, &whole), changed);
    gn_unlock(&f->lock);
    t->leaving++;
}

/* Whether the ith of the roster is to go, and may. Once nothing comes any more,
 * what it has is all there is to be told of a source. */
static bool may_leave(const struct gn_turnover *t, size_t i)
{
    const struct gn_active *a = t->roster->actives[i];

    return a->leaving && a->jobs == 0 &&
           (a->successor == NULL || !t->flow->closed);
}

void gn_turnover_tend(struct gn_turnover *t)
{
    struct gn_entry *e = t->leaving > 0 ? gn_entry_new(t->leaving) : NULL;
    const size_t before = t->leaving;

    if (e == NULL)
        return; /* nothing to do, or next time */
    for (size_t i = t->roster->count; i-- > 0;) {
        if (!may_leave(t, i))
            continue;
        t->leaving--;
        leave(t, i, e);
    }
    gn_turnover_come(t, e);
    if (t->leaving < before)
        relimit(t);
}
