#include "store/commit/commit.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/futex.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/commit/lead.h"
#include "store/commit/settle.h"
#include "store/report.h"

/* An idle gap this long is used for a checkpoint. */
#define IDLE_NS (INT64_C(500) * 1000000)
/* A transaction that is younger may be one of many that follow each other. */
#define SHORT_NS (INT64_C(8) * 1000000)
/* So often a ticket finds that others took the room it was woken for. */
enum { PATIENCE = 8 };

/* On the leader's thread. */
static void note_slow(void *context, const char *sql)
{
    gn_lead_note(context, sql, strlen(sql));
}

enum garner_code gn_commit_new(struct gn_sqlite *connection,
                               const struct garner_options *options,
                               struct gn_commit **out, struct garner_error *err)
{
    struct gn_commit *c;

    *out = c = gn_alloc(sizeof *c);
    if (c != NULL)
        c->group =
            gn_alloc(options->group_statements * sizeof(struct gn_ticket *));
    if (c == NULL || c->group == NULL) {
        gn_free(c);
        *out = NULL;
        return gn_fail(err, GARNER_NOMEM, "a queue");
    }
    c->limits = (struct gn_group_limits){
        .statements = options->group_statements,
        .bytes = options->group_bytes,
        .gather_ns = options->gather_ms * INT64_C(1000000),
    };
    c->most_statements = options->queue_statements;
    c->most_bytes = options->queue_bytes;
    c->pid = getpid();
    c->connection = connection;
    gn_sqlite_on_slow(connection, note_slow, c);
    gn_wal_init(&c->wal, options);
    gn_mutex_init(&c->lock);
    gn_cond_init(&c->room);
    gn_cond_init(&c->task);
    gn_queue_init(&c->queue);
    TAILQ_INIT(&c->settled);
    return GARNER_OK;
}

void gn_commit_set_turn(struct gn_commit *c, struct gn_turn *turn)
{
    c->turn = turn;
}

void gn_commit_set_readers(struct gn_commit *c, struct gn_pool *readers)
{
    c->wal.pool = readers;
}

void gn_commit_set_room(struct gn_commit *c, size_t statements, size_t bytes)
{
    gn_lock(&c->lock);
    c->most_statements = statements;
    c->most_bytes = bytes;
    gn_unlock(&c->lock);
}

void gn_commit_set_gate(struct gn_commit *c, struct gn_gate *gate)
{
    c->gate = gate;
}

void gn_commit_on_bounce(struct gn_commit *c, void (*wake)(void *context),
                         void *context)
{
    gn_lock(&c->lock);
    c->gate->wake = wake;
    c->gate->context = context;
    gn_unlock(&c->lock);
}

void gn_commit_free(struct gn_commit *c)
{
    struct garner_error err;

    if (c == NULL)
        return;
    GN_CHECK(TAILQ_EMPTY(&c->queue.all) && TAILQ_EMPTY(&c->settled));
    /* What was queued or committed only; closing a connection that is not the
     * database's last syncs nothing. */
    if (gn_sqlite_sync_log(c->connection, &err) != GARNER_OK)
        gn_report("closing: %s", err.message);
    gn_turn_close(c->turn);
    gn_gate_free(c->gate);
    gn_sqlite_close(c->connection);
    gn_cond_fini(&c->task);
    gn_cond_fini(&c->room);
    gn_mutex_fini(&c->lock);
    gn_free(c->group);
    gn_free(c);
}

static enum garner_code blame(struct gn_holder holder, enum garner_code code,
                              struct garner_error *err)
{
    char text[GN_HOLDER_TEXT];

    gn_holder_describe(&holder, gn_clock_monotonic_ns(), text);
    return gn_fail(err, code, "%s", text);
}

static bool is_in_transaction(const struct gn_commit *c)
{
    return atomic_load_explicit(&c->owner, memory_order_relaxed) != 0;
}

/* --- entering the queue; the lock is held -------------------------------- */

/* A ticket larger than the whole queue may enter it when it is empty. One that
 * was passed over too often has the next room to itself. */
static bool may_enter(const struct gn_commit *c, const struct gn_ticket *t)
{
    if (c->starving != NULL && c->starving != t)
        return false;
    return c->queue.batches == 0 ||
           (c->queue.statements + t->count <= c->most_statements &&
            c->queue.bytes + t->bytes <= c->most_bytes);
}

/* With the lock held: waits until t may enter, its deadline, or the end. If
 * nobody leads, room is made by leading: the pump may be the one who waits
 * here (a callback that submits), or be held up by a slow callback. */
static void wait_for_room(struct gn_commit *c, const struct gn_ticket *t,
                          int64_t deadline_ns)
{
    bool in_time = gn_clock_monotonic_ns() < deadline_ns;

    c->room_waiters++;
    for (int tries = 1; in_time && !c->closed && !may_enter(c, t); tries++) {
        if (tries > PATIENCE && c->starving == NULL)
            c->starving = t;
        if (c->leading) {
            in_time = gn_cond_wait_until(&c->room, &c->lock, deadline_ns);
        } else {
            c->leading = true;
            gn_unlock(&c->lock);
            if (gn_lead_group(c, NULL, deadline_ns))
                gn_lead_hand_over(c);
            gn_lock(&c->lock);
            in_time = gn_clock_monotonic_ns() < deadline_ns;
        }
    }
    c->room_waiters--;
    if (c->closed)
        gn_cond_wake_one(&c->task);
    if (c->starving == t) {
        c->starving = NULL;
        gn_cond_wake_all(&c->room);
    } else if (!c->leading && c->room_waiters > 0) {
        /* Who gives up may have taken the wake that would have had another
         * lead (pthread_cond_timedwait allows that). */
        gn_cond_wake_one(&c->room);
    }
}

static enum garner_code enter(struct gn_commit *c, struct gn_ticket *t,
                              int64_t deadline_ns, struct garner_error *err)
{
    if ((t->batch == NULL || !may_enter(c, t)) && gn_lead_is_mine(c))
        return gn_fail(err, GARNER_MISUSE,
                       "this would wait for a transaction that this thread has "
                       "open; make the call in it (garner_tx_...), or end it "
                       "first");
    if (!c->closed && !may_enter(c, t))
        wait_for_room(c, t, deadline_ns);
    if (c->closed)
        return gn_fail(err, GARNER_CLOSED, "the store is being closed");
    if (c->gate != NULL && gn_gate_is_shut(c->gate, t))
        return gn_gate_bar(t, err);
    if (!may_enter(c, t) && is_in_transaction(c))
        return blame(c->doing, GARNER_FULL, err);
    if (!may_enter(c, t))
        return gn_fail(err, GARNER_FULL,
                       "%zu statements (%zu bytes) wait to be written; write "
                       "less at a time, or raise queue_statements and "
                       "queue_bytes",
                       c->queue.statements, c->queue.bytes);
    gn_queue_push(&c->queue, t, t->batch != NULL ? gn_clock_monotonic_ns() : 0);
    return GARNER_OK;
}

/* --- what writers call ---------------------------------------------------- */

/* With the lock held: takes t, whose time is up, out of the queue. */
static enum garner_code give_up(struct gn_commit *c, struct gn_ticket *t)
{
    gn_queue_remove(&c->queue, t);
    if (c->room_waiters > 0)
        gn_cond_wake_all(&c->room);
    if (c->asking)
        t->code = blame(gn_turn_holder(c->turn), GARNER_BUSY, t->err);
    else if (!is_in_transaction(c) && gn_sqlite_is_held_off(c->connection))
        t->code = gn_fail(t->err, GARNER_BUSY,
                          "a connection that is not garner's held the database "
                          "until the deadline; end its transaction");
    else
        t->code = blame(c->doing, GARNER_TIMEOUT, t->err);
    return t->code;
}

/* The thread of own leads until own is settled, or, if own holds, from then on.
 * false: it waits on, since another process has the turn. */
static bool lead(struct gn_commit *c, struct gn_ticket *own)
{
    GN_FAULT("commit.leads");
    if (c->had_followers) /* lets those just woken come back first */
        sched_yield();
    /* Should leadership go, it may come back at once. */
    atomic_store_explicit(&own->state, GN_TICKET_WAITING, memory_order_relaxed);
    for (;;) {
        if (!gn_lead_group(c, own, own->deadline_ns))
            return false;
        if (own->taken) { /* by this very thread: without the lock */
            if (own->holds && own->code == GARNER_OK)
                return true;
            break;
        }
        if (own->deadline_ns <= gn_clock_monotonic_ns()) {
            gn_lock(&c->lock);
            (void)give_up(c, own);
            gn_unlock(&c->lock);
            break;
        }
    }
    gn_lead_hand_over(c);
    return true;
}

/* The time of t, whose thread waits, is up. false: it was taken already. */
static bool gives_up(struct gn_commit *c, struct gn_ticket *t)
{
    bool waits;

    gn_lock(&c->lock);
    waits = !t->taken && atomic_load(&t->state) == GN_TICKET_WAITING;
    if (waits)
        (void)give_up(c, t);
    gn_unlock(&c->lock);
    return waits;
}

/* Until t is settled, or its time is up; its thread leads when it is told to.
 */
static enum garner_code await_outcome(struct gn_commit *c, struct gn_ticket *t)
{
    int64_t deadline_ns = t->deadline_ns;

    for (;;) {
        unsigned state = atomic_load_explicit(&t->state, memory_order_acquire);

        if (state == GN_TICKET_DONE) {
            if (t->wakes != NULL)
                gn_futex_wake(t->wakes);
            return t->code;
        }
        if (state == GN_TICKET_LEAD) {
            if (lead(c, t))
                return t->code;
            continue;
        }
        if (gn_futex_wait(&t->state, GN_TICKET_WAITING, deadline_ns))
            continue;
        if (gives_up(c, t))
            return t->code;
        GN_FAULT("commit.overdue");
        deadline_ns = INT64_MAX; /* it is being run: its outcome is due soon */
    }
}

enum garner_code gn_commit_wait(struct gn_commit *c, struct gn_ticket *t)
{
    enum garner_code code;
    bool leads;

    t->batch = NULL;
    t->moved = false;
    t->code = GARNER_OK;
    atomic_init(&t->state, GN_TICKET_WAITING);
    gn_lock(&c->lock);
    code = enter(c, t, t->deadline_ns, t->err);
    leads = code == GARNER_OK && !c->leading;
    if (leads)
        c->leading = true;
    gn_unlock(&c->lock);
    if (code != GARNER_OK)
        return code;
    GN_FAULT("commit.queued");
    return leads && lead(c, t) ? t->code : await_outcome(c, t);
}

static bool group_is_full(const struct gn_commit *c)
{
    return c->queue.statements >= c->limits.statements ||
           c->queue.bytes >= c->limits.bytes;
}

/* With the lock held: submitted work was queued. */
static void wake_pump(struct gn_commit *c)
{
    if ((c->pump_waits && !c->leading) || (c->pump_gathers && group_is_full(c)))
        gn_cond_wake_one(&c->task);
}

enum garner_code gn_commit_submit(struct gn_commit *c,
                                  struct garner_batch *batch,
                                  int64_t deadline_ns, struct garner_error *err)
{
    struct gn_ticket *t = &batch->ticket;
    enum garner_code code;

    t->batch = batch;
    t->deadline_ns = INT64_MAX;
    t->moved = false;
    t->err = &batch->error;
    gn_lock(&c->lock);
    code = enter(c, t, deadline_ns, err);
    if (code == GARNER_OK)
        wake_pump(c);
    gn_unlock(&c->lock);
    return code;
}

enum garner_code gn_commit_flush(struct gn_commit *c, int64_t deadline_ns,
                                 struct garner_error *err)
{
    struct gn_ticket t = {
        .ack = GARNER_SYNCED, .deadline_ns = deadline_ns, .err = err};
    enum garner_code code = gn_commit_wait(c, &t);

    if (code != GARNER_OK)
        return code;
    gn_lock(&c->lock);
    code = c->lost.code;
    if (code != GARNER_OK && err != NULL)
        *err = c->lost;
    c->lost = (struct garner_error){0};
    gn_unlock(&c->lock);
    return code;
}

void gn_commit_close(struct gn_commit *c, int64_t deadline_ns)
{
    gn_lock(&c->lock);
    c->closed = true;
    c->close_ns = deadline_ns;
    gn_cond_wake_all(&c->room);
    gn_cond_wake_all(&c->task);
    gn_unlock(&c->lock);
    GN_FAULT("commit.closed");
}

/* --- the pump's ------------------------------------------------------------
 */

static void pump_wait(struct gn_commit *c, bool *flag, int64_t until_ns)
{
    *flag = true;
    c->pump_until_ns = until_ns;
    (void)gn_cond_wait_until(&c->task, &c->lock, until_ns);
    *flag = false;
}

/* With the lock held and nobody leading: what there is to lead for, or until
 * when (*until_ns) there is nothing. */
static enum gn_commit_task work_to_lead(struct gn_commit *c, int64_t *until_ns)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t keep_ns =
        c->kept ? c->last_group_ns + GN_LEAD_KEEP_NS : INT64_MAX;
    int64_t wait_ns;

    if (keep_ns <= now_ns)
        return GN_TASK_GIVE;
    if (c->queue.submitted > 0) {
        wait_ns =
            gn_group_gather_ns(&c->limits, c->queue.statements, c->queue.bytes,
                               c->queue.oldest_ns, now_ns);
        *until_ns = now_ns + wait_ns < keep_ns ? now_ns + wait_ns : keep_ns;
        return wait_ns == 0 || c->closed ? GN_TASK_LEAD : GN_TASK_NONE;
    }
    if (c->closed) /* once those who waited for room are gone */
        return c->room_waiters == 0 ? GN_TASK_END : GN_TASK_NONE;
    *until_ns = c->log_dirty ? c->last_group_ns + IDLE_NS : INT64_MAX;
    if (*until_ns <= now_ns)
        return GN_TASK_IDLE;
    if (keep_ns < *until_ns)
        *until_ns = keep_ns;
    return GN_TASK_NONE;
}

/* With the lock held, closing, while another process has the turn. */
static enum gn_commit_task patience(struct gn_commit *c, int64_t *until_ns)
{
    *until_ns = c->close_ns;
    if (c->close_ns > gn_clock_monotonic_ns())
        return GN_TASK_NONE;
    c->asking = false; /* leadership comes back without the turn */
    return GN_TASK_ABANDON;
}

/* With the lock held: a transaction that has just begun may end as soon, and to
 * be told of each end would cost more than to look. */
static bool is_short(const struct gn_commit *c, int64_t now_ns)
{
    return now_ns - c->doing.since_ns < SHORT_NS;
}

enum gn_commit_task gn_commit_next_task(struct gn_commit *c)
{
    enum gn_commit_task task = GN_TASK_NONE;

    gn_lock(&c->lock);
    while (task == GN_TASK_NONE) {
        int64_t until_ns = INT64_MAX;

        if (!TAILQ_EMPTY(&c->settled)) {
            task = GN_TASK_CALLBACKS;
            break;
        }
        if (!c->leading)
            task = work_to_lead(c, &until_ns);
        else if (c->asking && c->closed)
            task = patience(c, &until_ns);
        else if (is_in_transaction(c) && c->untold &&
                 !is_short(c, gn_clock_monotonic_ns())) {
            gn_lead_tell(c);
            continue;
        } else if (!is_in_transaction(c) ||
                   is_short(c, gn_clock_monotonic_ns()))
            /* what its leader leaves is looked at then, unasked */
            until_ns = gn_clock_monotonic_ns() +
                       (c->turn != NULL ? GN_LEAD_KEEP_NS : IDLE_NS);
        if (task == GN_TASK_NONE)
            pump_wait(c,
                      c->leading || c->queue.submitted == 0 ? &c->pump_waits
                                                            : &c->pump_gathers,
                      until_ns);
    }
    if (task == GN_TASK_LEAD || task == GN_TASK_IDLE || task == GN_TASK_GIVE)
        c->leading = true;
    gn_unlock(&c->lock);
    return task;
}

static void run_callbacks(struct gn_commit *c)
{
    struct gn_tickets due = TAILQ_HEAD_INITIALIZER(due);

    gn_lock(&c->lock);
    TAILQ_CONCAT(&due, &c->settled, in_queue);
    gn_unlock(&c->lock);
    GN_FAULT("commit.calls_back");
    gn_settle_call_back(&due);
}

void gn_commit_do(struct gn_commit *c, enum gn_commit_task task)
{
    switch (task) {
    case GN_TASK_CALLBACKS:
        run_callbacks(c);
        break;
    case GN_TASK_LEAD:
        if (gn_lead_group(c, NULL, INT64_MAX))
            gn_lead_hand_over(c);
        break;
    case GN_TASK_GIVE:
        gn_lead_give_turn(c);
        gn_lead_hand_over(c);
        break;
    case GN_TASK_ABANDON:
        gn_turn_close(c->turn);
        c->turn = NULL;
        gn_lead_hand_over(c);
        break;
    case GN_TASK_IDLE:
        gn_lead_idle(c);
        gn_lead_hand_over(c);
        break;
    case GN_TASK_NONE:
    case GN_TASK_END:
        break;
    }
}

void gn_commit_count_backups(struct gn_commit *c, int change)
{
    (void)atomic_fetch_add(&c->wal.backups, change);
}

void gn_commit_stats(struct gn_commit *c, struct garner_stats *stats)
{
    struct gn_books books;

    gn_lock(&c->lock);
    *stats = c->stats;
    books = c->books;
    stats->queued_batches = c->queue.batches;
    stats->queued_statements = c->queue.statements;
    stats->queued_bytes = c->queue.bytes;
    gn_unlock(&c->lock);
    gn_books_report(&books, stats);
}
