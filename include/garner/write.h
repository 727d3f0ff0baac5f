/*
 * garner/write.h - writing: one statement, a batch, or a batch for later.
 *
 * Threads that write at the same time share transactions (group commit), and
 * still each gets its own result: a failing batch leaves no trace and harms no
 * other. Statements may hold no transaction control (BEGIN, COMMIT, ROLLBACK,
 * SAVEPOINT, RELEASE): a batch is the transaction. Rows that a statement
 * returns (RETURNING) are dropped. last_insert_rowid() in a statement is that
 * of an earlier one of its batch.
 */
#ifndef GARNER_WRITE_H
#define GARNER_WRITE_H

#include "garner/store.h"
#include "garner/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a batch did. */
struct garner_result {
    int64_t changes;    /* rows inserted, updated or deleted, all statements */
    int64_t last_rowid; /* of the last successful INSERT in it; 0 if none */
};

/*
 * Runs one statement with its arguments and returns when it is acknowledged
 * at the store's level. Borrows all; *result may be NULL. sql is one statement;
 * count must be the number of its parameters.
 * Errors: SQL (does not prepare, or wrong count), CONSTRAINT, BUSY (a foreign
 * connection held the database past the deadline), FULL (no room in the queue
 * in time), TIMEOUT (its turn did not come in time: it has not been and will
 * not be run), IO (disk full among them), CORRUPT, CLOSED, UNSUPPORTED
 * (read-only store), NOMEM. On any error the statement had no effect; only if
 * the process dies in the very moment of an IO may it be found done.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_exec(struct garner_store *store, const char *sql,
            const struct garner_value *args, size_t count,
            struct garner_result *result, struct garner_error *err);

/* Statements that commit together or not at all. Belongs to one thread at a
 * time. */
struct garner_batch;

/* Gives an empty batch in *batch. Errors: NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_batch_new(struct garner_batch **batch, struct garner_error *err);

/* Frees a batch that was not handed over. NULL is fine. */
GARNER_API void garner_batch_free(struct garner_batch *batch);

/* Appends a statement; copies sql and the values. Errors: NOMEM (the batch is
 * as it was). */
GARNER_CHECKED GARNER_API enum garner_code
garner_batch_add(struct garner_batch *batch, const char *sql,
                 const struct garner_value *args, size_t count,
                 struct garner_error *err);

/* Sets what this batch waits for, in place of the store's option. */
GARNER_API void garner_batch_set_ack(struct garner_batch *batch,
                                     enum garner_ack ack);

/* Sets how long this batch may wait (0: not at all), in place of the store's
 * option. */
GARNER_API void garner_batch_set_timeout(struct garner_batch *batch,
                                         int timeout_ms);

/* Empties a batch, keeping its memory and settings for the next use. */
GARNER_API void garner_batch_clear(struct garner_batch *batch);

/* Statements in the batch. */
GARNER_API size_t garner_batch_count(const struct garner_batch *batch);

/* Runs the batch as one transaction and returns when it is acknowledged.
 * Borrows the batch, which stays the caller's (at level GARNER_QUEUED the
 * store takes a copy). An empty batch is acknowledged at once.
 * Errors: as garner_exec; the message names the statement that failed. */
GARNER_CHECKED GARNER_API enum garner_code
garner_write(struct garner_store *store, struct garner_batch *batch,
             struct garner_result *result, struct garner_error *err);

/* Called when a submitted batch is settled; err is NULL when all went well,
 * else it says what failed. Both are borrowed for the call. */
typedef void garner_done(void *context, const struct garner_result *result,
                         const struct garner_error *err);

/*
 * Hands the batch over and returns at once, or, when the queue is full, as
 * soon as there is room, within the batch's timeout. Takes the batch on OK
 * only. done (may be NULL) is then called exactly once, when the batch is
 * acknowledged at its level or failed, on a thread of the store, which holds
 * no lock; it may call the store, except garner_close, but what it waits for
 * there (a write, garner_flush) the callbacks after it wait for, too. When the
 * call fails, done is never called.
 * Errors: FULL, CLOSED, UNSUPPORTED, NOMEM.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_submit(struct garner_store *store, struct garner_batch *batch,
              garner_done *done, void *context, struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
