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

/* Calls slow (on the connection's thread) with each statement of gn_run_one
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

/* When the last commit that syncs began, by the monotonic clock; 0: none did
 * since this was asked before. */
int64_t gn_sqlite_take_commit_ns(struct gn_sqlite *c);

/* Syncs the log unless all in it is synced already, so that all that was
 * committed before lasts. Errors: IO; BUSY, NOMEM (as gn_transaction_begin). */
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
