/*
 * wal.h - the checkpoint governor: when the log is copied into the database.
 *
 * Only the leader checkpoints, so no commit of garner's runs beside one: that
 * closes SQLite's WAL-reset race (https://sqlite.org/wal.html#walresetbug,
 * 3.7.0 to 3.51.2) for its writers. Readers are waited for a little, so that
 * those who follow each other closely cannot keep the log growing; what a long
 * one pins is tried again after some growth.
 *
 * Thread: the leader's.
 */
#ifndef GN_STORE_WAL_H
#define GN_STORE_WAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/driver/sqlite.h"

struct gn_wal {
    bool external; /* another program checkpoints: nothing is done here */
    size_t limit_bytes;
    size_t next_bytes; /* the log is checkpointed once it is larger */
    bool dirty;        /* commits since the last complete checkpoint */
    size_t peak_bytes; /* the largest log there was after a commit */
    uint64_t checkpoints;
    uint64_t failures;         /* of them */
    int64_t longest_ns;        /* the longest took so long */
    struct garner_error error; /* of the last failure */
};

void gn_wal_init(struct gn_wal *w, size_t limit_bytes, bool external);

/* After a group was committed: checkpoints if the log is past its size. On an
 * error, which is in w->error too, the log is as it was; commits are not
 * harmed. */
enum garner_code gn_wal_after_commit(struct gn_wal *w, struct gn_sqlite *c);

/* In an idle gap: checkpoints if there is anything to copy. Errors: as above.
 */
enum garner_code gn_wal_when_idle(struct gn_wal *w, struct gn_sqlite *c);

#endif
