/*
 * spec.h - when a source is due, as its file says it. Pure.
 *
 * Its slots are on the monotonic clock, where nothing is ever set, or on the
 * wall's: those of a cron line, and all that are held to a window. The former
 * are in nanoseconds here, the latter in microseconds since 1970.
 */
#ifndef GN_SCHEDULE_SPEC_H
#define GN_SCHEDULE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"
#include "schedule/adapt.h"
#include "schedule/cron.h"
#include "schedule/window.h"
#include "schedule/zone.h"

enum {
    GN_EVERY_MIN_MS = 1,
};
#define GN_EVERY_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

/* What it points to is borrowed for as long as the spec is used. */
struct gn_spec {
    int64_t every_ms;  /* interval, GN_EVERY_MIN_MS to GN_EVERY_MAX_MS;
                          0: no schedule, due once at the start */
    int64_t jitter_ms; /* each run is put off by 0 to jitter_ms, at random;
                          less than every_ms */
    bool align;        /* due at whole multiples of every_ms of the wall clock
                          (UTC); false: phases are spread over the interval */
    bool queue;        /* what is due during a run starts after it */
    bool once;         /* what was missed is made up for by one run */
    const struct gn_cron *cron;     /* in place of every_ms; NULL: none */
    const struct gn_window *window; /* not due outside of it; NULL: none */
    const struct gn_zone *zone;     /* of both; NULL: UTC */
    struct gn_adapt adapt; /* every_ms is where it begins, or has come to */
};

/* Errors: INVALID: which field, its range. */
enum garner_code gn_spec_check(const struct gn_spec *spec,
                               struct garner_error *err);

/* There are due times, not one only. */
bool gn_spec_recurs(const struct gn_spec *spec);

/* How long random (0 to below 1) puts a run off from its slot. */
int64_t gn_spec_jitter_ns(const struct gn_spec *spec, double random);

/* --- slots on the monotonic clock ---------------------------------------- */

/* The first slot at or after now_ns of a source whose phase is phase (0 to
 * below 1, its place in the interval when not aligned), in nanoseconds of the
 * monotonic clock. wall_us is the wall clock at now_ns; start_ns is when the
 * schedule began. */
int64_t gn_spec_first(const struct gn_spec *spec, double phase,
                      int64_t start_ns, int64_t now_ns, int64_t wall_us);

/* The slot that follows slot_ns, which has come (slot_ns <= now_ns), and lies
 * after now_ns or at it. every_ms is not 0. When aligned, it is where the wall
 * clock has it by now: a clock that was set is followed, but the next slot is
 * never nearer to the last than half an interval, so that a clock slowed down a
 * little does not bring the same slot twice. */
int64_t gn_spec_after(const struct gn_spec *spec, int64_t slot_ns,
                      int64_t now_ns, int64_t wall_us);

/* --- slots on the wall clock --------------------------------------------- */

/* The slots are on the wall clock. */
bool gn_spec_on_wall(const struct gn_spec *spec);

/* The first slot of a source that begins at wall_us; INT64_MAX: none ever. An
 * interval begins anew whenever its window opens, by phase. */
int64_t gn_spec_wall_first(const struct gn_spec *spec, double phase,
                           int64_t wall_us);

/* slot_us has come (slot_us <= wall_us): counts the slots from there to
 * wall_us, and says the latest of them and the next one. It counts 10,000 times
 * of a cron line at most, so that it ends. */
uint64_t gn_spec_wall_pass(const struct gn_spec *spec, double phase,
                           int64_t slot_us, int64_t wall_us, int64_t *last_us,
                           int64_t *next_us);

/* Where a slot of every_ms that would be at slot_us is: there, or when the
 * window opens next. */
int64_t gn_spec_wall_fit(const struct gn_spec *spec, double phase,
                         int64_t slot_us);

#endif
