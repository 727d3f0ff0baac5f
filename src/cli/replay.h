/*
 * replay.h - the SQL of today run over the bodies of yesterday: what a source's
 * runs have left is made into rows once more, in the order of the runs.
 *
 * Thread: one at a time. It waits for the store.
 */
#ifndef GN_CLI_REPLAY_H
#define GN_CLI_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "garner/error.h"
#include "garner/store.h"

struct gn_replay {
    struct garner_store *store;     /* borrowed, as all here */
    const struct gn_source *source; /* all its tables have a key */
    int64_t from_us;                /* runs that started then ... */
    int64_t to_us;                  /* ... and before then */
    const int64_t *ids;             /* these runs alone, ascending, ... */
    size_t id_count;                /* ... unless 0 */
    bool dry;                       /* writes nothing */
    bool (*stop)(void *context);    /* asked between runs */
    void (*failed)(void *context, int64_t run, const char *why);
    void *context;

    /* out */
    size_t done;    /* runs whose rows are written, ... */
    uint64_t rows;  /* ... and those */
    size_t skipped; /* runs without a body, or whose rows are another's */
    size_t bad;     /* runs that failed told */
};

/* Does what is asked for. A run that fails leaves no row, and the others go on.
 * A run that ends meanwhile is done, too, so that what the newest run found is
 * what stays. Errors: CANCELED (stop said so; what was counted is written),
 * those of the store, NOMEM. */
enum garner_code gn_replay_run(struct gn_replay *replay,
                               struct garner_error *err);

#endif
