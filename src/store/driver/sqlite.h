/*
 * sqlite.h - one connection to a SQLite database, for writing or for reading
 * (cursor.h).
 *
 * Thread: one at a time (opened with SQLITE_OPEN_NOMUTEX). A store never reads
 * anything from a connection later: results travel with their batch.
 * It never opens the database's files by itself (close() would drop SQLite's
 * locks: https://sqlite.org/howtocorrupt.html section 2.2).
 */
#ifndef GN_STORE_DRIVER_SQLITE_H
#define GN_STORE_DRIVER_SQLITE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"
#include "garner/value.h"
#include "store/commit/batch.h"

struct garner_sqlite_hooks;
struct gn_place;
struct gn_sqlite;

struct gn_sqlite_options {
    const char *path; /* a file, or ":memory:" */
    bool writer;      /* else reads only */
    bool create;
    bool read_only;  /* of the file: the database itself may not be written */
    bool no_trace;   /* of read_only: no file is made beside the database */
    bool network_fs; /* a log may be on a network file system, too */
    bool foreign_keys;
    size_t statements;   /* prepared statements kept */
    size_t wal_bytes;    /* the log's file is cut to it when it starts anew */
    bool keep_log;       /* it is another's to checkpoint: neither cut, nor made
                            longer than its frames, nor copied when closed */
    int64_t deadline_ns; /* of waits while opening */
    /* Where the files are: noted by the first connection that is opened with
     * it; another that finds others there is refused. Borrowed as long as any
     * is open; may be NULL. */
    struct gn_place *place;
    /* Called with each connection; borrowed as place is; may be NULL. */
    const struct garner_sqlite_hooks *hooks;
};

/* Opens a connection; a writer puts the database into WAL mode, if it can.
 * Errors: as garner_open. */
enum garner_code gn_sqlite_open(const struct gn_sqlite_options *options,
                                struct gn_sqlite **out,
                                struct garner_error *err);
/* NULL is fine. The last writer to close checkpoints the log. */
void gn_sqlite_close(struct gn_sqlite *c);

/* The database's file; "" in memory. Lives as long as c. */
const char *gn_sqlite_path(const struct gn_sqlite *c);

/* true: the database is in WAL mode, so that readers need not wait. */
bool gn_sqlite_is_wal(const struct gn_sqlite *c);

/* true: its header says that it has a log, whether that can be used or not. */
bool gn_sqlite_is_marked(const struct gn_sqlite *c);

/* Waits for foreign locks, and works, no longer than deadline_ns of the
 * monotonic clock (INT64_MAX: without end). */
void gn_sqlite_set_busy_deadline(struct gn_sqlite *c, int64_t deadline_ns);
void gn_sqlite_set_work_deadline(struct gn_sqlite *c, int64_t deadline_ns);

/* What works on it ends with TIMEOUT as soon as it sees that *stop (borrowed,
 * set by any thread) is not 0; NULL: nothing stops it. */
void gn_sqlite_set_stop(struct gn_sqlite *c, const atomic_uint *stop);

/* Calls slow (on the connection's thread) with each statement of gn_sqlite_run
 * and its kin that works long enough to be worth a word, once or more often. */
void gn_sqlite_on_slow(struct gn_sqlite *c,
                       void (*slow)(void *context, const char *sql),
                       void *context);

/* true: it waits for a foreign lock, or its last transaction could not begin
 * because of one. Thread: any. */
bool gn_sqlite_is_held_off(const struct gn_sqlite *c);

/* Commits from now on sync the log before they return, or do not
 * (https://sqlite.org/pragma.html#pragma_synchronous, FULL or NORMAL). */
enum garner_code gn_sqlite_set_sync(struct gn_sqlite *c, bool sync,
                                    struct garner_error *err);

/* BEGIN IMMEDIATE. After a sync that failed, the log is written anew (log.h)
 * before anything else is done. Errors: BUSY, IO, CORRUPT, NOMEM. */
enum garner_code gn_sqlite_begin(struct gn_sqlite *c, struct garner_error *err);
/* On an error the transaction may be open still: roll back. Errors:
 * CONSTRAINT (a deferred foreign key), IO, BUSY, NOMEM. */
enum garner_code gn_sqlite_commit(struct gn_sqlite *c,
                                  struct garner_error *err);
/* Where even that fails, for want of memory, it is tried again before anything
 * else is run: until then all gives NOMEM. */
void gn_sqlite_rollback(struct gn_sqlite *c);
/* false after a statement that should run in one: SQLite rolled all back. */
bool gn_sqlite_in_transaction(const struct gn_sqlite *c);

/* A batch starts: last_insert_rowid() is 0 until it inserts, and is kept from
 * one of its statements to the next. */
void gn_sqlite_start(struct gn_sqlite *c);

/* A savepoint in the transaction: set, kept, undone, undone and still set. They
 * nest. Errors: NOMEM, IO. */
enum garner_code gn_sqlite_mark(struct gn_sqlite *c, struct garner_error *err);
enum garner_code gn_sqlite_keep(struct gn_sqlite *c, struct garner_error *err);
enum garner_code gn_sqlite_undo(struct gn_sqlite *c, struct garner_error *err);
enum garner_code gn_sqlite_rewind(struct gn_sqlite *c,
                                  struct garner_error *err);

/* Runs one statement; adds to *result. Errors: as garner_exec, and in
 * gn_sqlite_left_traces whether the failed one may have left changes: OR FAIL
 * and RAISE(FAIL) do (https://sqlite.org/lang_conflict.html). */
enum garner_code gn_sqlite_run(struct gn_sqlite *c,
                               const struct gn_statement *s,
                               struct garner_result *result,
                               struct garner_error *err);
bool gn_sqlite_left_traces(const struct gn_sqlite *c);

/* Runs one statement in a transaction; on any error it had no effect, or all
 * was rolled back. */
enum garner_code gn_sqlite_run_whole(struct gn_sqlite *c,
                                     const struct gn_statement *s,
                                     struct garner_result *result,
                                     struct garner_error *err);

/* Runs one statement as a transaction of its own, which is an eighth cheaper
 * than one around it. BUSY: a foreign lock; it may be run again. On any error
 * it had no effect. */
enum garner_code gn_sqlite_run_alone(struct gn_sqlite *c,
                                     const struct gn_statement *s,
                                     struct garner_result *result,
                                     struct garner_error *err);

/* When the last commit that syncs began, by the monotonic clock; 0: none did
 * since this was asked before. */
int64_t gn_sqlite_take_commit_ns(struct gn_sqlite *c);

/* Syncs the log unless all in it is synced already, so that all that was
 * committed before lasts. Errors: IO; BUSY, NOMEM (as gn_sqlite_begin). */
enum garner_code gn_sqlite_sync_log(struct gn_sqlite *c,
                                    struct garner_error *err);

/* How often a statement, a commit or a checkpoint failed because the disk did;
 * a full one is not meant. */
uint64_t gn_sqlite_disk_failures(const struct gn_sqlite *c);

/* true: the database's file, or its log, is no longer where it was opened; what
 * is written would be lost (place.h). *err says so, with IO. */
bool gn_sqlite_has_moved(struct gn_sqlite *c, struct garner_error *err);

/* Bytes of the log in use after the last commit; 0: not known yet. */
size_t gn_sqlite_log_bytes(const struct gn_sqlite *c);

#endif
