#include "engine/pace.h"

#include "base/clock.h"
#include "base/thread.h"
#include "engine/history/cell.h"
#include "engine/state.h"
#include "fetch/freshness.h"

enum { OK = 200, MULTIPLE_CHOICES = 300 };

static bool is_kept(const struct gn_spec *spec)
{
    return gn_spec_recurs(spec) && (spec->once || gn_adapts(&spec->adapt));
}

struct gn_spec gn_pace_spec(const struct gn_active *active)
{
    struct gn_spec spec = active->source->schedule;

    if (gn_adapts(&spec.adapt) && active->memory.interval_ms > 0)
        spec.every_ms =
            gn_adapt_bound_ms(&spec.adapt, active->memory.interval_ms);
    return spec;
}

void gn_pace_resume(struct gn_active *active, struct gn_schedule *s,
                    int64_t now_ns, int64_t wall_us)
{
    if (is_kept(&active->due.spec) && active->memory.next_due_us != 0)
        gn_schedule_resume(s, &active->due, active->memory.next_due_us, now_ns,
                           wall_us);
}

/* The interval after what job found. */
static int64_t find_interval(const struct gn_job *job)
{
    const struct gn_active *a = job->active;
    const struct gn_adapt *adapt = &a->due.spec.adapt;
    const int64_t interval_ms = a->memory.interval_ms > 0
                                    ? a->memory.interval_ms
                                    : a->source->schedule.every_ms;
    const bool is_first =
        !a->memory.has_body && a->bodies_out == 0 && !job->unmodified;

    if (is_first)
        return gn_adapt_bound_ms(adapt, interval_ms);
    return gn_adapt_next_ms(adapt, interval_ms,
                            job->body_is_new && !job->body_is_expected);
}

void gn_pace_decide(struct gn_job *job, const struct gn_response *response)
{
    struct gn_active *a = job->active;
    struct gn_flow *f = job->flow;
    const struct gn_adapt *adapt = &a->due.spec.adapt;
    int64_t wait_ms;

    if (!gn_adapts(adapt) || job->run.failure != NULL || job->run.part > 1 ||
        (!job->unmodified &&
         (response->status < OK || response->status >= MULTIPLE_CHOICES)))
        return;
    a->memory.interval_ms = find_interval(job);
    wait_ms = gn_adapt_wait_ms(adapt, a->memory.interval_ms,
                               gn_freshness_ms(gn_buf_cstr(response->headers),
                                               response->started_wall_us,
                                               response->duration_us));
    gn_lock(&f->lock);
    a->is_fresh = wait_ms > a->memory.interval_ms;
    gn_schedule_adapt(f->schedule, &a->due, wait_ms, gn_clock_monotonic_ns(),
                      gn_clock_wall_us());
    gn_unlock(&f->lock);
}

enum garner_code gn_pace_add(struct gn_job *job, struct garner_error *err)
{
    const struct gn_active *a = job->active;
    const int64_t interval_ms = a->memory.interval_ms;

    if (!is_kept(&a->due.spec))
        return GARNER_OK;
    return garner_batch_add(
        job->batch,
        "update garner_source set next_due = ?2, interval = ?3 where id = ?1",
        GARNER_ARGS(
            garner_integer(a->memory.id),
            garner_integer(gn_schedule_slot_us(&a->due, gn_clock_monotonic_ns(),
                                               gn_clock_wall_us())),
            gn_cell_integer(interval_ms * 1000,
                            gn_adapts(&a->due.spec.adapt) && interval_ms > 0)),
        err);
}
