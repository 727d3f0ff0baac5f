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
    return t->leaving > 0 || t->entering > 0;
}

/* --- sources that come --------------------------------------------------- */

void gn_turnover_check(struct gn_turnover *t)
{
    if (gn_turnover_is_under_way(t))
        return;
    gn_hosts_relimit(t->flow->hosts, t->roster->actives, t->roster->count);
    t->over(t->over_context);
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

static void entered(uv_work_t *work, int status)
{
    struct gn_entry *e = work->data;
    struct gn_turnover *t = e->turnover;

    (void)status; /* it is never canceled */
    t->entering--;
    for (size_t i = 0; i < e->count; i++)
        if (!comes(t, e, i))
            gn_active_free(e->actives[i]);
    gn_entry_free(e);
    if (t->flow->abandoned)
        return;
    gn_turnover_check(t);
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

/* Its counts are the flow's from now on. With the lock held. */
static void strike_out(struct gn_turnover *t, struct gn_active *a)
{
    struct gn_roster *roster = t->roster;
    struct gn_flow *f = t->flow;
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
static void leave(struct gn_turnover *t, struct gn_active *a,
                  struct gn_entry *e)
{
    struct gn_flow *f = t->flow;

    tell_store(t, a);
    gn_lock(&f->lock);
    strike_out(t, a);
    gn_unlock(&f->lock);
    if (a->successor != NULL) {
        a->successor->asked = a->asked; /* who asked looks there */
        e->actives[e->count++] = a->successor;
    }
    gn_active_free(a);
}

/* Gives up active's job, if it waits for a host, be it one that it was led to.
 * With the lock held. */
static bool withdraw(struct gn_flow *f, const struct gn_active *active,
                     const char *why)
{
    struct gn_job *job;

    TAILQ_FOREACH(job, &f->all, in_all)
    if (job->active == active && job->state == GN_JOB_WAITING)
        break;
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

void gn_turnover_tend(struct gn_turnover *t)
{
    struct gn_entry *e = t->leaving > 0 ? gn_entry_new(t->leaving) : NULL;

    if (e == NULL)
        return; /* nothing to do, or next time */
    for (size_t i = t->roster->count; i-- > 0;) {
        struct gn_active *a = t->roster->actives[i];

        if (!a->leaving || a->jobs > 0)
            continue;
        t->leaving--;
        leave(t, a, e);
    }
    gn_turnover_come(t, e);
    gn_turnover_check(t);
}
