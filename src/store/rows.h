/*
 * rows.h - a cursor: on a leased connection, on that of a transaction, or over
 * rows kept in memory.
 *
 * Thread: one at a time; but one that is leased may be ended by another while
 * its own is in no call (lease.h).
 */
#ifndef GN_STORE_ROWS_H
#define GN_STORE_ROWS_H

#include "garner/read.h"
#include "store/commit.h"
#include "store/hold.h"
#include "store/pool.h"

/* Opens a cursor on a connection leased from p; waits for one, and for foreign
 * locks, up to timeout_ms each. Errors: as garner_query. */
enum garner_code gn_rows_lease(struct gn_pool *p, const struct gn_statement *s,
                               int timeout_ms, struct garner_rows **rows,
                               struct garner_error *err);

/* Reads all rows on the write connection, as a turn of its own in c's queue,
 * within timeout_ms: for databases in which reads and writes exclude each
 * other. */
enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int timeout_ms, struct garner_rows **rows,
                              struct garner_error *err);

/* Opens a cursor in a transaction, which is entered; each garner_next enters
 * it. Errors: SQL, NOMEM, IO, in h->error. */
enum garner_code gn_rows_hold(struct gn_hold *h, const struct gn_statement *s,
                              struct garner_rows **rows);

#endif
