/*
 * garner/tx.h - interactive transactions: read, decide, write, commit.
 *
 * A transaction is the store's turn to write, held by one thread over several
 * calls: nobody else writes until it ends, in any process, so what it has read
 * stays true. It sees its own writes; others see them once it has committed.
 * Where a batch (garner/write.h) will do, take one: batches of many threads
 * share one commit, a transaction has its own.
 *
 * Deadlines: since all others wait, a transaction has a longest life and a
 * longest idle time between its calls. One that is over is rolled back, even
 * while its thread does something else, and a statement that runs too long is
 * interrupted; the next call on it says so (TIMEOUT). Others that waited in
 * vain are told whose transaction it was, and what it ran.
 *
 * Thread: a transaction and its cursors belong to one thread at a time; it may
 * be handed on between calls. The thread that called last counts as its own: a
 * call of that thread on the store that would wait for the transaction
 * (garner_exec, garner_begin, garner_flush ...) is MISUSE; garner_query is not,
 * and sees what was committed before (but in databases without WAL, where it
 * would wait, too). Not from a done callback. In a forked child each call says
 * MISUSE.
 *
 * Once it was rolled back (a deadline, a full disk, no memory, OR ROLLBACK, a
 * closed store), each call on it returns the reason; only garner_rollback frees
 * it then. Others do not wait for that.
 */
#ifndef GARNER_TX_H
#define GARNER_TX_H

#include "garner/read.h"
#include "garner/store.h"
#include "garner/value.h"
#include "garner/write.h"

#ifdef __cplusplus
extern "C" {
#endif

struct garner_tx;

/* Set all fields with garner_tx_options_init, then change what you want. */
struct garner_tx_options {
    int timeout_ms;      /* longest life, 1 or more; default 60,000 */
    int idle_ms;         /* longest time between calls; default 10,000 */
    enum garner_ack ack; /* of its commit; default SYNCED. (QUEUED is taken
                            for COMMITTED: a commit has always happened) */
};

GARNER_API void garner_tx_options_init(struct garner_tx_options *options);

/*
 * Waits for its turn to write, up to the store's timeout_ms and in the order of
 * arrival, and begins a transaction. Borrows options; NULL: the defaults, with
 * the store's ack.
 * Errors: TIMEOUT (its turn did not come in time), BUSY (another process, or a
 * connection that is not garner's, had the database past the deadline), FULL
 * (no room in the queue in time), MISUSE (this thread has one; an option out of
 * its range), UNSUPPORTED (read-only store), CLOSED, IO, CORRUPT, NOMEM. *tx is
 * NULL then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_begin(struct garner_store *store,
             const struct garner_tx_options *options, struct garner_tx **tx,
             struct garner_error *err);

/*
 * Runs one statement with its arguments. Borrows all; *result (may be NULL)
 * says what it changed, and the rowid of the transaction's last successful
 * INSERT so far. It may hold no transaction control; rows that it returns
 * (RETURNING) are dropped.
 * Errors: SQL, CONSTRAINT, IO, CORRUPT, NOMEM, TIMEOUT, CLOSED. The statement
 * had no effect then; the transaction goes on, unless the message says that it
 * was rolled back.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_exec(struct garner_tx *tx, const char *sql,
               const struct garner_value *args, size_t count,
               struct garner_result *result, struct garner_error *err);

/*
 * A cursor in the transaction (garner/read.h), which sees what it has written.
 * Several may be open; whether one sees what is written into its table while
 * it is read is not defined. The end of the transaction ends it (its next
 * garner_next says so); it is still to be closed, before or after.
 * Errors: as garner_query, without waiting; and as garner_tx_exec.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_query(struct garner_tx *tx, const char *sql,
                const struct garner_value *args, size_t count,
                struct garner_rows **rows, struct garner_error *err);

/*
 * Savepoints, nested: garner_tx_savepoint sets one; garner_tx_release drops the
 * innermost, keeping what was done since; garner_tx_rollback_to undoes what was
 * done since the innermost, which stays set. A commit keeps all.
 * Errors: MISUSE (none is set), IO, NOMEM, TIMEOUT, CLOSED.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_savepoint(struct garner_tx *tx, struct garner_error *err);
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_release(struct garner_tx *tx, struct garner_error *err);
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_rollback_to(struct garner_tx *tx, struct garner_error *err);

/*
 * Commits. On OK it is acknowledged at its level and freed; *result (may be
 * NULL) says what all its statements did. A commit that has begun is not ended
 * by a deadline.
 * Errors: CONSTRAINT (a deferred foreign key) and BUSY (a reader, in databases
 * without WAL): it is open still, to be mended and committed, or rolled back;
 * its cursors have ended. IO, NOMEM, TIMEOUT, CLOSED: it was rolled back.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_commit(struct garner_tx *tx, struct garner_result *result,
              struct garner_error *err);

/* Undoes all, unless that was done already, and frees tx. NULL is fine. It may
 * come after garner_close, which rolls back what is open: at once if it is the
 * calling thread's, else when it lasts past the store's timeout_ms. */
GARNER_API void garner_rollback(struct garner_tx *tx);

#ifdef __cplusplus
}
#endif

#endif
