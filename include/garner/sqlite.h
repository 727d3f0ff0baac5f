/*
 * garner/sqlite.h - the way out: SQLite's own connections, lent.
 *
 * For what only they can do: functions and collations of one's own, hooks,
 * backups page by page, another interface on top. It is no part of
 * garner/garner.h, and ties its user to SQLite. Link the same libsqlite3 as
 * libgarner does: a second copy in a process loses data
 * (https://sqlite.org/howtocorrupt.html section 2.2.1).
 *
 * A loan of the write connection is the store's turn to write, as a transaction
 * is (garner/tx.h), but without one: its borrower begins and ends what it
 * likes. Nobody else writes until it is given back, in any process; who waits
 * in vain is told whose it is. It has no deadline: give it back soon.
 *
 * What the store relies on stays: the busy handler, the hooks of commits and of
 * the log, the authorizer and the progress handler. The last two pass on to the
 * borrower's (garner_sqlite_set_authorizer, garner_sqlite_set_progress); do not
 * set any of them with SQLite's own calls. Of a database in a file "PRAGMA
 * journal_mode=", "locking_mode=", "busy_timeout=" and "wal_autocheckpoint=" do
 * nothing (without a value they tell). Other settings last, and TEMP tables and
 * attached databases with them, for whatever runs on the write connection.
 *
 * Thread: a loan belongs to one thread at a time; it may be handed on between
 * calls. The thread that took one gets MISUSE from calls on the store that
 * would wait for it (garner_exec, garner_begin ...). In a forked child every
 * call says MISUSE, and garner_sqlite_give does nothing.
 */
#ifndef GARNER_SQLITE_H
#define GARNER_SQLITE_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;

/* Called with the connections of a store; any may be NULL. No call on the store
 * may be made from them. Thread: whichever opens or closes the connection. */
struct garner_sqlite_hooks {
    /* One has been opened: the writer, or one that only reads. Returns SQLite's
     * result; what is not SQLITE_OK makes the opening fail. */
    int (*opened)(struct sqlite3 *db, bool writer, void *context);
    /* One is about to be closed: its statements must be finalized by now. */
    void (*closing)(struct sqlite3 *db, void *context);
    void *context;
};

/* As garner_open, with hooks, which must last as long as the store. Not for a
 * farm: UNSUPPORTED. */
GARNER_CHECKED GARNER_API enum garner_code
garner_sqlite_open(const char *url, const struct garner_options *options,
                   const struct garner_sqlite_hooks *hooks,
                   struct garner_store **store, struct garner_error *err);

struct garner_loan;

/*
 * Waits up to timeout_ms for the turn to write, in the order of arrival, and
 * lends the write connection. Commits on it sync if the store's ack is SYNCED.
 * It meets foreign locks with up to timeout_ms of waiting each time.
 * Errors: those of garner_begin, and UNSUPPORTED for a farm.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_sqlite_take(struct garner_store *store, int timeout_ms,
                   struct garner_loan **loan, struct garner_error *err);

/*
 * Lends a connection that reads; waits for one up to timeout_ms. It refuses
 * what a store's reader refuses: writes, ATTACH, transactions. Its snapshot is
 * that of the statement under way; a new one sees all that was acknowledged.
 * Errors: TIMEOUT (all are in use: the oldest is named), UNSUPPORTED (a farm; a
 * database without WAL, as in memory, which has but one connection: take it),
 * MISUSE, BUSY, IO, CORRUPT, NOMEM.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_sqlite_lend_reader(struct garner_store *store, int timeout_ms,
                          struct garner_loan **loan, struct garner_error *err);

/* The connection that was lent. It is opened without a mutex of its own. */
GARNER_API struct sqlite3 *garner_sqlite_db(const struct garner_loan *loan);

/* Others that wait are told that the borrower runs this. Copies the beginning
 * of sql. */
GARNER_API void garner_sqlite_note(struct garner_loan *loan, const char *sql);

/* Calls authorizer, with context, for what is prepared while the write
 * connection is lent (https://sqlite.org/c3ref/set_authorizer.html), from now
 * on, in later loans too; NULL: nothing. All its statements are prepared anew.
 * A reader has none: nothing happens. */
typedef int garner_sqlite_authorizer(void *context, int action,
                                     const char *first, const char *second,
                                     const char *database, const char *trigger);
GARNER_API void
garner_sqlite_set_authorizer(struct garner_loan *loan,
                             garner_sqlite_authorizer *authorizer,
                             void *context);

/* Calls progress, with context, about every so many steps of SQLite's machine
 * (https://sqlite.org/c3ref/progress_handler.html) while this connection is
 * lent, in later loans too; what is not 0 interrupts. More than 4,000 steps are
 * taken for 4,000. NULL: nothing. */
typedef int garner_sqlite_progress(void *context);
GARNER_API void garner_sqlite_set_progress(struct garner_loan *loan, int steps,
                                           garner_sqlite_progress *progress,
                                           void *context);

/*
 * Gives the connection back and frees the loan. NULL is fine. A transaction
 * that is open is rolled back; in file databases statements that are under way
 * are reset. After garner_close it only frees the loan: that takes back what
 * its own thread has taken, and waits for what others have; of readers up to
 * the store's timeout_ms.
 */
GARNER_API void garner_sqlite_give(struct garner_loan *loan);

#ifdef __cplusplus
}
#endif

#endif
