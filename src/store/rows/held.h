/*
 * held.h - a cursor in a transaction, on its connection.
 *
 * Thread: the transaction's; who ends that ends its cursors.
 */
#ifndef GN_STORE_ROWS_HELD_H
#define GN_STORE_ROWS_HELD_H

#include "garner/read.h"
#include "store/commit/hold.h"

/* Opens a cursor in a transaction, which is entered; each garner_next enters
 * it. Errors: SQL, NOMEM, IO, in h->error. */
enum garner_code gn_rows_hold(struct gn_hold *h, const struct gn_statement *s,
                              struct garner_rows **rows);

#endif
