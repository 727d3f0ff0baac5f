/*
 * stale.h - tells when sources become stale: when their last good run gets
 * older than their max_age. It looks by a timer of its own, so that it is told
 * while no run ends, too.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_STALE_H
#define GN_ENGINE_STALE_H

#include <uv.h>

#include "engine/roster.h"

struct gn_stale {
    uv_timer_t timer;
    const struct gn_roster *roster;
};

/* Borrows all until its handle is closed, which is in loop. */
void gn_stale_init(struct gn_stale *s, uv_loop_t *loop,
                   const struct gn_roster *roster);

/* Looks now, and from now on, if some source has a max_age. */
void gn_stale_start(struct gn_stale *s);

/* Closes its handle; run the loop before the memory goes. */
void gn_stale_close(struct gn_stale *s);

#endif
