/*
 * pass.h - a pass over the URLs of a source that has many: begun when the
 * source is due, over when each of them was asked for once, or given up.
 *
 *   RESTS -> OPENING (intake.h, on another thread) -> GOING -> RESTS
 *
 * While it goes, hands take pages from those in memory (ahead.h), filled from
 * the store (refill.h, on another thread) whenever it gets low. A page that
 * fails and is to be tried again goes back to the store, with the time when it
 * is due. The source counts as running all the while: a slot that comes
 * meanwhile is missed, as with any other. A pass that could not be opened is a
 * failed run of the source.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_PASS_H
#define GN_ENGINE_FRONTIER_PASS_H

#include "engine/state.h"

/* The pass of active, whose source has many URLs; it rests. Free it with
 * gn_pass_free, once none of its works is under way. Errors: NOMEM. */
enum garner_code gn_pass_new(struct gn_active *active,
                             struct garner_error *err);
void gn_pass_free(struct gn_pass *p);

/* active, whose last pass was not over when garner ended, is due now. Call once
 * it is in s. */
void gn_pass_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns);

/* Begins the pass of active, which was taken from the schedule. by_hand: the
 * number of who asked for it, or 0; whole: for whole answers. */
void gn_pass_begin(struct gn_flow *f, struct gn_active *active,
                   uint64_t by_hand, bool whole);

/* Reads on where that is due, ends what is over, and sets the alarm. */
void gn_pass_tend(struct gn_flow *f, int64_t now_ns);

/* A source whose pass could not be opened, which rests now: *err says why, and
 * *by_hand who waits for it. NULL: none. */
struct gn_active *gn_pass_failed(struct gn_flow *f, uint64_t *by_hand,
                                 struct garner_error *err);

/* active is to go: its pass is opened no further. NULL of a pass is fine. */
void gn_pass_leave(const struct gn_active *active);

/* All passes end as soon as they can, and are gone on with another time. With
 * the lock held. */
void gn_pass_stop(struct gn_flow *f);

#endif
