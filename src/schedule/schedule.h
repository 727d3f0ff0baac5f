/*
 * schedule.h - which source is due next: a heap on the monotonic clock.
 *
 * A source has slots, by its interval or cron line; in each it is due once. A
 * slot that cannot be used is missed: because the source's last run still goes
 * on, because the process did not get to it before the next slot came, or
 * because whoever popped it refused it. Each is counted with its reason, so
 * that due = started + missed always holds.
 *
 * With overlap: queue and missed: once the latest slot that cannot be used yet
 * waits instead, and starts as soon as it may. At most one does: when another
 * one comes, or it cannot start at all, it is missed. It is counted only then,
 * or when it starts. What is refused never waits.
 *
 * A source may be put off: slots that come meanwhile are missed. It may then be
 * due once outside of its slots, to try again what failed: that is no slot, and
 * neither due nor started counts it. Nor does it what somebody asks for by
 * hand, which is done whatever stands against it, but for the run that goes on.
 *
 * A paused source has no slots: none comes, and none is missed.
 *
 * Slots on the wall clock (spec.h) follow it when it is set, as soon as anybody
 * looks: look at least each minute. Set on, it brings at once what it jumped
 * over; set back by less than three hours, it brings nothing again.
 *
 * Thread: one (the loop's). Time and randomness come in as arguments, so that
 * tests need no clock.
 */
#ifndef GN_SCHEDULE_SCHEDULE_H
#define GN_SCHEDULE_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "schedule/due.h"
#include "schedule/spec.h"

struct gn_schedule;

/* start_ns is when the first slots may come; seed makes the jitter differ
 * between runs. Errors: NOMEM. */
enum garner_code gn_schedule_new(int64_t start_ns, uint64_t seed,
                                 struct gn_schedule **out,
                                 struct garner_error *err);
void gn_schedule_free(struct gn_schedule *s);

/* Adds due, which is in no schedule, with a copy of spec and counters at 0.
 * Phases of the sources added with one interval are spread evenly over it,
 * however many there are and in whichever order they are added (golden-ratio
 * sequence); the first one is due at the start. Borrows due until removed or
 * freed. Errors: NOMEM, INVALID. */
enum garner_code gn_schedule_add(struct gn_schedule *s, struct gn_due *due,
                                 const struct gn_spec *spec, int64_t now_ns,
                                 int64_t wall_us, struct garner_error *err);
/* Whatever its spec says, a slot of due that cannot be used yet waits: also the
 * one slot of a source without a schedule. */
void gn_schedule_make_up(struct gn_due *due);

/* Goes on where an earlier process left off: there the next slot would have
 * been at next_us of the wall clock. The slots of an interval that is not
 * aligned stay where they were, unless that is another interval by now. If it
 * came, and what is missed is made up for, it waits. */
void gn_schedule_resume(struct gn_schedule *s, struct gn_due *due,
                        int64_t next_us, int64_t now_ns, int64_t wall_us);
/* Gives due, which has begun and has an interval that is not aligned, another
 * one, every_ms: its next slot is so long after what was popped last was due,
 * or whole intervals later if that has passed. */
void gn_schedule_adapt(struct gn_schedule *s, struct gn_due *due,
                       int64_t every_ms, int64_t now_ns, int64_t wall_us);
/* Where it would have to go on if this process ended now: its next slot, or the
 * one that waits, on the wall clock. It recurs. */
int64_t gn_schedule_slot_us(const struct gn_due *due, int64_t now_ns,
                            int64_t wall_us);
/* Takes due out, running or not; its counters stay. */
void gn_schedule_remove(struct gn_schedule *s, struct gn_due *due);

/* When the next source is due; INT64_MAX: none ever. */
int64_t gn_schedule_next_ns(const struct gn_schedule *s);

/* Takes the source that has been due longest at now_ns and may start, and marks
 * it running; NULL: none. *due_at_ns is when it was due (lateness = now -
 * that). When several of its slots came, that is the latest, and those before
 * are counted as missed; so are all slots of sources still running, on the way.
 * The source is put back at its next slot at once. No cost per slot passed
 * over (but for those of a cron line, and openings of a window). */
struct gn_due *gn_schedule_pop(struct gn_schedule *s, int64_t now_ns,
                               int64_t wall_us, int64_t *due_at_ns);

/* The popped source's run ended; it may start again at its next slot. */
void gn_schedule_finish(struct gn_schedule *s, struct gn_due *due);

/* Puts off a source that is not running until until_ns: slots before that are
 * missed, and why is the reason. again: it is due then, outside of its slots,
 * and a slot that waits is missed. */
void gn_schedule_put_off(struct gn_schedule *s, struct gn_due *due,
                         int64_t until_ns, enum gn_miss why, bool again);

/* Somebody asks for due: it is due once, now, paused or put off or not; as soon
 * as it has ended, if it is running. What it was put off for is forgotten. */
void gn_schedule_ask(struct gn_schedule *s, struct gn_due *due, int64_t now_ns);

/* Its slots come no more, nor is it tried again, and one that waits is missed;
 * and so they come again. Slots from before are not made up for. */
void gn_schedule_pause(struct gn_schedule *s, struct gn_due *due);
void gn_schedule_unpause(struct gn_schedule *s, struct gn_due *due,
                         int64_t now_ns, int64_t wall_us);
/* How many are paused. */
size_t gn_schedule_paused(const struct gn_schedule *s);

/* The popped source's run could not be started: counts it as GN_MISS_REFUSED
 * in place of started, if it was a slot, and finishes it. */
void gn_schedule_refuse(struct gn_schedule *s, struct gn_due *due);

/* The same, as GN_MISS_STOPPED. */
void gn_schedule_stop(struct gn_schedule *s, struct gn_due *due);

/* The popped source may not start: as gn_schedule_refuse, but why is the
 * reason, and it is put off for that until until_ns; if it was popped to try
 * again, it is due for that then; and if what is missed is made up for, it
 * waits. */
void gn_schedule_turn_away(struct gn_schedule *s, struct gn_due *due,
                           int64_t until_ns, enum gn_miss why);

/* Nothing is popped any more: slots that wait are missed, as GN_MISS_STOPPED,
 * unless they are made up for by who resumes. */
void gn_schedule_give_up(struct gn_schedule *s);

#endif
