/*
 * checkpoint.h - copies the log into the database, so that it can start anew.
 *
 * The write lock is held meanwhile: without it SQLite would go on, beside the
 * commits of whoever has it.
 *
 * Thread: the connection's, which is a writer's.
 */
#ifndef GN_STORE_DRIVER_CHECKPOINT_H
#define GN_STORE_DRIVER_CHECKPOINT_H

#include "store/driver/sqlite.h"

struct gn_checkpoint {
    bool cut;                 /* the log's file to nothing, at the end */
    int64_t writer_until_ns;  /* waits so long for the write lock, ... */
    int64_t readers_until_ns; /* ... and for readers that need the log */
};

/* What kept it from being done whole. */
enum gn_hindrance {
    GN_HINDRANCE_NONE,
    GN_HINDRANCE_WRITER, /* the write lock is another's: nothing was done */
    GN_HINDRANCE_OTHER,  /* readers of the log, or a checkpoint of another */
};

struct gn_checkpointed {
    enum gn_hindrance hindrance;
    size_t log_bytes;  /* in the log; 0: not known */
    size_t left_bytes; /* of it not in the database yet */
};

/* Copies all of the log that readers let it, and, unless hindered, has the next
 * commit start it anew. Fills *done. Errors: IO, CORRUPT, NOMEM; a hindrance is
 * none. */
enum garner_code gn_checkpoint_run(struct gn_sqlite *c,
                                   const struct gn_checkpoint *how,
                                   struct gn_checkpointed *done,
                                   struct garner_error *err);

#endif
