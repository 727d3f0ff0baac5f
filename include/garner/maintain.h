/*
 * garner/maintain.h - looking after a database while it is in use: backups,
 * checkpoints, and what the doctor finds.
 */
#ifndef GARNER_MAINTAIN_H
#define GARNER_MAINTAIN_H

#include "garner/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called now and then on the thread of a call that takes long, with how far it
 * is. false: the call is to end, with CANCELED. */
typedef bool garner_progress(void *context, uint64_t done_bytes,
                             uint64_t all_bytes);

/*
 * Copies the database into a new file at path, while threads and processes
 * write to it. The copy is the database at one moment after the call began: all
 * that was committed before is in it (of batches acknowledged as
 * GARNER_QUEUED: after a garner_flush). It has no log of its own and can be
 * opened as a database anywhere.
 *
 * The file appears under its name when it is whole and synced; until then it is
 * PATH.part-XXXXXX, which is removed on any error, but not by a kill. replace:
 * the file at path, if there is one, is replaced then. progress may be NULL.
 * Borrows all.
 *
 * Writers do not wait, but the log cannot be cut meanwhile. In memory, and
 * where a database has no log, writers take turns with pieces of the copy.
 *
 * Errors: INVALID (path is there and replace is false, is a folder, is the
 * database itself, or has the log of another database beside it), NOTFOUND (its
 * folder), CANCELED, IO (disk full among them), CORRUPT, BUSY, TIMEOUT, CLOSED,
 * MISUSE, NOMEM. Whatever was at path is as it was then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_backup(struct garner_store *store, const char *path, bool replace,
              garner_progress *progress, void *context,
              struct garner_error *err);

/* Of a database's write-ahead log. */
struct garner_checkpointed {
    size_t log_bytes;  /* in it when the call began; 0: not known */
    size_t left_bytes; /* of them not in the database yet */
};

/*
 * Copies the log into the database, and has it start anew at the next write;
 * cut: its file is cut to nothing, too. A store does the first by itself,
 * unless it was told to leave the log to another program; then this takes from
 * that what it has not seen yet.
 *
 * Waits up to wait_ms for whoever writes, and for readers that need the log;
 * writers wait meanwhile. Fills *done (may be NULL). A database without a log
 * has nothing to copy.
 *
 * Errors: BUSY (somebody was in the way to the end: the message names the
 * processes, as far as the system tells; what could be copied was), IO,
 * CORRUPT, TIMEOUT, CLOSED, UNSUPPORTED (read-only store), MISUSE, NOMEM.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_checkpoint(struct garner_store *store, bool cut, int wait_ms,
                  struct garner_checkpointed *done, struct garner_error *err);

/* How good a finding of the doctor's is. */
enum garner_grade {
    GARNER_FINE,    /* as it should be */
    GARNER_WARNING, /* it may come to harm, or is not what one expects */
    GARNER_PROBLEM, /* it does harm */
};

/* One thing about a database or this process; all texts are borrowed for the
 * call. */
struct garner_finding {
    enum garner_grade grade;
    const char *topic;  /* a stable name: "journal_mode", "readers", ... */
    const char *value;  /* what was found */
    const char *advice; /* what to do or to know; "": nothing */
};

typedef void garner_tell(void *context, const struct garner_finding *finding);

/*
 * Looks at the database that url names, and at this process, and calls tell for
 * each thing found: SQLite's version and its known defects, a second copy of it
 * in the process, the file system and its free space, the log, who reads,
 * writes, or has the turn to write (as far as the system tells), and the
 * settings of a connection, read back. check: reads all of the database for
 * damage, too, which may take a while.
 *
 * Changes nothing, and may be called while others write, by this process, too.
 * Borrows all; of options (NULL: the defaults) it takes network_fs, checkpoint,
 * wal_most_bytes and timeout_ms.
 *
 * Errors: as garner_open, after what can be found without opening the database;
 * UNSUPPORTED (a database in memory).
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_doctor(const char *url, const struct garner_options *options, bool check,
              garner_tell *tell, void *context, struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
