#include "store/commit/lead.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/futex.h"
#include "base/thread.h"
#include "store/commit/settle.h"
#include "store/report.h"

/* Submitted work has no deadline of its own: it waits for foreign locks in
 * slices, between which threads that have one can give up. */
#define SLICE_NS (INT64_C(200) * 1000000)
/* The turn is kept so long while other processes want it: short enough for
 * them, long enough to pay for passing it on. */
#define TURN_NS (INT64_C(250) * 1000)

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

/* Looks at most so often whether the files are still there. */
#define LOOK_NS (INT64_C(1000) * 1000)

bool gn_lead_has_moved(struct gn_commit *c, struct garner_error *err)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    if (!c->moved && now_ns - c->looked_ns < LOOK_NS)
        return false;
    c->looked_ns = now_ns;
    c->moved = gn_sqlite_has_moved(c->connection, err);
    return c->moved;
}

static enum garner_code refuse_group(struct gn_commit *c, size_t count,
                                     const struct garner_error *reason)
{
    for (size_t i = 0; i < count; i++) {
        struct gn_ticket *t = c->group[i];

        t->unrun = false;
        t->result = (struct garner_result){0};
        t->code = reason->code;
        if (t->err != NULL)
            *t->err = *reason;
    }
    return GARNER_OK;
}

static enum garner_code run_group(struct gn_commit *c, size_t count,
                                  int64_t until_ns, struct garner_error *err)
{
    struct gn_ticket *first = c->group[0];

    if (first->work == NULL && gn_lead_has_moved(c, err))
        return refuse_group(c, count, err);
    gn_sqlite_set_busy_deadline(c->connection,
                                group_deadline(c, count, until_ns));
    if (first->work == NULL)
        return gn_apply(c->connection, c->group, count, &c->counts, err);
    first->unrun = false;
    first->code = first->work(first->work_context, c->connection, first->err);
    if (c->gate != NULL)
        c->gate->known = false; /* it may have moved slots */
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
static void settle(struct gn_commit *c, struct gn_ticket **group, size_t count,
                   const struct gn_ticket *own)
{
    const bool ran = count > 0 && !group[0]->moved;
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t commit_ns = ran ? gn_sqlite_take_commit_ns(c->connection) : 0;
    struct gn_settled s;

    gn_lock(&c->lock);
    if (ran)
        gn_books_group(&c->books, group, count, now_ns, commit_ns);
    count = gn_settle_sort(group, count, &s);
    TAILQ_CONCAT(&c->settled, &s.due, in_queue);
    if (c->lost.code == GARNER_OK)
        c->lost = s.lost;
    c->stats.batches += s.batches;
    c->stats.failed += s.failed;
    c->stats.statements += s.statements;
    gn_unlock(&c->lock);
    gn_settle_tell(group, count, own);
}

void gn_lead_tend_log(struct gn_commit *c, bool idle)
{
    enum garner_code code = idle ? gn_wal_when_idle(&c->wal, c->connection)
                                 : gn_wal_after_commit(&c->wal, c->connection);

    if (code != GARNER_OK)
        gn_report("a checkpoint failed; it is tried again: %s",
                  c->wal.error.message);
}

static bool try_turn(struct gn_commit *c)
{
    if (c->turn == NULL || c->has_turn)
        return true;
    if (!gn_turn_try(c->turn))
        return false;
    c->has_turn = true;
    c->slice_ns = gn_clock_monotonic_ns();
    return true;
}

/* Leadership goes with the asking: not even the lock is ours after it. */
static bool take_turn(struct gn_commit *c)
{
    struct garner_error err;
    enum garner_code code;

    if (try_turn(c))
        return true;
    gn_lock(&c->lock);
    c->asking = true;
    code = gn_turn_ask(c->turn, &err);
    if (code != GARNER_OK)
        c->asking = false;
    gn_unlock(&c->lock);
    if (code != GARNER_OK) /* SQLite's own locks decide, unfairly */
        gn_report("cannot wait for other processes: %s", err.message);
    return code != GARNER_OK;
}

void gn_lead_granted(void *context)
{
    struct gn_commit *c = context;
    bool still_asked;

    gn_lock(&c->lock);
    still_asked = c->asking;
    c->asking = false;
    gn_unlock(&c->lock);
    if (!still_asked)
        return; /* the turn is being closed */
    c->has_turn = true;
    c->slice_ns = gn_clock_monotonic_ns();
    gn_lead_hand_over(c);
}

void gn_lead_give_turn(struct gn_commit *c)
{
    if (c->has_turn)
        gn_turn_give(c->turn);
    c->has_turn = false;
    if (c->gate != NULL)
        c->gate->known = false; /* another process may move slots now */
}

/* The kernel is asked once in a slice whether somebody waits. */
static void share_turn(struct gn_commit *c, int64_t now_ns)
{
    if (!c->has_turn || now_ns - c->slice_ns < TURN_NS)
        return;
    c->slice_ns = now_ns;
    if (gn_turn_is_wanted(c->turn))
        gn_lead_give_turn(c);
}

/* Which slots are the shard's is only known as long as it has the turn. */
static enum garner_code look_at_gate(struct gn_commit *c,
                                     struct garner_error *err)
{
    if (c->gate == NULL)
        return GARNER_OK;
    if (!c->has_turn)
        return gn_fail(err, GARNER_BUSY,
                       "the turn to write in a farm's shard cannot be had");
    return gn_gate_look(c->gate, c->connection, err);
}

/* Takes a group, and tells those in it that have nothing to seek here. */
static size_t take_group(struct gn_commit *c, const struct gn_ticket *own,
                         bool known)
{
    void (*wake)(void *context) = NULL;
    void *context = NULL;
    size_t barred = 0;
    size_t count;

    gn_lock(&c->lock);
    count = gn_queue_take(&c->queue, &c->limits, own, c->group);
    if (c->room_waiters > 0)
        gn_cond_wake_all(&c->room);
    if (c->gate != NULL && known) {
        count = gn_gate_sort(c->gate, c->group, count, &barred);
        if (!TAILQ_EMPTY(&c->gate->bounced))
            wake = c->gate->wake;
        context = c->gate->context;
    }
    gn_unlock(&c->lock);
    if (wake != NULL)
        wake(context);
    if (barred > 0)
        settle(c, c->group + count, barred, own);
    return count;
}

bool gn_lead_group(struct gn_commit *c, const struct gn_ticket *own,
                   int64_t until_ns)
{
    struct garner_error reason;
    struct garner_error err;
    enum garner_code known;
    size_t count;
    bool busy;

    if (!take_turn(c))
        return false;
    known = look_at_gate(c, &reason);
    count = take_group(c, own, known == GARNER_OK);
    if (count == 0 || (c->group[0]->holds && known == GARNER_OK))
        return true;
    GN_FAULT("lead.takes");
    if (known != GARNER_OK && c->group[0]->work == NULL) {
        (void)refuse_group(c, count, &reason);
        busy = false;
    } else {
        busy = run_group(c, count, until_ns, &err) == GARNER_BUSY;
    }
    if (busy)
        count = give_up_expired(c, count, &err);
    c->had_followers = count > 1;
    GN_FAULT("lead.ran");
    settle(c, c->group, count, own);
    GN_FAULT("lead.told");
    if (!busy)
        gn_lead_tend_log(c, false);
    return true;
}

void gn_lead_idle(struct gn_commit *c)
{
    if (try_turn(c))
        gn_lead_tend_log(c, true);
}

static void note(struct gn_commit *c, const struct gn_holder *now)
{
    c->noted = true;
    if (c->has_turn)
        gn_turn_note(c->turn, now);
}

void gn_lead_note(struct gn_commit *c, const char *sql, size_t size)
{
    struct gn_holder now;

    if (gn_holder_runs(&c->doing, sql, size)) /* only the leader changes it */
        return;
    gn_lock(&c->lock);
    gn_holder_run(&c->doing, sql, size);
    now = c->doing;
    gn_unlock(&c->lock);
    note(c, &now);
}

void gn_lead_borrow(struct gn_commit *c, int64_t since_ns)
{
    atomic_store_explicit(&c->owner, gn_thread_id(), memory_order_relaxed);
    gn_lock(&c->lock);
    c->doing.pid = c->pid;
    c->doing.thread = gn_thread_id();
    c->doing.since_ns = since_ns;
    c->untold = c->has_turn;
    c->told = false;
    if (c->untold && c->pump_waits && c->pump_until_ns == INT64_MAX)
        gn_cond_wake_one(&c->task);
    gn_unlock(&c->lock);
}

void gn_lead_claim(struct gn_commit *c, int64_t since_ns)
{
    struct gn_holder now;

    gn_lead_borrow(c, since_ns);
    gn_lock(&c->lock);
    c->untold = false;
    now = c->doing;
    gn_unlock(&c->lock);
    note(c, &now);
}

void gn_lead_note_loan(struct gn_commit *c, const char *sql, size_t size)
{
    if (gn_holder_runs(&c->doing, sql, size)) /* only the leader changes it */
        return;
    gn_lock(&c->lock);
    gn_holder_run(&c->doing, sql, size);
    gn_unlock(&c->lock);
}

void gn_lead_unclaim(struct gn_commit *c)
{
    atomic_store_explicit(&c->owner, 0, memory_order_relaxed);
}

void gn_lead_return(struct gn_commit *c)
{
    gn_lead_unclaim(c);
    gn_lock(&c->lock);
    c->noted = c->noted || c->told; /* taken back when leadership goes */
    c->untold = false;
    c->told = false;
    if (!c->noted)
        c->doing = (struct gn_holder){0};
    gn_unlock(&c->lock);
}

/* It may be over before the others read of it, and has to be taken back then:
 * whoever has the turn next writes after that. */
void gn_lead_tell(struct gn_commit *c)
{
    static const struct gn_holder nothing;
    struct gn_holder now = c->doing;

    c->untold = false;
    c->told = true;
    gn_unlock(&c->lock);
    gn_turn_note(c->turn, &now);
    gn_lock(&c->lock);
    if (!c->told)
        gn_turn_note(c->turn, &nothing);
}

static void forget_notes(struct gn_commit *c)
{
    static const struct gn_holder nothing;

    if (!c->noted)
        return;
    gn_lock(&c->lock);
    c->doing = nothing;
    gn_unlock(&c->lock);
    note(c, &nothing);
    c->noted = false;
}

bool gn_lead_is_mine(const struct gn_commit *c)
{
    return atomic_load_explicit(&c->owner, memory_order_relaxed) ==
           gn_thread_id();
}

/* With the lock held: copies what the leader counts by itself. */
static void publish(struct gn_commit *c)
{
    struct garner_stats *stats = &c->stats;

    stats->groups = c->counts.transactions;
    stats->syncs = c->counts.syncs;
    stats->reruns = c->counts.reruns;
    stats->wal_bytes = gn_sqlite_log_bytes(c->connection);
    stats->wal_peak_bytes = c->wal.peak_bytes;
    stats->checkpoints = c->wal.checkpoints;
    stats->checkpoint_longest_ns = c->wal.longest_ns;
    if (stats->checkpoint_failures != c->wal.failures)
        stats->checkpoint_error = c->wal.error;
    stats->checkpoint_failures = c->wal.failures;
}

/* With the lock held and leadership given up: those who may want it. */
static void wake_idle(struct gn_commit *c)
{
    if (c->pump_waits &&
        (c->queue.submitted > 0 || c->closed ||
         (c->log_dirty && c->pump_until_ns == INT64_MAX) ||
         (c->kept && c->pump_until_ns > c->last_group_ns + GN_LEAD_KEEP_NS)))
        gn_cond_wake_one(&c->task);
    if (c->room_waiters > 0)
        gn_cond_wake_one(&c->room);
}

void gn_lead_hand_over(struct gn_commit *c)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_ticket *heir;

    forget_notes(c);
    share_turn(c, now_ns);
    gn_lock(&c->lock);
    c->kept = c->has_turn;
    c->log_dirty = c->wal.dirty;
    c->last_group_ns = now_ns;
    publish(c);
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
