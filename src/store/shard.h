/*
 * shard.h - one database: its write path (commit, pump) and its read pool.
 *
 * Thread: any, except that gn_shard_close must be the last call.
 */
#ifndef GN_STORE_SHARD_H
#define GN_STORE_SHARD_H

#include <stdatomic.h>
#include <stdint.h>

#include "garner/sqlite.h"
#include "garner/store.h"
#include "store/commit/commit.h"
#include "store/commit/pump.h"
#include "store/commit/watch.h"
#include "store/driver/place.h"
#include "store/rows/pool.h"

struct gn_shard {
    /* constant */
    struct garner_options options;
    char *path;
    unsigned forks;           /* gn_turn_forks when it was opened */
    struct gn_commit *commit; /* NULL: read-only */
    struct gn_gate *gate;     /* the commit's; NULL: no shard of a farm */
    struct gn_pump *pump;     /* NULL: read-only */
    struct gn_watch *watch;   /* of transactions; NULL: read-only */
    struct gn_pool *pool;     /* NULL: reads take turns with writes */
    struct gn_place place;    /* of its files; noted by the first connection */
    struct garner_sqlite_hooks hooks; /* all NULL: nobody's */

    struct garner_loan *lent; /* the leader's; NULL: it is nobody's borrower */

    bool stopped; /* whoever closes it */
    atomic_uint_fast64_t queries;
};

/* Opens the database at path (a file, or ":memory:"). Borrows all, and has
 * checked nothing; hooks may be NULL. Errors: as garner_open. */
enum garner_code gn_shard_open(const char *path,
                               const struct garner_options *options,
                               const struct garner_sqlite_hooks *hooks,
                               struct gn_shard **out, struct garner_error *err);

/* Refuses new writes from now on, and lets what is left take until deadline_ns:
 * for several that are closed one after the other. */
void gn_shard_stop(struct gn_shard *s, int64_t deadline_ns);

/* As garner_close. In a forked child it does nothing. NULL is fine. */
void gn_shard_close(struct gn_shard *s);

/* Opens a connection of its own for reading, which is its caller's to close.
 * The database must not be in memory. Errors: as garner_open. */
enum garner_code gn_shard_open_reader(struct gn_shard *s,
                                      struct gn_sqlite **connection,
                                      struct garner_error *err);

/* OK, or MISUSE in a forked child; and UNSUPPORTED for a writer, where the
 * database was opened for reading alone. */
enum garner_code gn_shard_may_read(const struct gn_shard *s,
                                   struct garner_error *err);
enum garner_code gn_shard_may_write(const struct gn_shard *s,
                                    struct garner_error *err);

/* Fills the counters and gauges. */
void gn_shard_stats(struct gn_shard *s, struct garner_stats *stats);

/* When a call that starts now and may take timeout_ms is to end, by the
 * monotonic clock. */
int64_t gn_shard_deadline_ns(int timeout_ms);

#endif
