#include "store/lead.h"

#include "base/clock.h"
#include "base/futex.h"
#include "base/thread.h"
#include "store/report.h"
#include "store/settle.h"

/* Submitted work has no deadline of its own: it waits for foreign locks in
 * slices, between which threads that have one can give up. */
#define SLICE_NS (INT64_C(200) * 1000000)

/* Until when the group may wait for a foreign lock: the first deadline in it,
 * and its leader's. */
static int64_t group_deadline(struct gn_commit *c, size_t count,
                              int64_t until_ns)
{
    bool waited_for = false;

    for (size_t i = 0; i < count; i++) {
        waited_for = waited_for || c->group[i]->batch == NULL;
        if (c->group[i]->deadline_ns < until_ns)
            until_ns = c->group[i]->deadline_ns;
    }
    if (!waited_for) {
        const int64_t slice_ns = gn_clock_monotonic_ns() + SLICE_NS;

        until_ns = slice_ns < until_ns ? slice_ns : until_ns;
    }
    return until_ns;
}

static enum garner_code run_group(struct gn_commit *c, size_t count,
                                  int64_t until_ns, struct garner_error *err)
{
    struct gn_ticket *first = c->group[0];

    gn_sqlite_set_busy_deadline(c->connection,
                                group_deadline(c, count, until_ns));
    if (first->work == NULL)
        return gn_apply(c->connection, c->group, count, &c->counts, err);
    first->unrun = false;
    first->code = first->work(first->work_context, c->connection, first->err);
    return GARNER_OK;
}

/* A foreign connection held the database: of those that were not run, those
 * whose time is up fail, the others go back to the queue. Returns how many are
 * left in the group. */
static size_t give_up_expired(struct gn_commit *c, size_t count,
                              const struct garner_error *reason)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    size_t left = 0;

    gn_lock(&c->lock);
    for (size_t i = count; i-- > 0;) {
        struct gn_ticket *t = c->group[i];

        if (t->unrun && t->deadline_ns > now_ns &&
            !(c->closed && c->close_ns <= now_ns)) {
            gn_queue_put_back(&c->queue, t);
            c->group[i] = NULL;
        }
    }
    gn_unlock(&c->lock);
    for (size_t i = 0; i < count; i++) {
        struct gn_ticket *t = c->group[i];

        if (t == NULL)
            continue;
        c->group[left++] = t;
        if (!t->unrun)
            continue;
        t->code = GARNER_BUSY;
        t->result = (struct garner_result){0};
        if (t->err != NULL)
            *t->err = *reason;
    }
    return left;
}

/* Tells everyone in the group what became of it. The books come first, since
 * who is told may ask for them at once; then the threads that wait, so that
 * they are back in the queue before the next group is taken. */
static void settle(struct gn_commit *c, size_t count,
                   const struct gn_ticket *own)
{
    struct gn_settled s;

    count = gn_settle_sort(c->group, count, &s);
    gn_lock(&c->lock);
    TAILQ_CONCAT(&c->settled, &s.due, in_queue);
    if (c->lost.code == GARNER_OK)
        c->lost = s.lost;
    c->stats.batches += s.batches;
    c->stats.failed += s.failed;
    c->stats.statements += s.statements;
    gn_unlock(&c->lock);
    gn_settle_tell(c->group, count, own);
}

static void tend_log(struct gn_commit *c, bool idle)
{
    struct garner_error err;
    enum garner_code code =
        idle ? gn_wal_when_idle(&c->wal, c->connection, &err)
             : gn_wal_after_commit(&c->wal, c->connection, &err);

    if (code != GARNER_OK)
        gn_report("a checkpoint failed; it is tried again: %s", err.message);
}

void gn_lead_group(struct gn_commit *c, const struct gn_ticket *own,
                   int64_t until_ns)
{
    struct garner_error err;
    size_t count;
    bool busy;

    gn_lock(&c->lock);
    count = gn_queue_take(&c->queue, &c->limits, c->group);
    if (c->room_waiters > 0)
        gn_cond_wake_all(&c->room);
    gn_unlock(&c->lock);
    if (count == 0)
        return;
    busy = run_group(c, count, until_ns, &err) == GARNER_BUSY;
    if (busy)
        count = give_up_expired(c, count, &err);
    c->had_followers = count > 1;
    settle(c, count, own);
    if (!busy)
        tend_log(c, false);
}

void gn_lead_idle(struct gn_commit *c)
{
    tend_log(c, true);
}

/* With the lock held and leadership given up: those who may want it. */
static void wake_idle(struct gn_commit *c)
{
    if (c->pump_waits && (c->queue.submitted > 0 || c->closed ||
                          (c->log_dirty && c->pump_until_ns == INT64_MAX)))
        gn_cond_wake_one(&c->task);
    if (c->room_waiters > 0)
        gn_cond_wake_one(&c->room);
}

void gn_lead_hand_over(struct gn_commit *c)
{
    struct gn_ticket *heir;

    gn_lock(&c->lock);
    c->log_dirty = c->wal.dirty;
    c->last_group_ns = gn_clock_monotonic_ns();
    c->stats.groups = c->counts.transactions;
    c->stats.syncs = c->counts.syncs;
    c->stats.reruns = c->counts.reruns;
    c->stats.checkpoints = c->wal.checkpoints;
    c->stats.wal_bytes = gn_sqlite_log_bytes(c->connection);
    if (!TAILQ_EMPTY(&c->settled))
        gn_cond_wake_one(&c->task);
    heir = TAILQ_FIRST(&c->queue.waiters);
    if (heir != NULL) {
        atomic_store_explicit(&heir->state, GN_TICKET_LEAD,
                              memory_order_release);
    } else {
        c->leading = false;
        wake_idle(c);
    }
    gn_unlock(&c->lock);
    if (heir != NULL)
        gn_futex_wake(&heir->state);
}
