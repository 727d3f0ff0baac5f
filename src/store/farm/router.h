/*
 * router.h - the thread of a farm that finds out where a slot went, when a
 * shard's gate has barred what is for it: it changes the route, and sends on
 * what was bounced, in order. It has nothing to do as long as no slot moves.
 *
 * Thread: any; the routes and doors are changed by the router's own thread
 * alone.
 */
#ifndef GN_STORE_FARM_ROUTER_H
#define GN_STORE_FARM_ROUTER_H

#include "store/farm/fleet.h"

struct gn_router;

/* Starts the thread; from now on what the gates of f bounce is sent on. Errors:
 * NOMEM. */
enum garner_code gn_router_start(struct gn_fleet *f, struct gn_router **out,
                                 struct garner_error *err);

/* Ends the thread, and refuses what is on its way still. What is bounced from
 * now on fails. */
void gn_router_stop(struct gn_router *r);

/* Once the fleet is closed, whose gates know it. NULL is fine. */
void gn_router_free(struct gn_router *r);

/* A ticket of the calling thread for slot (+ 1; 0: all) was barred at shard
 * number: waits until it is worth while to send it again. Errors: BUSY (it has
 * been on its way until deadline_ns), those of finding out. */
enum garner_code gn_router_ask(struct gn_router *r, unsigned number,
                               unsigned slot, int64_t deadline_ns,
                               struct garner_error *err);

/* Waits until nothing is bounced; *sent changes whenever something was sent on.
 * false: the deadline passed. */
bool gn_router_settle(struct gn_router *r, int64_t deadline_ns, uint64_t *sent);

#endif
