/*
 * tx.c - garner/tx.h: a transaction is leadership held over several calls
 * (hold.h).
 */
#include "store/tx.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/commit/lead.h"
#include "store/driver/run.h"
#include "store/driver/transaction.h"
#include "store/handle.h"
#include "store/rows/held.h"

struct garner_tx {
    struct gn_hold hold;
    size_t depth;                /* savepoints set */
    struct garner_result result; /* of all its statements */
};

enum garner_code gn_tx_hold(struct garner_tx *tx, struct gn_hold **hold,
                            struct garner_error *err)
{
    if (tx == NULL)
        return gn_fail(err, GARNER_MISUSE, "the transaction is NULL");
    *hold = &tx->hold;
    return GARNER_OK;
}

void garner_tx_options_init(struct garner_tx_options *options)
{
    *options = (struct garner_tx_options){
        .timeout_ms = 60000,
        .idle_ms = 10000,
        .ack = GARNER_SYNCED,
    };
}

static enum garner_code check_options(const struct garner_tx_options *o,
                                      struct garner_error *err)
{
    if (o->timeout_ms < 1 || o->idle_ms < 1)
        return gn_fail(err, GARNER_MISUSE,
                       "timeout_ms and idle_ms are 1 or more: start from "
                       "garner_tx_options_init");
    if (o->ack != GARNER_SYNCED && o->ack != GARNER_COMMITTED &&
        o->ack != GARNER_QUEUED)
        return gn_fail(err, GARNER_MISUSE, "ack is no level: %d", (int)o->ack);
    return GARNER_OK;
}

/* Keys of a farm's shard are being moved, and there is time to wait. */
static bool is_worth_while(enum garner_code code, const struct gn_shard *s,
                           int64_t deadline_ns)
{
    return code == GARNER_BUSY && s->gate != NULL &&
           gn_clock_monotonic_ns() < deadline_ns;
}

static enum garner_code begin(const struct garner_store *store,
                              struct gn_shard *s,
                              const struct garner_tx_options *o,
                              struct garner_tx **tx, struct garner_error *err)
{
    const struct gn_hold_terms terms = {
        .life_ns = o->timeout_ms * INT64_C(1000000),
        .idle_ns = o->idle_ms * INT64_C(1000000),
        .sync = o->ack == GARNER_SYNCED,
    };
    const int64_t deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms);
    struct gn_target target = {.shard = s};
    struct garner_tx *t = gn_alloc(sizeof *t);
    enum garner_code code;

    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "a transaction");
    for (;;) {
        code = gn_hold_begin(&t->hold, s->commit, s->watch, &terms, deadline_ns,
                             err);
        if (!is_worth_while(code, s, deadline_ns))
            break;
        code = gn_handle_again(store, &target, deadline_ns, err);
        if (code != GARNER_OK)
            break;
    }
    if (code == GARNER_OK)
        *tx = t;
    else
        gn_free(t);
    return code;
}

enum garner_code garner_begin(struct garner_store *store,
                              const struct garner_tx_options *options,
                              struct garner_tx **tx, struct garner_error *err)
{
    struct garner_tx_options defaults;
    struct gn_shard *s;
    enum garner_code code;

    if (tx == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_begin: tx is NULL");
    *tx = NULL;
    code = gn_handle_writes(store, &s, err);
    if (code == GARNER_OK && options != NULL)
        code = check_options(options, err);
    if (code != GARNER_OK)
        return code;
    garner_tx_options_init(&defaults);
    defaults.ack = s->options.ack;
    return begin(store, s, options != NULL ? options : &defaults, tx, err);
}

/* A call comes in, with an argument that must be there. */
static enum garner_code enter(struct garner_tx *tx, bool complete,
                              struct garner_error *err)
{
    if (tx == NULL || !complete)
        return gn_fail(err, GARNER_MISUSE, "a NULL argument");
    return gn_hold_enter(&tx->hold, err);
}

static enum garner_code run(struct garner_tx *tx, const struct gn_statement *s,
                            struct garner_result *result)
{
    struct garner_result own = {0};
    enum garner_code code;

    gn_lead_note(tx->hold.commit, s->sql, s->size);
    code = gn_run_whole(tx->hold.connection, s, &own, &tx->hold.error);
    if (code != GARNER_OK)
        return code;
    tx->hold.statements++;
    tx->result.changes += own.changes;
    tx->result.last_rowid = own.last_rowid;
    if (result != NULL)
        *result = own;
    return GARNER_OK;
}

enum garner_code garner_tx_exec(struct garner_tx *tx, const char *sql,
                                const struct garner_value *args, size_t count,
                                struct garner_result *result,
                                struct garner_error *err)
{
    const bool complete = sql != NULL && (args != NULL || count == 0);
    struct gn_statement statement;
    enum garner_code code;

    if (result != NULL)
        *result = (struct garner_result){0};
    code = enter(tx, complete, err);
    if (code != GARNER_OK)
        return code;
    gn_statement_init(&statement, sql, args, count);
    code = gn_hold_leave(&tx->hold, run(tx, &statement, result), err);
    if (code != GARNER_OK && result != NULL)
        *result = (struct garner_result){0};
    return code;
}

enum garner_code garner_tx_query(struct garner_tx *tx, const char *sql,
                                 const struct garner_value *args, size_t count,
                                 struct garner_rows **rows,
                                 struct garner_error *err)
{
    const bool complete =
        sql != NULL && rows != NULL && (args != NULL || count == 0);
    struct gn_statement statement;
    enum garner_code code;

    if (rows != NULL)
        *rows = NULL;
    code = enter(tx, complete, err);
    if (code != GARNER_OK)
        return code;
    gn_statement_init(&statement, sql, args, count);
    gn_lead_note(tx->hold.commit, sql, statement.size);
    code = gn_hold_leave(&tx->hold, gn_rows_hold(&tx->hold, &statement, rows),
                         err);
    if (code != GARNER_OK) {
        garner_rows_close(*rows); /* open already when a deadline passed */
        *rows = NULL;
    }
    return code;
}

enum garner_code garner_tx_savepoint(struct garner_tx *tx,
                                     struct garner_error *err)
{
    enum garner_code code = enter(tx, true, err);

    if (code != GARNER_OK)
        return code;
    code = gn_transaction_mark(tx->hold.connection, &tx->hold.error);
    tx->depth += code == GARNER_OK;
    return gn_hold_leave(&tx->hold, code, err);
}

typedef enum garner_code savepoint_call(struct gn_sqlite *c,
                                        struct garner_error *err);

static enum garner_code at_savepoint(struct garner_tx *tx, savepoint_call *call,
                                     struct garner_error *err)
{
    enum garner_code code = enter(tx, true, err);

    if (code != GARNER_OK)
        return code;
    if (tx->depth == 0)
        code = gn_fail(&tx->hold.error, GARNER_MISUSE,
                       "no savepoint is set in this transaction; call "
                       "garner_tx_savepoint before");
    else
        code = call(tx->hold.connection, &tx->hold.error);
    return gn_hold_leave(&tx->hold, code, err);
}

enum garner_code garner_tx_release(struct garner_tx *tx,
                                   struct garner_error *err)
{
    const enum garner_code code = at_savepoint(tx, gn_transaction_keep, err);

    if (code == GARNER_OK)
        tx->depth--;
    return code;
}

enum garner_code garner_tx_rollback_to(struct garner_tx *tx,
                                       struct garner_error *err)
{
    return at_savepoint(tx, gn_transaction_rewind, err);
}

enum garner_code garner_commit(struct garner_tx *tx,
                               struct garner_result *result,
                               struct garner_error *err)
{
    enum garner_code code;

    if (result != NULL)
        *result = (struct garner_result){0};
    if (tx == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_commit: tx is NULL");
    code = gn_hold_commit(&tx->hold, err);
    if (code != GARNER_OK)
        return code;
    if (result != NULL)
        *result = tx->result;
    garner_rollback(tx); /* it has ended: that frees it */
    return GARNER_OK;
}

void garner_rollback(struct garner_tx *tx)
{
    if (tx != NULL && gn_hold_close(&tx->hold))
        gn_free(tx);
}
