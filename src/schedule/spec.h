/*
 * spec.h - when a source is due, as its file says it. Pure.
 */
#ifndef GN_SCHEDULE_SPEC_H
#define GN_SCHEDULE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"

enum {
    GN_EVERY_MIN_MS = 1,
};
#define GN_EVERY_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

struct gn_spec {
    int64_t every_ms;  /* interval, GN_EVERY_MIN_MS to GN_EVERY_MAX_MS;
                          0: no schedule, due once at the start */
    int64_t jitter_ms; /* each run is put off by 0 to jitter_ms, at random;
                          less than every_ms */
    bool align;        /* due at whole multiples of every_ms of the wall clock
                          (UTC); false: phases are spread over the interval */
};

/* Errors: INVALID: which field, its range. */
enum garner_code gn_spec_check(const struct gn_spec *spec,
                               struct garner_error *err);

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

/* How long random (0 to below 1) puts a run off from its slot. */
int64_t gn_spec_jitter_ns(const struct gn_spec *spec, double random);

#endif
