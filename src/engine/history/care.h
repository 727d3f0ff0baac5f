/*
 * care.h - deletes what is older than it is to be kept (prune.h), while an
 * engine runs: on a thread of the loop's pool, at once and then now and then.
 *
 * Thread: the loop's.
 */
#ifndef GN_ENGINE_HISTORY_CARE_H
#define GN_ENGINE_HISTORY_CARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <uv.h>

#include "engine/history/prune.h"
#include "engine/roster.h"

struct gn_care {
    /* constant after the start */
    struct garner_store *store;
    const struct gn_roster *roster;

    /* the loop's thread only */
    uv_timer_t timer;
    uv_work_t work;
    bool is_open;
    bool working;
    bool again; /* at once, when that is over */

    /* the pool's thread's, while working */
    struct gn_prune_rule *rules;
    size_t count;
    struct gn_pruned done;
    enum garner_code code;
    struct garner_error err;

    atomic_bool stop; /* any thread */
};

/* Starts to take care of the sources of r, as they are each time. */
void gn_care_start(struct gn_care *c, uv_loop_t *loop,
                   struct garner_store *store, const struct gn_roster *r);

/* There are others: it looks at once. Fine for one that was never started. */
void gn_care_renew(struct gn_care *c);

/* Ends it after the step that it is at; run the loop until nothing is left in
 * it, then call gn_care_fini. Fine for one that was never started. */
void gn_care_close(struct gn_care *c);
void gn_care_fini(struct gn_care *c);

#endif
