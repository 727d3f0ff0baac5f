/*
 * pace.h - when a source is due next, as the store keeps it over restarts: in
 * the transaction of each run of a source whose missed due times are made up
 * for.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_PACE_H
#define GN_ENGINE_PACE_H

#include "engine/job.h"

/* Adds to job's batch when its source is due next. Errors: NOMEM. */
enum garner_code gn_pace_add(struct gn_job *job, struct garner_error *err);

/* Has a source go on where it was when garner ended. Call once active is in s.
 */
void gn_pace_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns, int64_t wall_us);

#endif
