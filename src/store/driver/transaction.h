/*
 * transaction.h - a writer's transactions, and the savepoints in them.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_TRANSACTION_H
#define GN_STORE_DRIVER_TRANSACTION_H

#include "store/driver/sqlite.h"

/* Once, when a writer is opened. Errors: NOMEM, those of preparing. */
enum garner_code gn_transaction_prepare(struct gn_sqlite *c,
                                        struct garner_error *err);

/* BEGIN IMMEDIATE. After a sync that failed, the log is written anew (log.h)
 * before anything else is done. Errors: BUSY, IO, CORRUPT, NOMEM. */
enum garner_code gn_transaction_begin(struct gn_sqlite *c,
                                      struct garner_error *err);
/* On an error the transaction may be open still: roll back. Errors:
 * CONSTRAINT (a deferred foreign key), IO, BUSY, NOMEM. */
enum garner_code gn_transaction_commit(struct gn_sqlite *c,
                                       struct garner_error *err);
/* Where even that fails, for want of memory, it is tried again before anything
 * else is run: until then all gives NOMEM. */
void gn_transaction_rollback(struct gn_sqlite *c);
/* false after a statement that should run in one: SQLite rolled all back. */
bool gn_transaction_is_open(const struct gn_sqlite *c);

/* A savepoint in the transaction: set, kept, undone, undone and still set. They
 * nest. Errors: NOMEM, IO. */
enum garner_code gn_transaction_mark(struct gn_sqlite *c,
                                     struct garner_error *err);
enum garner_code gn_transaction_keep(struct gn_sqlite *c,
                                     struct garner_error *err);
enum garner_code gn_transaction_undo(struct gn_sqlite *c,
                                     struct garner_error *err);
enum garner_code gn_transaction_rewind(struct gn_sqlite *c,
                                       struct garner_error *err);

/* Before anything else is run: rolls back what could not be before. Until then
 * nothing may be done, nor seen of it. Errors: NOMEM. */
enum garner_code gn_transaction_unstick(struct gn_sqlite *c,
                                        struct garner_error *err);

/* true: the next transaction writes the log anew first. */
bool gn_transaction_needs_repair(const struct gn_sqlite *c);

/* It is held off no longer: a transaction could begin. */
void gn_transaction_forget_lock(struct gn_sqlite *c);

#endif
