/*
 * rows.h - a cursor: on a leased connection, on that of a transaction, over
 * rows kept in memory, or over other cursors.
 *
 * Thread: one at a time; but one that is leased may be ended by another while
 * its own is in no call (lease.h).
 */
#ifndef GN_STORE_ROWS_ROWS_H
#define GN_STORE_ROWS_ROWS_H

#include "garner/read.h"
#include "store/commit/commit.h"
#include "store/commit/hold.h"
#include "store/rows/pool.h"

/* Opens a cursor on a connection leased from p; waits for one, and for foreign
 * locks, up to timeout_ms each. Errors: as garner_query. */
enum garner_code gn_rows_lease(struct gn_pool *p, const struct gn_statement *s,
                               int timeout_ms, struct garner_rows **rows,
                               struct garner_error *err);

/* The same, of the snapshot that look saw before, with context and the
 * connection. Errors: look's, too. */
typedef enum garner_code gn_rows_look(void *context, struct gn_sqlite *c,
                                      struct garner_error *err);
enum garner_code gn_rows_lease_seen(struct gn_pool *p,
                                    const struct gn_statement *s,
                                    int timeout_ms, gn_rows_look *look,
                                    void *context, struct garner_rows **rows,
                                    struct garner_error *err);

/* Rows that other cursors give: the public calls on the cursor go on to theirs.
 */
struct gn_rows_source {
    struct garner_rows **all; /* those cursors, and their number */
    size_t count;
    /* Gives the one that stands on the next row, with ROW; DONE; or an error.
     */
    enum garner_code (*next)(struct gn_rows_source *source,
                             struct garner_rows **at, struct garner_error *err);
    /* Closes the cursors and frees source. */
    void (*close)(struct gn_rows_source *source);
};

/* Gives a cursor over the rows of source (count is 1 or more), which it takes
 * on OK. Errors: NOMEM. */
enum garner_code gn_rows_join(struct gn_rows_source *source,
                              struct garner_rows **rows,
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
