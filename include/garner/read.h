/*
 * garner/read.h - reading: a query gives a cursor over one snapshot.
 *
 * Queries run beside the writer and beside each other, each on a read-only
 * connection of a pool. A query that starts after a write was acknowledged
 * (committed or synced) sees it.
 *
 * Thread: a cursor belongs to one thread at a time; garner_rows_cancel alone
 * may come from any.
 *
 * Time: no call waits for ever. garner_query waits up to the store's timeout_ms
 * for a free read connection; the first garner_next up to timeout_ms for a lock
 * of a connection that is not garner's. How long a query works is bounded by
 * garner_rows_set_timeout alone.
 *
 * A snapshot lives from the first garner_next to DONE, an error, or
 * garner_rows_close. Meanwhile the log is not emptied. So when the log has
 * grown past wal_most_bytes, a store that writes ends those of its cursors
 * whose snapshots are older than max_read_age_ms: their connections are free at
 * once, the values of their current rows stay, and the next garner_next says so
 * (TIMEOUT). Cursors of other processes, or of a store that only reads, are not
 * ended, but reported (garner_set_log). A cursor that was never stepped is in
 * nobody's way, and one beside which little is written may stay open.
 */
#ifndef GARNER_READ_H
#define GARNER_READ_H

#include "garner/store.h"
#include "garner/value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct garner_rows;

/*
 * Prepares one SELECT with its arguments and gives a cursor in *rows, before
 * the first row. Borrows all. Waits up to the store's timeout_ms for a free
 * read connection; that wait cannot be canceled. The snapshot is the one at the
 * first garner_next. In databases without WAL (:memory:) all rows are read
 * here, into memory, within timeout_ms: nothing is pinned, and nothing is left
 * to cancel.
 * Errors: SQL (does not prepare, writes, or wrong count of arguments), TIMEOUT
 * (all read connections leased: the oldest is named), BUSY, IO, CORRUPT,
 * CLOSED, NOMEM.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_query(struct garner_store *store, const char *sql,
             const struct garner_value *args, size_t count,
             struct garner_rows **rows, struct garner_error *err);

/* Ends with TIMEOUT any garner_next that works past timeout_ms from now, or
 * begins after that, waits included; without it a query may take its time. 0
 * takes it back. */
GARNER_API void garner_rows_set_timeout(struct garner_rows *rows,
                                        int timeout_ms);

/* Ends the query, from any thread, while the cursor is not closed: the
 * garner_next that is under way, or else the next one, returns CANCELED. One
 * that is under way ends within some thousand steps of SQLite's machine (a sort
 * is one), or 2 ms of waiting for a lock; if none is, the snapshot and the
 * connection are free at once, and the values of the current row stay. After
 * DONE it has no effect. */
GARNER_API void garner_rows_cancel(struct garner_rows *rows);

/* Moves to the next row: ROW, DONE, or an error (TIMEOUT, CANCELED, BUSY, IO,
 * CORRUPT, SQL, NOMEM), after which the cursor can only be closed. With DONE
 * and with an error its snapshot and its connection are free. */
GARNER_CHECKED GARNER_API enum garner_code
garner_next(struct garner_rows *rows, struct garner_error *err);

/* Number of columns; known before the first row. (A statement like "select *"
 * may have others from the first garner_next on, if the table was just altered:
 * the row is right then.) */
GARNER_API size_t garner_columns(const struct garner_rows *rows);

/* Name of column (from 0); "" if there is none, or no memory. Lives as long as
 * the cursor. */
GARNER_API const char *garner_column_name(const struct garner_rows *rows,
                                          size_t column);

/* Value of column (from 0) in the row that garner_next moved to; its bytes
 * are borrowed until the next garner_next or garner_rows_close. NULL for a
 * column that is not there. */
GARNER_API struct garner_value garner_column(const struct garner_rows *rows,
                                             size_t column);

/* Ends the query and frees the cursor, whether or not it is at its end. NULL is
 * fine. */
GARNER_API void garner_rows_close(struct garner_rows *rows);

#ifdef __cplusplus
}
#endif

#endif
