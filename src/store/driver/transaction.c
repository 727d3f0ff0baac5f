#include "store/driver/transaction.h"

#include "base/error.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"

enum garner_code gn_transaction_prepare(struct gn_sqlite *c,
                                        struct garner_error *err)
{
    static const char *const sql[GN_FIXED] = {
        [GN_FIXED_BEGIN] = "BEGIN IMMEDIATE",
        [GN_FIXED_COMMIT] = "COMMIT",
        [GN_FIXED_ROLLBACK] = "ROLLBACK",
        [GN_FIXED_MARK] = "SAVEPOINT garner_batch",
        [GN_FIXED_KEEP] = "RELEASE garner_batch",
        [GN_FIXED_UNDO] = "ROLLBACK TO garner_batch",
    };

    for (int i = 0; i < GN_FIXED; i++) {
        int rc = sqlite3_prepare_v3(
            c->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &c->fixed[i], NULL);

        if (rc != SQLITE_OK)
            return gn_sqlite_fail(c->db, rc, sql[i], err);
    }
    return GARNER_OK;
}

static enum garner_code step_fixed(struct gn_sqlite *c, int which,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    int rc;

    c->guard.lifted = true; /* a changed schema has them prepared again */
    rc = sqlite3_step(c->fixed[which]);
    c->guard.lifted = false;

    gn_log_note(&c->log, rc);
    if (rc != SQLITE_DONE)
        code = gn_sqlite_fail(c->db, rc, NULL, err);
    (void)sqlite3_reset(c->fixed[which]); /* repeats the step's error */
    return code;
}

void gn_transaction_rollback(struct gn_sqlite *c)
{
    const bool open = sqlite3_get_autocommit(c->db) == 0;

    /* An error leaves the transaction rolled back all the same
     * (https://sqlite.org/lang_transaction.html section 3); unless there was
     * not even the memory to prepare it anew, after a change of the schema. */
    if (open)
        (void)step_fixed(c, GN_FIXED_ROLLBACK, NULL);
    c->stuck = open && sqlite3_get_autocommit(c->db) == 0;
}

bool gn_transaction_is_open(const struct gn_sqlite *c)
{
    return sqlite3_get_autocommit(c->db) == 0 && !c->stuck;
}

enum garner_code gn_transaction_unstick(struct gn_sqlite *c,
                                        struct garner_error *err)
{
    if (c->stuck)
        gn_transaction_rollback(c);
    return !c->stuck ? GARNER_OK
                     : gn_fail(err, GARNER_NOMEM,
                               "%s: a transaction that failed can only be "
                               "rolled back when there is memory again",
                               sqlite3_db_filename(c->db, "main"));
}

void gn_transaction_forget_lock(struct gn_sqlite *c)
{
    if (atomic_load_explicit(&c->held_off, memory_order_relaxed))
        atomic_store_explicit(&c->held_off, false, memory_order_relaxed);
}

bool gn_transaction_needs_repair(const struct gn_sqlite *c)
{
    return c->wal && (c->log.suspect || c->log.leftover);
}

enum garner_code gn_transaction_begin(struct gn_sqlite *c,
                                      struct garner_error *err)
{
    enum garner_code code = gn_transaction_unstick(c, err);

    if (code == GARNER_OK)
        code = step_fixed(c, GN_FIXED_BEGIN, err);
    if (code != GARNER_OK)
        return code;
    gn_transaction_forget_lock(c);
    /* Until the log is surely on the disk, nothing may be called synced, and
     * nothing copied from it into the database. */
    if (gn_transaction_needs_repair(c))
        code = gn_log_repair(&c->log, err);
    if (code != GARNER_OK)
        gn_transaction_rollback(c);
    return code;
}

enum garner_code gn_transaction_commit(struct gn_sqlite *c,
                                       struct garner_error *err)
{
    return step_fixed(c, GN_FIXED_COMMIT, err);
}

enum garner_code gn_transaction_mark(struct gn_sqlite *c,
                                     struct garner_error *err)
{
    return step_fixed(c, GN_FIXED_MARK, err);
}

enum garner_code gn_transaction_keep(struct gn_sqlite *c,
                                     struct garner_error *err)
{
    return step_fixed(c, GN_FIXED_KEEP, err);
}

enum garner_code gn_transaction_undo(struct gn_sqlite *c,
                                     struct garner_error *err)
{
    enum garner_code code = step_fixed(c, GN_FIXED_UNDO, err);

    return code == GARNER_OK ? step_fixed(c, GN_FIXED_KEEP, err) : code;
}

enum garner_code gn_transaction_rewind(struct gn_sqlite *c,
                                       struct garner_error *err)
{
    return step_fixed(c, GN_FIXED_UNDO, err);
}
