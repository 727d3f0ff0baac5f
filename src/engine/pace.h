/*
 * pace.h - when a source is due next: its interval, where that adapts to what
 * its fetches find, and what the store keeps of both over restarts, in the
 * transaction of each run. Only sources with missed: once or adapt have that.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_PACE_H
#define GN_ENGINE_PACE_H

#include "engine/job.h"

/* The schedule of active, with the interval that it had come to. */
struct gn_spec gn_pace_spec(const struct gn_active *active);

/* Has a source go on where it was when garner ended. Call once active is in s.
 */
void gn_pace_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns, int64_t wall_us);

/* Decides by job's reply, once its body has been compared, how long its source
 * waits until its next slot. A failure, and the first body there is, say
 * nothing. Takes the flow's lock. */
void gn_pace_decide(struct gn_job *job, const struct gn_response *response);

/* Adds to job's batch when its source is due next. Errors: NOMEM. */
enum garner_code gn_pace_add(struct gn_job *job, struct garner_error *err);

#endif
