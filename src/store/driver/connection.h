/*
 * connection.h - what a connection is made of: for sqlite.c, and for those
 * beside it that run statements of their own on one.
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_CONNECTION_H
#define GN_STORE_DRIVER_CONNECTION_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "garner/sqlite.h"
#include "store/driver/cache.h"
#include "store/driver/inherit.h"
#include "store/driver/log.h"
#include "store/driver/open.h"
#include "store/driver/place.h"
#include "store/driver/sqlite.h"

/* A writer's transaction control. */
enum {
    GN_FIXED_BEGIN,
    GN_FIXED_COMMIT,
    GN_FIXED_ROLLBACK,
    GN_FIXED_MARK,
    GN_FIXED_KEEP,
    GN_FIXED_UNDO,
    GN_FIXED,
};

/* What a borrower has set, of a connection that is lent now and then. */
struct gn_terms {
    bool lent;       /* it is, now */
    bool committed;  /* something, since it was lent */
    int64_t busy_ns; /* each wait for a foreign lock may take so long then */
    int sync;        /* its own level (PRAGMA synchronous); -1: the store's */
    garner_sqlite_progress *progress; /* or NULL */
    void *progress_context;
};

struct gn_sqlite {
    sqlite3 *db;
    const struct garner_sqlite_hooks *hooks; /* or NULL */
    struct gn_terms terms;
    struct gn_inherit inherit;
    struct gn_cache *cache;
    sqlite3_stmt *fixed[GN_FIXED];
    bool wal;
    struct gn_still still; /* nothing can be written beside the database */
    bool foreign_keys;     /* the option: they are enforced */
    bool alone;            /* a statement is its own transaction */
    struct gn_guard guard; /* lifted for what we run ourselves */
    int sync;              /* commits sync: 0, 1; -1: not set yet */
    struct gn_log log;
    struct gn_place *place; /* NULL: not looked for */
    bool left_traces;
    int64_t commit_ns; /* when the last commit that syncs began */
    bool stuck;        /* in a transaction that could not be rolled back */
    int64_t busy_deadline_ns;
    int64_t work_deadline_ns;
    const atomic_uint *stop;     /* not 0: what runs is to end; or NULL; ... */
    const atomic_uint *stop_all; /* ... the same, not of a cursor alone */
    void (*slow)(void *context, const char *sql); /* or NULL */
    void *slow_context;
    sqlite3_stmt *running; /* NULL: none, or slow was told of it */

    atomic_bool held_off; /* read by any thread */
};

/* How many steps of SQLite's machine lie between two looks at a clock. */
enum { GN_PROGRESS_STEPS = 4000 };

/* What SQLite calls after each so many steps; context: the gn_sqlite. */
int gn_sqlite_at_intervals(void *context);

#endif
