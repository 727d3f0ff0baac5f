#include "store/driver/lend.h"

#include <stdio.h>

#include "base/clock.h"
#include "store/driver/connection.h"
#include "store/driver/transaction.h"

static void run(struct gn_sqlite *c, const char *sql)
{
    c->guard.lifted = true;
    (void)sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    c->guard.lifted = false;
}

/* It acts on the connection's memory alone. */
static void set_their_sync(struct gn_sqlite *c)
{
    char pragma[40];

    snprintf(pragma, sizeof pragma, "PRAGMA synchronous=%d", c->terms.sync);
    run(c, pragma);
    c->sync = -1; /* so that the next to commit sets it */
}

static enum garner_code prepare_writer(struct gn_sqlite *c, bool sync,
                                       struct garner_error *err)
{
    enum garner_code code = gn_transaction_unstick(c, err);

    if (code == GARNER_OK)
        code = gn_sqlite_set_sync(c, sync, err);
    if (code == GARNER_OK && c->wal && (c->log.suspect || c->log.leftover)) {
        code = gn_transaction_begin(c, err); /* which repairs it */
        if (code == GARNER_OK)
            gn_transaction_rollback(c);
    }
    if (code == GARNER_OK && c->terms.sync >= 0)
        set_their_sync(c);
    return code;
}

enum garner_code gn_lend(struct gn_sqlite *c, bool writer, bool sync,
                         int64_t busy_ns, struct garner_error *err)
{
    enum garner_code code = gn_still_check(&c->still, c->db, false, err);

    c->terms.busy_ns = busy_ns;
    c->busy_deadline_ns = gn_clock_monotonic_ns() + busy_ns;
    if (code == GARNER_OK && writer)
        code = prepare_writer(c, sync, err);
    if (code != GARNER_OK)
        return code;
    c->terms.lent = true;
    c->guard.lent = writer;
    return GARNER_OK;
}

static int first_number(void *into, int count, char **values, char **names)
{
    (void)names;
    if (count > 0 && values[0] != NULL)
        (void)sscanf(values[0], "%d", (int *)into);
    return 0;
}

/* Settings that the store knows of. */
static void learn(struct gn_sqlite *c)
{
    int keys = 0;

    c->guard.touched = false;
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &keys);
    c->foreign_keys = keys != 0;
    (void)sqlite3_exec(c->db, "PRAGMA synchronous", first_number,
                       &c->terms.sync, NULL);
    c->sync = -1;
}

/* In memory there is but one connection, and those who share it may go on with
 * what they began when it is lent to them again. */
static void end_statements(struct gn_sqlite *c)
{
    sqlite3_stmt *stmt = NULL;

    while ((stmt = sqlite3_next_stmt(c->db, stmt)) != NULL)
        if (sqlite3_stmt_busy(stmt))
            (void)sqlite3_reset(stmt); /* repeats an error told before */
}

bool gn_lend_take_back(struct gn_sqlite *c)
{
    const bool committed = c->terms.committed;

    if (!c->guard.in_memory &&
        sqlite3_txn_state(c->db, NULL) != SQLITE_TXN_NONE)
        end_statements(c);
    if (sqlite3_get_autocommit(c->db) == 0)
        gn_transaction_rollback(c);
    if (c->guard.touched)
        learn(c);
    c->terms.committed = false;
    c->terms.lent = false;
    c->guard.lent = false;
    return committed;
}

struct sqlite3 *gn_lend_db(const struct gn_sqlite *c)
{
    return c->db;
}

void gn_lend_authorize(struct gn_sqlite *c,
                       garner_sqlite_authorizer *authorizer, void *context)
{
    if (!c->guard.lent)
        return;
    c->guard.theirs = authorizer;
    c->guard.theirs_context = context;
    gn_open_guard(c->db, &c->guard);
}

void gn_lend_progress(struct gn_sqlite *c, int steps,
                      garner_sqlite_progress *progress, void *context)
{
    const bool often =
        progress != NULL && steps > 0 && steps < GN_PROGRESS_STEPS;

    c->terms.progress = progress;
    c->terms.progress_context = context;
    sqlite3_progress_handler(c->db, often ? steps : GN_PROGRESS_STEPS,
                             gn_sqlite_at_intervals, c);
}
