#include "engine/pace.h"

#include "base/clock.h"

enum garner_code gn_pace_add(struct gn_job *job, struct garner_error *err)
{
    const struct gn_due *due = &job->active->due;

    if (!due->spec.once)
        return GARNER_OK;
    return garner_batch_add(
        job->batch, "update garner_source set next_due = ?2 where id = ?1",
        GARNER_ARGS(garner_integer(job->active->memory.id),
                    garner_integer(gn_schedule_slot_us(
                        due, gn_clock_monotonic_ns(), gn_clock_wall_us()))),
        err);
}

void gn_pace_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns, int64_t wall_us)
{
    if (active->due.spec.once && active->memory.next_due_us != 0)
        gn_schedule_resume(s, &active->due, active->memory.next_due_us, now_ns,
                           wall_us);
}
