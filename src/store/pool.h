/*
 * pool.h - read connections, leased one query at a time, opened on demand up
 * to a bound.
 *
 * Thread: any; a leased connection is its leaser's.
 */
#ifndef GN_STORE_POOL_H
#define GN_STORE_POOL_H

#include "store/driver/sqlite.h"

struct gn_pool;

/* options say how connections are opened (copied; path borrowed until freed),
 * most how many there may be. Opens none yet. Errors: NOMEM. */
enum garner_code gn_pool_new(const struct gn_sqlite_options *options, int most,
                             struct gn_pool **out, struct garner_error *err);

/* All connections must have been given back. NULL is fine. */
void gn_pool_free(struct gn_pool *p);

/* Leases a connection, waiting for one until deadline_ns. Errors: TIMEOUT, and
 * those of opening. */
enum garner_code gn_pool_lease(struct gn_pool *p, int64_t deadline_ns,
                               struct gn_sqlite **connection,
                               struct garner_error *err);
void gn_pool_give_back(struct gn_pool *p, struct gn_sqlite *connection);

/* Gauges. */
void gn_pool_count(struct gn_pool *p, int *open, int *leased);

#endif
