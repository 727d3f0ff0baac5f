/*
 * due.h - one source's place in the schedule: where its slots are on the
 * monotonic clock and, if they follow that, on the wall clock. What becomes of
 * them is the schedule's (schedule.h).
 *
 * Thread: the schedule's. Time and randomness come in as arguments; random is
 * drawn from for the jitter.
 */
#ifndef GN_SCHEDULE_DUE_H
#define GN_SCHEDULE_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"
#include "schedule/spec.h"

enum gn_miss {
    GN_MISS_OVERLAP, /* the last run was still going on */
    GN_MISS_LATE,    /* the next slot came before this one was looked at */
    GN_MISS_REFUSED, /* no room downstream (back-pressure) */
    GN_MISS_WAITING, /* it was put off after a failure */
    GN_MISS_ASKED,   /* it was put off as the server had asked */
    GN_MISS_HOST,    /* it was put off since others of its host failed, too */
    GN_MISS_STOPPED, /* whoever starts them was stopped first */
};
enum { GN_MISS_REASONS = 7 };

/* Lives inside the source. All fields are the schedule's; others read the
 * counters. */
struct gn_due {
    struct gn_spec spec;
    double phase;
    int64_t slot_us;          /* the slot it waits for, if it is on the wall
                                 clock; ... */
    int64_t slot_ns;          /* ... in any case; without jitter */
    int64_t slot_due_ns;      /* when that is due: with jitter */
    int64_t off_until_ns;     /* slots due before that are missed ... */
    enum gn_miss off_for;     /* ... for that */
    int64_t again_ns;         /* when it is due outside of its slots;
                                 INT64_MAX: it is not */
    int64_t owed_ns;          /* when a slot that waits may start; INT64_MAX:
                                 none does */
    int64_t owed_at_ns;       /* when that was due */
    enum gn_miss owed_for;    /* as what it is missed, if it is */
    int64_t asked_ns;         /* when it was asked for; INT64_MAX: it is not */
    int64_t taken_at_ns;      /* when what was popped last was due */
    struct gn_heap_node node; /* key: when it is due, the earliest of the four;
                                 INT64_MAX: never */
    bool running;             /* started, not finished */
    bool again;               /* what was popped last was no slot ... */
    bool by_hand;             /* ... but was asked for */
    bool paused;
    uint64_t due_count; /* slots that came */
    uint64_t started;
    uint64_t missed[GN_MISS_REASONS];
};

/* When to look at it next; INT64_MAX: never. */
int64_t gn_due_key(const struct gn_due *due);

/* Puts due at its first slot. start_ns is when the first ones may come. */
void gn_due_place(struct gn_due *due, int64_t start_ns, int64_t now_ns,
                  int64_t wall_us, uint64_t *random);

/* Has an interval that is nobody's but its own go on: its next slot would have
 * been in left_us, or was so long ago. */
void gn_due_go_on(struct gn_due *due, int64_t left_us, int64_t now_ns,
                  uint64_t *random);

/* See gn_schedule_adapt. */
void gn_due_adapt(struct gn_due *due, int64_t every_ms, int64_t now_ns,
                  int64_t wall_us, uint64_t *random);

/* The wall clock was set: by so much its slots come sooner. Its node has the
 * key of that; who calls it puts the heap in order. */
void gn_due_shift(struct gn_due *due, int64_t by_us, int64_t now_ns,
                  int64_t wall_us);

/* Moves due, whose time has come, on to the first slot that has not come yet.
 * Returns how many came; *due_at_ns is when the latest of them was due. */
uint64_t gn_due_advance(struct gn_due *due, int64_t now_ns, int64_t wall_us,
                        uint64_t *random, int64_t *due_at_ns);

/* When its window, which it has and which is closed, opens; INT64_MAX: never.
 */
int64_t gn_due_opens_ns(const struct gn_due *due, int64_t now_ns,
                        int64_t wall_us);

/* Reason for people: "the last run was still going on". */
const char *gn_miss_text(enum gn_miss reason);

#endif
