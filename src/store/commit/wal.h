/*
 * wal.h - the checkpoint governor: when the log is copied into the database.
 *
 * Only the leader checkpoints, so no commit of garner's runs beside one: that
 * closes SQLite's WAL-reset race (https://sqlite.org/wal.html#walresetbug,
 * 3.7.0 to 3.51.2) for its writers. Readers are waited for a little, so that
 * those who follow each other closely cannot keep the log growing; what a long
 * one pins is tried again after some growth. Once the log is past a bound, the
 * store's readers that are too old are ended; another process's can only be
 * reported.
 *
 * Thread: the leader's, but for what says otherwise.
 */
#ifndef GN_STORE_COMMIT_WAL_H
#define GN_STORE_COMMIT_WAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/store.h"
#include "store/driver/sqlite.h"
#include "store/rows/pool.h"

struct gn_wal {
    /* backups under way: each holds the log until it ends, so nobody waits for
     * it; counted by any thread */
    atomic_int backups;

    /* constant */
    bool external; /* another program checkpoints: nothing is done here */
    size_t limit_bytes;
    size_t most_bytes;  /* past it old readers are ended, ... */
    int64_t max_age_ns; /* ... those older than this; INT64_MAX: none */

    struct gn_pool *pool; /* of the readers; NULL: there are none */
    size_t next_bytes;    /* the log is checkpointed once it is larger, ... */
    int64_t look_ns;      /* ... or past most_bytes, at this time */
    bool dirty;           /* commits since the last complete checkpoint */
    bool told;            /* that somebody else keeps the log */
    size_t peak_bytes;    /* the largest log there was after a commit */
    uint64_t checkpoints;
    uint64_t failures;         /* of them */
    int64_t longest_ns;        /* the longest took so long */
    struct garner_error error; /* of the last failure */
};

/* Takes what it needs of options. No readers yet. */
void gn_wal_init(struct gn_wal *w, const struct garner_options *options);

/* How long a checkpoint waits for the readers of a log of that size. */
int64_t gn_wal_patience_ns(const struct gn_wal *w, size_t log_bytes);

/* After a group was committed: checkpoints if the log is past its size. On an
 * error, which is in w->error too, the log is as it was; commits are not
 * harmed. */
enum garner_code gn_wal_after_commit(struct gn_wal *w, struct gn_sqlite *c);

/* In an idle gap: checkpoints if there is anything to copy. Errors: as above.
 */
enum garner_code gn_wal_when_idle(struct gn_wal *w, struct gn_sqlite *c);

#endif
