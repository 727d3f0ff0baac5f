/*
 * log.h - the write-ahead log of a connection that writes: how long it is,
 * whether it is synced, and room for it on the disk.
 *
 * A file that grows is slow to sync: the file system has to write down its new
 * size, too, through a journal of its own (measured, ext4: a page written over
 * an old one and synced 0.08 ms, appended 0.2 to 1 ms). So the log's file is
 * made longer ahead of the frames, by doubling, with zeros. Those are no
 * frames: recovery stops at the first whose salt is not the header's
 * (https://sqlite.org/fileformat2.html section 4).
 *
 * A sync that failed may not just be tried again: the system holds the pages it
 * could not write for clean from then on, and the next sync writes nothing and
 * succeeds (https://wiki.postgresql.org/wiki/Fsync_Errors). What is read of
 * them is right still: the same bytes, written once more, make the next sync a
 * true one.
 *
 * And a commit that failed may have left its frames, the last one too, behind
 * those of the commits that went well: SQLite writes over them with the next.
 * If there is none, whoever opens the database later takes them for committed.
 * So the first of them is undone.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_LOG_H
#define GN_STORE_DRIVER_LOG_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_log {
    sqlite3 *db;
    size_t page_bytes;
    size_t most_bytes; /* it is not made longer than this ahead of its frames */
    size_t pages;      /* frames in use after the last commit; 0: not known */
    size_t file_bytes; /* at least so long is the file; 0: look */
    bool unsynced;     /* it holds commits that were not synced */
    bool suspect;      /* a sync failed; of it, as far as is known */
    bool leftover;     /* a commit failed; its frames may be there */
    uint64_t failures; /* of the disk, but for one that is full */
};

/* A commit has left pages frames in it; synced: it is on the disk. */
void gn_log_committed(struct gn_log *l, size_t pages, bool synced);

/* Bytes of the log in use after the last commit; 0: not known yet. */
size_t gn_log_bytes(const struct gn_log *l);

/* SQLite returned rc, for a commit maybe: notes what that means for the log. */
void gn_log_note(struct gn_log *l, int rc);

/* Syncs it, which is not suspect, unless all in it is synced. Errors: IO. */
enum garner_code gn_log_sync(struct gn_log *l, struct garner_error *err);

/* Undoes what a failed commit left; and if the log is suspect, writes all of it
 * to its place again and syncs it. Only in WAL mode, with the database's write
 * lock held. Errors: IO, NOMEM. */
enum garner_code gn_log_repair(struct gn_log *l, struct garner_error *err);

/* Makes the file longer if its frames will soon reach its end. Only with the
 * database's write lock held: else another process may append there. Where the
 * disk has no room nothing is changed. */
void gn_log_make_room(struct gn_log *l);

#endif
