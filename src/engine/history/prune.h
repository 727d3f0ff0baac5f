/*
 * prune.h - deletes what is older than it is to be kept: runs by their age,
 * bodies by their number.
 *
 * Done in small transactions, so that whoever writes beside it waits for none
 * of them long. Bodies that stay and were compressed against one that goes are
 * compressed anew, in the same transaction. A source's last body stays, and
 * that of the version it asks with; a run stays when its body goes.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_HISTORY_PRUNE_H
#define GN_ENGINE_HISTORY_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "garner/store.h"

struct gn_prune_rule {
    int64_t source; /* garner_source.id */
    struct gn_keep keep;
};

struct gn_prune {
    const struct gn_prune_rule *rules; /* each source once */
    size_t count;
    int64_t now_us;               /* wall clock */
    bool dry_run;                 /* only counts */
    bool (*go_on)(void *context); /* asked between steps; NULL: to the end */
    void *context;
};

struct gn_pruned {
    uint64_t runs;
    uint64_t bodies;
    uint64_t bytes; /* that these took, as they were stored */
};

/* Deletes, and adds to *done what is gone, if an error ends it, too. Errors:
 * those of the store, NOMEM. */
enum garner_code gn_prune(struct garner_store *store, const struct gn_prune *p,
                          struct gn_pruned *done, struct garner_error *err);

#endif
