#include "store/commit/apply.h"

#include "base/error.h"
#include "base/fault.h"
#include "store/driver/run.h"
#include "store/driver/transaction.h"

/* One group on its way. */
struct run {
    struct gn_sqlite *connection;
    struct gn_apply_counts *counts;
    bool sync;         /* what is committed */
    bool held_off;     /* by a foreign lock: what is left is not run */
    uint64_t failures; /* of the disk, when something was committed last */
    struct garner_error *reason;
};

/* Settles a ticket with what befell its whole group. */
static void settle(struct gn_ticket *t, enum garner_code code,
                   const struct garner_error *err)
{
    t->code = code;
    t->result = (struct garner_result){0};
    if (t->err != NULL && code != GARNER_OK)
        *t->err = *err;
}

static void settle_all(struct gn_ticket **tickets, size_t count,
                       enum garner_code code, const struct garner_error *err)
{
    for (size_t i = 0; i < count; i++)
        settle(tickets[i], code, err);
}

static enum garner_code run_statements(struct gn_sqlite *c, struct gn_ticket *t)
{
    size_t number = 1;

    for (const struct gn_statement *s = t->statements; s != NULL;
         s = s->next, number++) {
        struct garner_error err;
        enum garner_code code = gn_run_one(c, s, &t->result, &err);

        if (code == GARNER_OK)
            continue;
        if (t->err != NULL && t->count > 1) {
            gn_fail(t->err, code, "statement %zu of %zu: %.200s", number,
                    t->count, err.message);
            t->err->native = err.native;
        } else if (t->err != NULL) {
            *t->err = err;
        }
        return code;
    }
    return GARNER_OK;
}

/* One statement is atomic by itself, unless its conflicts are told to leave
 * what came before them (OR FAIL): then all is rolled back. */
static void run_alone(struct gn_sqlite *c, struct gn_ticket *t)
{
    t->code = run_statements(c, t);
    if (t->code != GARNER_OK && gn_transaction_is_open(c) &&
        gn_run_left_traces(c))
        gn_transaction_rollback(c);
}

/* Several need a savepoint, which costs half the speed where no disk is waited
 * for. */
static void run_marked(struct gn_sqlite *c, struct gn_ticket *t)
{
    struct garner_error err;

    t->code = gn_transaction_mark(c, &err);
    if (t->code != GARNER_OK) {
        settle(t, t->code, &err);
        return;
    }
    t->code = run_statements(c, t);
    if (t->code == GARNER_OK) {
        t->code = gn_transaction_keep(c, &err);
        if (t->code != GARNER_OK)
            settle(t, t->code, &err);
    }
    if (t->code != GARNER_OK && gn_transaction_is_open(c) &&
        gn_transaction_undo(c, &err) != GARNER_OK)
        gn_transaction_rollback(
            c); /* what failed must not stay, nor half of it */
}

static void run_ticket(struct gn_sqlite *c, struct gn_ticket *t)
{
    t->result = (struct garner_result){0};
    gn_run_start(c);
    if (t->count <= 1)
        run_alone(c, t);
    else
        run_marked(c, t);
    if (t->code != GARNER_OK)
        t->result = (struct garner_result){0};
}

/* Runs tickets in the open transaction until one of them ends it: FULL, IOERR,
 * NOMEM, INTERRUPT, OR ROLLBACK, RAISE(ROLLBACK) roll back what others did too
 * (https://sqlite.org/lang_transaction.html section 3). Returns its index;
 * count: all were run. */
static size_t run_until_broken(struct gn_sqlite *c, struct gn_ticket **tickets,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        run_ticket(c, tickets[i]);
        if (!gn_transaction_is_open(c))
            return i;
    }
    return count;
}

static bool wants_sync(struct gn_ticket **tickets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tickets[i]->ack == GARNER_SYNCED)
            return true;
    return false;
}

/* Reruns nest deeper only when the same tickets fail anew each time; then each
 * is run by itself. */
enum { DEEPEST = 16 };

/* A foreign connection holds the database: these and all behind them wait, so
 * that their order stays. */
static void leave_unrun(struct run *run, struct gn_ticket **tickets,
                        size_t count, const struct garner_error *reason)
{
    for (size_t i = 0; i < count; i++)
        tickets[i]->unrun = true;
    if (!run->held_off && run->reason != NULL)
        *run->reason = *reason;
    run->held_off = true;
}

/* A disk that fails may take long for each try, while nobody in the group is
 * told anything: twice is enough. */
static enum garner_code disk_must_work(const struct run *run,
                                       struct garner_error *err)
{
    if (gn_sqlite_disk_failures(run->connection) - run->failures < 2)
        return GARNER_OK;
    return gn_fail(err, GARNER_IO,
                   "the disk failed for others, so this was not tried; see to "
                   "the disk, and try again");
}

/* Opens the transaction, or does with all tickets what that means. */
static bool begin(struct run *run, struct gn_ticket **tickets, size_t count)
{
    struct garner_error err;
    enum garner_code code = GARNER_BUSY;

    if (!run->held_off)
        code = disk_must_work(run, &err);
    if (code == GARNER_OK)
        code = gn_transaction_begin(run->connection, &err);
    if (code == GARNER_BUSY)
        leave_unrun(run, tickets, count, &err);
    else if (code != GARNER_OK)
        settle_all(tickets, count, code, &err);
    return code == GARNER_OK;
}

static enum garner_code commit(struct run *run, struct garner_error *err)
{
    enum garner_code code;

    GN_FAULT("apply.commits");
    code = gn_transaction_commit(run->connection, err);
    if (code == GARNER_OK)
        run->failures = gn_sqlite_disk_failures(run->connection);
    else
        gn_transaction_rollback(run->connection);
    return code;
}

/* Commits sync by themselves; but where there was nothing to commit, the log
 * may hold what groups before did not sync. If that fails, these tickets are
 * without effect, as an error says. */
static void sync_rest(const struct run *run, struct gn_ticket **tickets,
                      size_t count)
{
    struct garner_error err;
    enum garner_code code = GARNER_OK;

    if (run->sync)
        code = gn_sqlite_sync_log(run->connection, &err);
    for (size_t i = 0; i < count && code != GARNER_OK; i++)
        if (!tickets[i]->unrun && tickets[i]->code == GARNER_OK &&
            tickets[i]->ack == GARNER_SYNCED)
            settle(tickets[i], code, &err);
}

/*
 * Runs and commits tickets, in as few transactions as their failures allow.
 * Whoever breaks a transaction fails, those before it are run again without
 * it, those behind it go on in the next. When a group will not commit (deferred
 * foreign keys fail only there), its halves are tried, down to the guilty.
 */
static void run_group(struct run *run, struct gn_ticket **tickets, size_t count,
                      unsigned depth)
{
    while (count > 0) {
        size_t together = depth < DEEPEST ? count : 1;
        struct garner_error err;
        enum garner_code code;
        size_t broken;

        if (!begin(run, tickets, count))
            return;
        run->counts->transactions++;
        run->counts->reruns += depth > 0;
        broken = run_until_broken(run->connection, tickets, together);
        if (broken < together) {
            GN_CHECK(tickets[broken]->code != GARNER_OK);
            run_group(run, tickets, broken, depth + 1);
            together = broken + 1;
        } else if (code = commit(run, &err), code == GARNER_BUSY) {
            leave_unrun(run, tickets, count, &err);
            return;
        } else if (code != GARNER_OK && together > 1) {
            run_group(run, tickets, together /= 2, depth + 1);
        } else if (code == GARNER_OK) {
            sync_rest(run, tickets, together);
        } else if (tickets[0]->code == GARNER_OK) {
            settle(tickets[0], code, &err);
        }
        tickets += together;
        count -= together;
    }
}

static bool all_empty(struct gn_ticket **tickets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tickets[i]->count > 0)
            return false;
    return true;
}

/* One statement with nobody beside it needs no transaction around it. */
static void run_lone(struct run *run, struct gn_ticket *t)
{
    struct garner_error err;

    t->result = (struct garner_result){0};
    gn_run_start(run->connection);
    t->code = gn_run_alone(run->connection, t->statements, &t->result, &err);
    if (t->code == GARNER_BUSY) {
        leave_unrun(run, &t, 1, &err);
        return;
    }
    if (t->code != GARNER_OK)
        settle(t, t->code, &err);
    else
        sync_rest(run, &t, 1);
    run->counts->transactions++;
}

enum garner_code gn_apply(struct gn_sqlite *c, struct gn_ticket **tickets,
                          size_t count, struct gn_apply_counts *counts,
                          struct garner_error *err)
{
    const bool sync = wants_sync(tickets, count);
    struct run run = {.connection = c,
                      .counts = counts,
                      .sync = sync,
                      .failures = gn_sqlite_disk_failures(c),
                      .reason = err};
    struct garner_error reason;
    enum garner_code code;

    for (size_t i = 0; i < count; i++)
        tickets[i]->unrun = false;
    if (all_empty(tickets, count)) {
        settle_all(tickets, count, GARNER_OK, NULL);
        sync_rest(&run, tickets, count);
        return GARNER_OK;
    }
    code = gn_sqlite_set_sync(c, sync, &reason);
    if (code != GARNER_OK) {
        settle_all(tickets, count, code, &reason);
        return GARNER_OK;
    }
    if (count == 1 && tickets[0]->count == 1)
        run_lone(&run, tickets[0]);
    else
        run_group(&run, tickets, count, 0);
    counts->syncs += sync && !tickets[0]->unrun;
    return run.held_off ? GARNER_BUSY : GARNER_OK;
}
