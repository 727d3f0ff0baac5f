/*
 * garner/store.h - a store: one SQLite database that any thread may write to
 * and read from at the same time.
 *
 * Thread: every call on a store may be made from any thread, except that
 * garner_close must be the last one.
 * Processes: any number may open the same file; those that write take turns,
 * fairly, by locks on a small file beside it (DATABASE-turn). After fork the
 * child may not use its parent's store: every call says MISUSE (garner_close
 * does nothing); it may open its own.
 */
#ifndef GARNER_STORE_H
#define GARNER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct garner_store;

/* What has happened before a write is acknowledged. An acknowledgement is
 * true: what it names has happened before the call returns. */
enum garner_ack {
    /* Committed, and the log synced to the disk: survives a power failure. */
    GARNER_SYNCED = 0,
    /* Committed: survives the death of the process, not of the machine. */
    GARNER_COMMITTED,
    /* Accepted into the queue in memory; garner_flush and garner_close see to
     * the rest, the death of the process does not. */
    GARNER_QUEUED,
};

/* Who copies the log into the database. */
enum garner_checkpoint {
    /* The store: past wal_bytes, in idle gaps, and when it is closed. */
    GARNER_CHECKPOINT_AUTO = 0,
    /* Another program, as Litestream, which ships the log's frames before it
     * copies them. The store then never checkpoints, nor cuts the log or makes
     * it longer than its frames; it is kept when the store is closed, and grows
     * as long as that program lets it. All stores on the file must say so. */
    GARNER_CHECKPOINT_EXTERNAL,
};

/* Set all fields with garner_options_init, then change what you want. */
struct garner_options {
    enum garner_ack ack;     /* of writes that don't say; default SYNCED */
    int timeout_ms;          /* longest wait of a call; default 30,000 */
    size_t queue_statements; /* most that may wait; default 65,536 */
    size_t queue_bytes;      /* most that may wait; default 64 MiB */
    size_t group_statements; /* most in one transaction; default 4,096 */
    size_t group_bytes;      /* most in one transaction; default 16 MiB */
    int gather_ms;           /* asynchronous work gathers so long; default 20 */
    int readers;             /* most read connections; default 2 per core */
    size_t statements;       /* prepared statements kept a connection; 128 */
    size_t wal_bytes;        /* the log is checkpointed past it; 4 MiB */
    size_t wal_most_bytes;   /* ... and past it old cursors end; 256 MiB */
    int max_read_age_ms;     /* ... that are older; 60,000; 0: none ends */
    /* Open for reading alone; default false. Where nothing may be written
     * beside the database (a read-only mount) and its log is empty, it is read
     * without locks: should others write to it then, queries end in IO. */
    bool read_only;
    bool create;       /* make the database if missing; default true */
    bool foreign_keys; /* enforce them; default false, as SQLite */
    /* Allow a log on a network file system (NFS, SMB, 9p, FUSE, ...), which is
     * refused otherwise; default false. It loses data unless all who open the
     * database are on one machine. */
    bool network_fs;
    enum garner_checkpoint checkpoint; /* default AUTO */
};

GARNER_API void garner_options_init(struct garner_options *options);

/*
 * Opens the database that url names, and makes *store of it:
 *   path, sqlite:path, sqlite:///absolute/path   a file
 *   :memory:, sqlite::memory:                    a private one in memory
 *   path?shards=N, sqlite:path?shards=N          a farm (garner/farm.h): a
 *                                                folder of N files
 * A folder without "?shards=N" is a farm that is there. What follows the last
 * "?" is an option if it starts like one, NAME=; but a file that is there under
 * the whole of a plain path is that file.
 * Borrows url and options (NULL: the defaults). A file database is put into
 * WAL mode (https://sqlite.org/wal.html); where that cannot be (no shared
 * memory), and in memory, reads and writes take turns on one connection.
 * If nothing in the process has used SQLite before, its memory statistics
 * (SQLITE_CONFIG_MEMSTATUS) are turned off, since all threads would share a
 * lock for them: sqlite3_memory_used() and SQLite's heap limits do nothing
 * then. A program that wants them calls sqlite3_initialize() first.
 * Errors: NOTFOUND (no such file or folder), IO, CORRUPT (not a database),
 * BUSY (locked past timeout_ms), UNSUPPORTED (the URL), MISUSE (an option out
 * of its range), NOMEM. *store is NULL then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_open(const char *url, const struct garner_options *options,
            struct garner_store **store, struct garner_error *err);

/* Copies into *options what the store was opened with. */
GARNER_API void garner_options_of(const struct garner_store *store,
                                  struct garner_options *options);

/* Refuses new work (who waits for room in the queue gets CLOSED), commits and
 * syncs all that was accepted, runs the callbacks that are due, and frees the
 * store. Cursors and blobs that are open end: their next call says CLOSED, and
 * they are still to be closed themselves; one that a thread is stepping is
 * waited for, up to timeout_ms. An open transaction is rolled back
 * (garner/tx.h). NULL is fine. Not from a done callback. */
GARNER_API void garner_close(struct garner_store *store);

/* Waits until all that was accepted before the call is committed and synced.
 * Errors: TIMEOUT; or the first failure of a GARNER_QUEUED write without a
 * callback since the last flush, so that it is never silent. */
GARNER_CHECKED GARNER_API enum garner_code
garner_flush(struct garner_store *store, struct garner_error *err);

/* How many of something were measured since garner_open, and how large they
 * were: half of them at most p50, 99 of a hundred at most p99 (true to 6 %).
 * All 0 as long as there was none. */
struct garner_spread {
    uint64_t count;
    int64_t sum;
    int64_t p50;
    int64_t p99;
    int64_t max;
};

/* Counters since garner_open, and gauges (as they are now). Until version 1.0
 * the struct may grow with each minor version, and the library's soname with
 * it: a program is built with the header of the library it runs with. */
struct garner_stats {
    uint64_t batches;    /* acknowledged batches (garner_exec is one) */
    uint64_t statements; /* statements in them */
    uint64_t failed;     /* batches that ended in an error */
    uint64_t groups;     /* transactions: batches / groups = mean group */
    uint64_t syncs;      /* groups that were synced to the disk */
    uint64_t reruns;     /* groups run again because one batch broke them */
    uint64_t queries;    /* cursors opened */

    /* Batches in a group; nanoseconds from the call of a write to its
     * acknowledgement; nanoseconds of commits that sync. */
    struct garner_spread group_batches;
    struct garner_spread wait_ns;
    struct garner_spread sync_ns;

    size_t queued_batches;    /* gauge */
    size_t queued_statements; /* gauge */
    size_t queued_bytes;      /* gauge */

    size_t wal_bytes;              /* gauge: the log's after the last group */
    size_t wal_peak_bytes;         /* the largest it was after a group */
    uint64_t checkpoints;          /* of the log, those cut short too */
    uint64_t checkpoint_failures;  /* of them: ended in an error */
    int64_t checkpoint_longest_ns; /* the longest took so long */
    struct garner_error checkpoint_error; /* of the last that failed */

    int readers_open;   /* gauge */
    int readers_leased; /* gauge */

    /* Gauges: of the cursors that hold a snapshot, and with it the log, the
     * oldest: for how long, which thread opened it (gettid(2)), and how its
     * query begins. 0 and "": none does. */
    int64_t reader_age_ns;
    int reader_thread;
    char reader_sql[96];
};

/* Fills *stats. */
GARNER_API void garner_stats(struct garner_store *store,
                             struct garner_stats *stats);

/* Where the library reports what no call can return (a failed queued write
 * without a callback, a checkpoint that could not run). One sink a process;
 * NULL: stderr. line has no newline and is borrowed for the call, which may
 * come from any thread. */
GARNER_API void garner_set_log(void (*sink)(void *context, const char *line),
                               void *context);

/* The library's version, e.g. "0.1.0". Static memory. */
GARNER_API const char *garner_version(void);

#ifdef __cplusplus
}
#endif

#endif
