/*
 * rows.h - a cursor: on a leased connection, or over rows kept in memory.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_ROWS_H
#define GN_STORE_ROWS_H

#include "garner/read.h"
#include "store/commit.h"
#include "store/pool.h"

/* Opens a cursor on a connection leased from p. Errors: as garner_query. */
enum garner_code gn_rows_lease(struct gn_pool *p, const struct gn_statement *s,
                               int64_t deadline_ns, struct garner_rows **rows,
                               struct garner_error *err);

/* Reads all rows on the write connection, as a turn of its own in c's queue:
 * for databases in which reads and writes exclude each other. */
enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int64_t deadline_ns, struct garner_rows **rows,
                              struct garner_error *err);

#endif
