/*
 * whole.h - a cursor over rows that were all read before, into memory: for
 * databases in which reads and writes exclude each other.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_ROWS_WHOLE_H
#define GN_STORE_ROWS_WHOLE_H

#include "garner/read.h"
#include "store/commit/commit.h"

/* Reads all rows on the write connection, as a turn of its own in c's queue,
 * within timeout_ms. Errors: as garner_query. */
enum garner_code gn_rows_read(struct gn_commit *c, const struct gn_statement *s,
                              int timeout_ms, struct garner_rows **rows,
                              struct garner_error *err);

#endif
