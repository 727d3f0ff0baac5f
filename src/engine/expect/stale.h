/*
 * stale.h - tells when sources become stale: when their last good run gets
 * older than their max_age. It looks by a timer of its own, so that it is told
 * while no run ends, too: in the log, and, by the outbox, to whom the source
 * names.
 *
 * What is old already when it comes is not told before it had a little time to
 * get better.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_EXPECT_STALE_H
#define GN_ENGINE_EXPECT_STALE_H

#include <uv.h>

#include "engine/roster.h"
#include "engine/state.h"

struct gn_stale {
    uv_timer_t timer;
    struct gn_flow *flow;
    const struct gn_roster *roster;
    struct garner_batch *batch; /* messages not handed on; NULL: none */

    /* the other thread's while it writes */
    uv_work_t work;
    struct garner_batch *writing; /* NULL: it does not */
};

/* Borrows all until its handle is closed, which is in the flow's loop. */
void gn_stale_init(struct gn_stale *s, struct gn_flow *flow,
                   const struct gn_roster *roster);

/* Looks from now on, if some source has a max_age. Again when others have come.
 */
void gn_stale_start(struct gn_stale *s);

/* Closes its handle; run the loop before the memory goes. */
void gn_stale_close(struct gn_stale *s);

#endif
