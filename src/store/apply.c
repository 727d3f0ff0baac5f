#include "store/apply.h"

#include "base/error.h"

/* Settles a ticket with what befell its whole group. */
static void settle(struct gn_ticket *t, enum garner_code code,
                   const struct garner_error *err)
{
    t->code = code;
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
        enum garner_code code = gn_sqlite_run(c, s, &t->result, &err);

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

/* One statement is atomic by itself; several need a savepoint, which costs
 * half the speed where no disk is waited for. */
static void run_ticket(struct gn_sqlite *c, struct gn_ticket *t)
{
    struct garner_error err;

    t->result = (struct garner_result){0};
    t->code = GARNER_OK;
    gn_sqlite_start(c);
    if (t->count <= 1) {
        t->code = run_statements(c, t);
        return;
    }
    t->code = gn_sqlite_mark(c, &err);
    if (t->code != GARNER_OK) {
        settle(t, t->code, &err);
        return;
    }
    t->code = run_statements(c, t);
    if (t->code == GARNER_OK) {
        t->code = gn_sqlite_keep(c, &err);
        if (t->code != GARNER_OK)
            settle(t, t->code, &err);
    } else if (gn_sqlite_in_transaction(c) &&
               gn_sqlite_undo(c, &err) != GARNER_OK) {
        gn_sqlite_rollback(c); /* half a batch must not stay */
    }
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
        if (!gn_sqlite_in_transaction(c))
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

/*
 * Runs and commits tickets, in as few transactions as their failures allow.
 * Whoever breaks a transaction fails, those before it are run again without
 * it, those behind it go on in the next. When a group will not commit (deferred
 * foreign keys fail only there), its halves are tried, down to the guilty.
 */
static void run_group(struct gn_sqlite *c, struct gn_ticket **tickets,
                      size_t count, struct gn_apply_counts *counts,
                      unsigned depth)
{
    while (count > 0) {
        size_t together = depth < DEEPEST ? count : 1;
        struct garner_error err;
        enum garner_code code = GARNER_OK;
        size_t broken;

        if (!gn_sqlite_in_transaction(c))
            code = gn_sqlite_begin(c, &err);
        if (code != GARNER_OK) {
            settle_all(tickets, count, code, &err);
            return;
        }
        counts->transactions++;
        counts->reruns += depth > 0;
        broken = run_until_broken(c, tickets, together);
        if (broken < together) {
            GN_CHECK(tickets[broken]->code != GARNER_OK);
            run_group(c, tickets, broken, counts, depth + 1);
            together = broken + 1;
        } else if (code = gn_sqlite_commit(c, &err), code != GARNER_OK) {
            gn_sqlite_rollback(c);
            if (together == 1 && tickets[0]->code == GARNER_OK)
                settle(tickets[0], code, &err);
            else if (together > 1)
                run_group(c, tickets, together /= 2, counts, depth + 1);
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

/* Commits sync by themselves, but a group may hold nothing to commit, while the
 * log holds what groups before it did not sync. */
static void sync_rest(struct gn_sqlite *c, struct gn_ticket **tickets,
                      size_t count)
{
    struct garner_error err;
    enum garner_code code = gn_sqlite_sync_log(c, &err);

    for (size_t i = 0; i < count && code != GARNER_OK; i++)
        if (tickets[i]->code == GARNER_OK && tickets[i]->ack == GARNER_SYNCED)
            settle(tickets[i], code, &err);
}

/* One statement with nobody beside it is a transaction by itself, which is an
 * eighth cheaper than one around it. BUSY: it was not run. */
static enum garner_code run_lone(struct gn_sqlite *c, struct gn_ticket *t,
                                 struct gn_apply_counts *counts,
                                 struct garner_error *reason)
{
    struct garner_error *err = t->err;

    t->err = reason;
    run_ticket(c, t);
    t->err = err;
    if (t->code == GARNER_BUSY)
        return GARNER_BUSY;
    settle(t, t->code, reason);
    counts->transactions++;
    return GARNER_OK;
}

enum garner_code gn_apply(struct gn_sqlite *c, struct gn_ticket **tickets,
                          size_t count, struct gn_apply_counts *counts,
                          struct garner_error *err)
{
    const bool sync = wants_sync(tickets, count);
    struct garner_error reason;
    enum garner_code code;

    if (all_empty(tickets, count)) {
        settle_all(tickets, count, GARNER_OK, NULL);
        sync_rest(c, tickets, count);
        return GARNER_OK;
    }
    code = gn_sqlite_set_sync(c, sync, &reason);
    if (code == GARNER_OK && count == 1 && tickets[0]->count == 1)
        code = run_lone(c, tickets[0], counts, &reason);
    else if (code == GARNER_OK)
        code = gn_sqlite_begin(c, &reason);
    if (code == GARNER_BUSY) {
        if (err != NULL)
            *err = reason;
        return code;
    }
    if (code != GARNER_OK) {
        settle_all(tickets, count, code, &reason);
        return GARNER_OK;
    }
    if (gn_sqlite_in_transaction(c))
        run_group(c, tickets, count, counts, 0);
    if (sync) {
        sync_rest(c, tickets, count);
        counts->syncs++;
    }
    return GARNER_OK;
}
