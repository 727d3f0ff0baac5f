#include "store/driver/run.h"

#include "base/error.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"
#include "store/driver/value.h"

void gn_run_start(struct gn_sqlite *c)
{
    sqlite3_set_last_insert_rowid(c->db, 0);
}

/* A prepared statement of s with its arguments bound. */
static enum garner_code make_ready(struct gn_sqlite *c,
                                   const struct gn_statement *s,
                                   sqlite3_stmt **stmt,
                                   struct garner_error *err)
{
    enum garner_code code = gn_transaction_unstick(c, err);

    if (code == GARNER_OK)
        code = gn_cache_get(c->cache, s->sql, s->size, s->hash, stmt, err);
    return code == GARNER_OK ? gn_value_bind_all(*stmt, s, SQLITE_STATIC, err)
                             : code;
}

/* Steps a statement that is ready through to its end. */
static enum garner_code run_ready(struct gn_sqlite *c, sqlite3_stmt *stmt,
                                  struct garner_result *result,
                                  struct garner_error *err)
{
    const int64_t before = sqlite3_total_changes64(c->db);
    enum garner_code code = GARNER_OK;
    int rc;

    c->running = stmt;
    do
        rc = sqlite3_step(stmt);
    while (rc == SQLITE_ROW);
    c->running = NULL;
    gn_log_note(&c->log, rc);
    if (rc != SQLITE_DONE)
        code = gn_sqlite_fail(c->db, rc, sqlite3_sql(stmt), err);
    (void)sqlite3_reset(stmt); /* repeats the step's error */
    c->left_traces =
        code != GARNER_OK && sqlite3_total_changes64(c->db) != before;
    if (code != GARNER_OK)
        return code;
    /* Statements that are no DML leave the last one's count standing. */
    if (sqlite3_total_changes64(c->db) != before)
        result->changes += sqlite3_changes64(c->db);
    if (sqlite3_last_insert_rowid(c->db) != 0)
        result->last_rowid = sqlite3_last_insert_rowid(c->db);
    return GARNER_OK;
}

enum garner_code gn_run_one(struct gn_sqlite *c, const struct gn_statement *s,
                            struct garner_result *result,
                            struct garner_error *err)
{
    sqlite3_stmt *stmt;
    enum garner_code code = make_ready(c, s, &stmt, err);

    c->left_traces = false;
    return code == GARNER_OK ? run_ready(c, stmt, result, err) : code;
}

enum garner_code gn_run_whole(struct gn_sqlite *c, const struct gn_statement *s,
                              struct garner_result *result,
                              struct garner_error *err)
{
    sqlite3_stmt *stmt;
    enum garner_code code = make_ready(c, s, &stmt, err);
    bool marked = false;

    c->left_traces = false;
    if (code == GARNER_OK && gn_cache_may_fail_halfway(c->cache)) {
        code = gn_transaction_mark(c, err);
        marked = code == GARNER_OK;
    }
    c->guard.met_trigger = false;
    if (code == GARNER_OK)
        code = run_ready(c, stmt, result, err);
    if (c->guard.met_trigger)
        gn_cache_mark(c->cache);
    if (code == GARNER_OK && marked)
        code = gn_transaction_keep(c, err);
    if (code == GARNER_OK || !gn_transaction_is_open(c))
        return code;
    /* Without a mark it was prepared anew, with a trigger that was not there
     * before. */
    if (marked ? gn_transaction_undo(c, NULL) != GARNER_OK : c->left_traces)
        gn_transaction_rollback(c);
    return code;
}

/* What fails halfway commits its half if it is its own transaction; and a log
 * is repaired in one. */
static enum garner_code run_within(struct gn_sqlite *c, sqlite3_stmt *stmt,
                                   struct garner_result *result,
                                   struct garner_error *err)
{
    enum garner_code code = gn_transaction_begin(c, err);

    if (code != GARNER_OK)
        return code;
    code = run_ready(c, stmt, result, err);
    if (code == GARNER_OK)
        code = gn_transaction_commit(c, err);
    if (code != GARNER_OK)
        gn_transaction_rollback(c);
    return code;
}

enum garner_code gn_run_alone(struct gn_sqlite *c, const struct gn_statement *s,
                              struct garner_result *result,
                              struct garner_error *err)
{
    sqlite3_stmt *stmt;
    enum garner_code code = make_ready(c, s, &stmt, err);

    if (code != GARNER_OK)
        return code;
    if (gn_cache_may_fail_halfway(c->cache) || gn_transaction_needs_repair(c))
        return run_within(c, stmt, result, err);
    c->guard.met_trigger = false;
    c->alone = true;
    code = run_ready(c, stmt, result, err);
    c->alone = false;
    if (code == GARNER_OK)
        gn_transaction_forget_lock(c);
    if (!c->guard.met_trigger)
        return code;
    /* It was prepared anew, with a trigger that was not there before. */
    gn_cache_mark(c->cache);
    if (code == GARNER_OK) /* it changed nothing: else it was refused */
        return code;
    gn_run_start(c);
    return run_within(c, stmt, result, err);
}

bool gn_run_left_traces(const struct gn_sqlite *c)
{
    return c->left_traces;
}
