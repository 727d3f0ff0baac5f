/*
 * leased.h - a cursor on a connection leased from a pool.
 *
 * Thread: one at a time; any may cancel it, and while its own is in no call,
 * the leader may end it (lease.h).
 */
#ifndef GN_STORE_ROWS_LEASED_H
#define GN_STORE_ROWS_LEASED_H

#include "garner/read.h"
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

#endif
