/*
 * session.h - what a connection does for a while: read several queries from
 * one snapshot; write without the foreign keys being enforced.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_SESSION_H
#define GN_STORE_DRIVER_SESSION_H

#include "store/driver/sqlite.h"

/* All cursors until the end read from one snapshot: that of the first row asked
 * for. Errors: NOMEM, IO. */
enum garner_code gn_session_begin(struct gn_sqlite *c,
                                  struct garner_error *err);

/* With all cursors closed. In no session it does nothing. */
void gn_session_end(struct gn_sqlite *c);

/* Outside a transaction: stops enforcing them, or does again what the store's
 * option says. */
void gn_session_free_keys(struct gn_sqlite *c);
void gn_session_bind_keys(struct gn_sqlite *c);

#endif
