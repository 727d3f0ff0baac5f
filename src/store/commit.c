#include "store/commit.h"

#include <sched.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/futex.h"
#include "base/mem.h"
#include "base/thread.h"
#include "store/apply.h"
#include "store/queue.h"
#include "store/report.h"
#include "store/settle.h"
#include "store/wal.h"

/* An idle gap this long is used for a checkpoint. */
#define IDLE_NS (INT64_C(500) * 1000000)
/* Submitted work has no deadline of its own: it waits for foreign locks in
 * slices, between which threads that have one can give up. */
#define SLICE_NS (INT64_C(200) * 1000000)

struct gn_commit {
    /* constant */
    struct gn_group_limits limits;
    size_t most_statements;
    size_t most_bytes;

    /* the leader's */
    struct gn_sqlite *connection;
    struct gn_wal wal;
    struct gn_apply_counts counts;
    struct gn_ticket **group; /* limits.statements places */
    bool had_followers;       /* others than its leader were in the last one */

    pthread_mutex_t lock;
    pthread_cond_t room; /* writers wait here for a place in the queue */
    pthread_cond_t task; /* the pump waits here */

    /* guarded by lock */
    bool leading; /* somebody leads */
    bool closed;
    int64_t close_ns; /* when closed: foreign locks are waited for until then */
    struct gn_queue queue;
    struct gn_tickets settled; /* submitted ones whose callback is due */
    int room_waiters;
    bool pump_waits;       /* for anything */
    bool pump_gathers;     /* for a full group, or its time */
    bool log_dirty;        /* an idle gap could be used */
    int64_t last_group_ns; /* when the last one ended */
    struct garner_stats stats;
    struct garner_error lost; /* first failure that nobody was told of */
};

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
    c->connection = connection;
    gn_wal_init(&c->wal, options->wal_bytes);
    gn_mutex_init(&c->lock);
    gn_cond_init(&c->room);
    gn_cond_init(&c->task);
    gn_queue_init(&c->queue);
    TAILQ_INIT(&c->settled);
    return GARNER_OK;
}

void gn_commit_free(struct gn_commit *c)
{
    if (c == NULL)
        return;
    GN_CHECK(TAILQ_EMPTY(&c->queue.all) && TAILQ_EMPTY(&c->settled));
    gn_sqlite_close(c->connection);
    gn_cond_fini(&c->task);
    gn_cond_fini(&c->room);
    gn_mutex_fini(&c->lock);
    gn_free(c->group);
    gn_free(c);
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / 1000000000,
                             .tv_nsec = ns % 1000000000};
}

/* --- entering the queue; the lock is held -------------------------------- */

/* A ticket larger than the whole queue may enter it when it is empty. */
static bool has_room(const struct gn_commit *c, const struct gn_ticket *t)
{
    return c->queue.batches == 0 ||
           (c->queue.statements + t->count <= c->most_statements &&
            c->queue.bytes + t->bytes <= c->most_bytes);
}

static enum garner_code enter(struct gn_commit *c, struct gn_ticket *t,
                              int64_t deadline_ns, struct garner_error *err)
{
    bool in_time = true;

    while (!c->closed && !has_room(c, t) && in_time) {
        c->room_waiters++;
        in_time =
            gn_cond_wait_until(&c->room, &c->lock, timespec_of(deadline_ns));
        c->room_waiters--;
    }
    if (c->closed)
        return gn_fail(err, GARNER_CLOSED, "the store is being closed");
    if (!has_room(c, t))
        return gn_fail(err, GARNER_FULL,
                       "%zu statements (%zu bytes) wait to be written; write "
                       "less at a time, or raise queue_statements and "
                       "queue_bytes",
                       c->queue.statements, c->queue.bytes);
    gn_queue_push(&c->queue, t, gn_clock_monotonic_ns());
    return GARNER_OK;
}

static bool group_is_full(const struct gn_commit *c)
{
    return c->queue.statements >= c->limits.statements ||
           c->queue.bytes >= c->limits.bytes;
}

/* --- leading -------------------------------------------------------------- */

/* Until when the group may wait for a foreign lock: the first deadline in it.
 */
static int64_t group_deadline(struct gn_commit *c, size_t count)
{
    int64_t deadline_ns = INT64_MAX;

    for (size_t i = 0; i < count; i++)
        if (c->group[i]->deadline_ns < deadline_ns)
            deadline_ns = c->group[i]->deadline_ns;
    if (deadline_ns == INT64_MAX)
        deadline_ns = gn_clock_monotonic_ns() + SLICE_NS;
    return deadline_ns;
}

static enum garner_code run_group(struct gn_commit *c, size_t count,
                                  struct garner_error *err)
{
    struct gn_ticket *first = c->group[0];

    gn_sqlite_set_busy_deadline(c->connection, group_deadline(c, count));
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

/* Takes what waits, as far as one transaction may hold, and settles it. */
static void lead_group(struct gn_commit *c, const struct gn_ticket *own)
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
    busy = run_group(c, count, &err) == GARNER_BUSY;
    if (busy)
        count = give_up_expired(c, count, &err);
    c->had_followers = count > 1;
    settle(c, count, own);
    if (!busy)
        tend_log(c, false);
}

/* The leader leaves: the oldest waiting thread leads, or nobody. */
static void hand_over(struct gn_commit *c)
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
    heir = TAILQ_FIRST(&c->queue.waiters);
    if (heir != NULL)
        atomic_store_explicit(&heir->state, GN_TICKET_LEAD,
                              memory_order_release);
    else
        c->leading = false;
    if (!TAILQ_EMPTY(&c->settled) ||
        (c->pump_waits && heir == NULL &&
         (c->queue.submitted > 0 || c->log_dirty || c->closed)))
        gn_cond_wake_one(&c->task);
    gn_unlock(&c->lock);
    if (heir != NULL)
        gn_futex_wake(&heir->state);
}

/* With the lock held: takes t, whose time is up, out of the queue. */
static enum garner_code give_up(struct gn_commit *c, struct gn_ticket *t)
{
    gn_queue_remove(&c->queue, t);
    if (gn_sqlite_is_held_off(c->connection))
        t->code = gn_fail(t->err, GARNER_BUSY,
                          "a connection that is not garner's held the database "
                          "until the deadline; end its transaction");
    else
        t->code =
            gn_fail(t->err, GARNER_TIMEOUT,
                    "other writes took until the deadline; it was not run");
    return t->code;
}

/* The thread of own leads until own is settled. */
static enum garner_code lead(struct gn_commit *c, struct gn_ticket *own)
{
    enum garner_code code;
    bool settled;
    if (c->had_followers) /* lets those just woken come back first */
        sched_yield();
    do {
        lead_group(c, own);
        gn_lock(&c->lock);
        settled = own->taken;
        if (!settled && own->deadline_ns <= gn_clock_monotonic_ns()) {
            (void)give_up(c, own);
            settled = true;
        }
        gn_unlock(&c->lock);
    } while (!settled);
    code = own->code;
    hand_over(c);
    return code;
}

enum garner_code gn_commit_wait(struct gn_commit *c, struct gn_ticket *t)
{
    int64_t deadline_ns = t->deadline_ns;
    enum garner_code code;
    bool leads;

    t->batch = NULL;
    atomic_init(&t->state, GN_TICKET_WAITING);
    gn_lock(&c->lock);
    code = enter(c, t, deadline_ns, t->err);
    leads = code == GARNER_OK && !c->leading;
    if (leads)
        c->leading = true;
    gn_unlock(&c->lock);
    if (code != GARNER_OK)
        return code;
    if (leads)
        return lead(c, t);
    for (;;) {
        unsigned state = atomic_load_explicit(&t->state, memory_order_acquire);

        if (state == GN_TICKET_DONE)
            return t->code;
        if (state == GN_TICKET_LEAD)
            return lead(c, t);
        if (gn_futex_wait(&t->state, GN_TICKET_WAITING, deadline_ns))
            continue;
        gn_lock(&c->lock);
        if (!t->taken && atomic_load(&t->state) == GN_TICKET_WAITING) {
            enum garner_code given_up = give_up(c, t);

            gn_unlock(&c->lock);
            return given_up;
        }
        gn_unlock(&c->lock);
        deadline_ns = INT64_MAX; /* it is being run: its outcome is due soon */
    }
}

enum garner_code gn_commit_submit(struct gn_commit *c,
                                  struct garner_batch *batch,
                                  int64_t deadline_ns, struct garner_error *err)
{
    struct gn_ticket *t = &batch->ticket;
    enum garner_code code;

    t->batch = batch;
    t->deadline_ns = INT64_MAX;
    t->err = &batch->error;
    gn_lock(&c->lock);
    code = enter(c, t, deadline_ns, err);
    if (code == GARNER_OK && ((c->pump_waits && !c->leading) ||
                              (c->pump_gathers && group_is_full(c))))
        gn_cond_wake_one(&c->task);
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
}

/* --- the pump's ------------------------------------------------------------
 */

static void pump_wait(struct gn_commit *c, bool *flag, int64_t until_ns)
{
    *flag = true;
    if (until_ns == INT64_MAX)
        gn_cond_wait(&c->task, &c->lock);
    else
        (void)gn_cond_wait_until(&c->task, &c->lock, timespec_of(until_ns));
    *flag = false;
}

/* With the lock held and nobody leading: what there is to lead for, or until
 * when (*until_ns) there is nothing. */
static enum gn_commit_task work_to_lead(struct gn_commit *c, int64_t *until_ns)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    int64_t wait_ns;

    if (c->queue.submitted > 0) {
        wait_ns =
            gn_group_gather_ns(&c->limits, c->queue.statements, c->queue.bytes,
                               c->queue.oldest_ns, now_ns);
        *until_ns = now_ns + wait_ns;
        return wait_ns == 0 || c->closed ? GN_TASK_LEAD : GN_TASK_NONE;
    }
    if (c->closed)
        return GN_TASK_END;
    *until_ns = c->log_dirty ? c->last_group_ns + IDLE_NS : INT64_MAX;
    return *until_ns <= now_ns ? GN_TASK_IDLE : GN_TASK_NONE;
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
        if (task == GN_TASK_NONE)
            pump_wait(c,
                      c->leading || c->queue.submitted == 0 ? &c->pump_waits
                                                            : &c->pump_gathers,
                      until_ns);
    }
    if (task == GN_TASK_LEAD || task == GN_TASK_IDLE)
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
    gn_settle_call_back(&due);
}

void gn_commit_do(struct gn_commit *c, enum gn_commit_task task)
{
    switch (task) {
    case GN_TASK_CALLBACKS:
        run_callbacks(c);
        break;
    case GN_TASK_LEAD:
        lead_group(c, NULL);
        hand_over(c);
        break;
    case GN_TASK_IDLE:
        tend_log(c, true);
        hand_over(c);
        break;
    case GN_TASK_NONE:
    case GN_TASK_END:
        break;
    }
}

void gn_commit_stats(struct gn_commit *c, struct garner_stats *stats)
{
    gn_lock(&c->lock);
    *stats = c->stats;
    stats->queued_batches = c->queue.batches;
    stats->queued_bytes = c->queue.bytes;
    gn_unlock(&c->lock);
}
