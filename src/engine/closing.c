#include "engine/closing.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/frontier/pass.h"
#include "engine/host/costs.h"
#include "engine/record.h"
#include "engine/start.h"

static void drop(struct gn_flow *f, struct gn_job *job)
{
    TAILQ_REMOVE(&f->all, job, in_all);
    gn_job_free(job);
}

/* Frees the jobs that are back, or were never out. */
static void drop_idle(struct gn_flow *f)
{
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    gn_inbox_take(f->inbox, &jobs);
    STAILQ_CONCAT(&jobs, &f->for_store);
    STAILQ_CONCAT(&jobs, &f->for_extractor);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        drop(f, job);
    }
    while ((job = STAILQ_FIRST(&f->spare)) != NULL) {
        STAILQ_REMOVE_HEAD(&f->spare, next);
        gn_free(job);
    }
}

/* Lets go of the jobs that the store has; they are freed when it is done with
 * them. Returns how many. */
static size_t leave_to_store(struct gn_flow *f)
{
    struct gn_job *next;
    size_t count = 0;

    for (struct gn_job *job = TAILQ_FIRST(&f->all); job != NULL; job = next) {
        next = TAILQ_NEXT(job, in_all);
        if (job->in_store) {
            TAILQ_REMOVE(&f->all, job, in_all);
            count++;
        }
    }
    return count;
}

void gn_closing_free(struct gn_flow *f)
{
    struct gn_job *job;

    f->abandoned = true;
    gn_notify_close(f->notify);
    gn_fetcher_close(f->fetcher);
    gn_extractor_close(f->extractor);
    drop_idle(f);
    gn_inbox_close(f->inbox, leave_to_store(f));
    gn_alarm_close(&f->alarm);
    uv_close((uv_handle_t *)&f->again, NULL);
    (void)uv_run(f->loop, UV_RUN_DEFAULT); /* until nothing is left in it */
    while ((job = TAILQ_FIRST(&f->all)) != NULL)
        drop(f, job);
    gn_notify_free(f->notify);
    gn_schedule_free(f->schedule);
    garner_codec_free(f->codec);
    gn_mutex_fini(&f->lock);
}

void gn_closing_stop(struct gn_flow *f)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int64_t wall_us = gn_clock_wall_us();
    struct gn_due *due;
    struct gn_job *job;
    int64_t due_at_ns;

    gn_start_due(f);
    gn_lock(&f->lock);
    f->closed = true;
    while ((due = gn_schedule_pop(f->schedule, now_ns, wall_us, &due_at_ns)) !=
           NULL)
        gn_schedule_stop(f->schedule, due);
    gn_deliver_cut(f, NULL, "garner was stopped");
    while ((job = gn_hosts_give_up(f->hosts)) != NULL)
        gn_deliver_dropped(job, "garner was stopped");
    gn_schedule_give_up(f->schedule);
    gn_pass_stop(f);
    gn_unlock(&f->lock);
    gn_alarm_set(&f->alarm, INT64_MAX);
}

void gn_closing_cancel(struct gn_flow *f)
{
    struct gn_job *job;

    for (job = TAILQ_FIRST(&f->all); job != NULL; job = TAILQ_NEXT(job, in_all))
        if (job->state == GN_JOB_FETCHING)
            gn_fetcher_cancel(f->fetcher, job->transfer);
    while ((job = STAILQ_FIRST(&f->for_extractor)) != NULL) {
        STAILQ_REMOVE_HEAD(&f->for_extractor, next);
        gn_lock(&f->lock);
        f->extracting_count--;
        gn_unlock(&f->lock);
        gn_job_fail(job, gn_failure_name(GN_FAILURE_CANCELED),
                    "given up before its rows were made: garner was stopped");
        gn_deliver(job, NULL, 0);
    }
}

enum garner_code gn_closing_add_unsettled(const struct gn_flow *f,
                                          struct garner_batch *batch,
                                          struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (struct gn_job *job = TAILQ_FIRST(&f->all);
         job != NULL && code == GARNER_OK; job = TAILQ_NEXT(job, in_all))
        if (!job->in_store) {
            gn_costs_ended(job, false);
            code = gn_record_add_canceled(job, batch, err);
        }
    return code;
}
