/*
 * lend.h - a connection in the hands of a borrower, who runs what he likes on
 * it with SQLite's own calls (garner/sqlite.h); and what he may have left.
 *
 * Thread: the connection's, which is the borrower's as long as it is lent.
 */
#ifndef GN_STORE_DRIVER_LEND_H
#define GN_STORE_DRIVER_LEND_H

#include "garner/sqlite.h"
#include "store/driver/sqlite.h"

/* Lends c, in no transaction; each wait for a foreign lock may take busy_ns. A
 * writer syncs commits as sync says, unless an earlier borrower wanted it
 * otherwise, and is ready to write: what a failed disk left is repaired.
 * Errors: BUSY, IO, CORRUPT, NOMEM; it is not lent then. */
enum garner_code gn_lend(struct gn_sqlite *c, bool writer, bool sync,
                         int64_t busy_ns, struct garner_error *err);

/* It comes back. true: something was committed meanwhile. */
bool gn_lend_take_back(struct gn_sqlite *c);

struct sqlite3 *gn_lend_db(const struct gn_sqlite *c);

/* As garner/sqlite.h says. */
void gn_lend_authorize(struct gn_sqlite *c,
                       garner_sqlite_authorizer *authorizer, void *context);
void gn_lend_progress(struct gn_sqlite *c, int steps,
                      garner_sqlite_progress *progress, void *context);

#endif
