/*
 * crowd.h - the sources of one interval, and the place in it that the next of
 * them gets: spread evenly, however many there will be.
 *
 * Thread: one at a time.
 */
#ifndef GN_SCHEDULE_CROWD_H
#define GN_SCHEDULE_CROWD_H

#include <stddef.h>
#include <stdint.h>

struct gn_crowd {
    int64_t every_ms;
    uint64_t count; /* of its sources so far; who adds one counts it */
};

/* All zero holds none. */
struct gn_crowds {
    struct gn_crowd *all; /* by every_ms, ascending */
    size_t count;
    size_t room;
};

void gn_crowds_fini(struct gn_crowds *crowds);

/* The crowd of every_ms, made if it is new, for as long as no other one is
 * asked for; NULL: no memory. */
struct gn_crowd *gn_crowds_find(struct gn_crowds *crowds, int64_t every_ms);

/* The place of the next one in the interval, 0 to below 1: the first one's is
 * 0. */
double gn_crowd_phase(const struct gn_crowd *crowd);

#endif
