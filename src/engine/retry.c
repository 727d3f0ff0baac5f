#include "engine/retry.h"

#include "base/clock.h"
#include "engine/state.h"

enum { US = 1000, NS = 1000000 }; /* in a millisecond */

void gn_retry_begin(struct gn_job *job)
{
    struct gn_active *a = job->active;

    if (job->hop.count > 0)
        return; /* it has begun */
    if (job->by_hand != 0)
        a->attempt = 0;
    else
        a->attempt = job->again ? a->attempt + 1 : 1;
    job->run.attempt = a->attempt;
}

void gn_retry_end(struct gn_job *job)
{
    struct gn_memory *m = &job->active->memory;

    job->puts_off = m->off_until_us != 0;
    m->off_until_us = 0;
}

bool gn_retry_may_repeat(const struct gn_job *job)
{
    const struct gn_request *r = &job->active->source->request;

    return gn_backoff_idempotent(r->method, r->body != NULL);
}

/* Who asked for it sees how it ended. What was led on has arrived. */
static bool tries_again(const struct gn_job *job, enum gn_failure failure,
                        int status)
{
    const bool harmless = gn_retry_may_repeat(job);

    return job->by_hand == 0 && (harmless || job->hop.count == 0) &&
           gn_backoff_again(&job->active->source->retry, failure, status,
                            job->run.attempt, harmless);
}

void gn_retry_decide(struct gn_job *job, const struct gn_response *response,
                     double random)
{
    struct gn_active *a = job->active;
    const struct gn_backoff *b = &a->source->retry;
    const int64_t wall_us = gn_clock_wall_us();
    /* one that was expected is no failure */
    const int status = job->run.failure != NULL ? response->status : 0;
    int64_t wait_ms = gn_backoff_retry_after_ms(
        response->failure == GN_FAILURE_NONE ? response->status : 0,
        gn_buf_cstr(response->headers), wall_us);
    int64_t delay_ms = 0;

    job->tries_again = tries_again(job, response->failure, status);
    if (job->tries_again) {
        delay_ms = gn_backoff_delay_ms(b, job->run.attempt, random);
    }
    job->off_for = wait_ms > delay_ms ? GN_MISS_ASKED : GN_MISS_WAITING;
    wait_ms = wait_ms > delay_ms ? wait_ms : delay_ms;
    job->is_put_off = wait_ms > 0 || job->tries_again;
    if (job->is_put_off) {
        job->off_until_ns = gn_clock_monotonic_ns() + wait_ms * NS;
        job->off_until_us = wall_us + wait_ms * US;
    }
    job->puts_off = job->is_put_off || a->memory.off_until_us != 0;
    a->memory.off_until_us = job->off_until_us;
}

void gn_retry_undo(struct gn_job *job)
{
    job->active->attempt = job->run.attempt - 1;
}

void gn_retry_put_off(struct gn_job *job, int64_t until_ns, enum gn_miss why)
{
    const int64_t left_ns = until_ns - gn_clock_monotonic_ns();

    job->tries_again = tries_again(job, GN_FAILURE_CONNECT, 0);
    job->is_put_off = job->puts_off = true;
    job->off_until_ns = until_ns;
    job->off_for = why;
    job->off_until_us = gn_clock_wall_us() + left_ns / US;
    job->active->memory.off_until_us = job->off_until_us;
}

enum garner_code gn_retry_add(struct gn_job *job, struct garner_error *err)
{
    if (!job->puts_off || job->active->page != NULL)
        return GARNER_OK; /* that one's row has it: gn_crew_add_end */
    return gn_history_add_delay(job->batch, job->active->memory.id,
                                job->off_until_us,
                                job->tries_again ? job->run.attempt : 0, err);
}

void gn_retry_release(struct gn_job *job)
{
    struct gn_schedule *s = job->flow->schedule;
    struct gn_due *due = &job->active->due;

    job->flow->totals.passing += job->tries_again;
    if (job->active->page != NULL)
        return; /* its source is at work until its pass is over */
    gn_schedule_finish(s, due);
    if (job->is_put_off)
        gn_schedule_put_off(s, due, job->off_until_ns, job->off_for,
                            job->tries_again);
}

int64_t gn_retry_most_ms(const struct gn_backoff *b)
{
    const int64_t most = gn_backoff_delay_ms(b, GN_RETRY_TIMES_MAX, 1);

    return most > GN_RETRY_AFTER_MAX_MS ? most : GN_RETRY_AFTER_MAX_MS;
}

void gn_retry_resume(struct gn_active *active, struct gn_schedule *s,
                     int64_t now_ns, int64_t wall_us)
{
    const struct gn_backoff *b = &active->source->retry;
    const struct gn_memory *m = &active->memory;
    const bool again = m->attempt > 0 && m->attempt <= b->times;
    int64_t left_us = m->off_until_us - wall_us;

    if (m->off_until_us == 0 || left_us > gn_retry_most_ms(b) * US)
        return; /* what seems longer comes of a clock that was set */
    if (left_us < 0)
        left_us = 0;
    active->attempt = m->attempt;
    gn_schedule_put_off(s, &active->due, now_ns + left_us * US,
                        m->attempt > 0 ? GN_MISS_WAITING : GN_MISS_ASKED,
                        again);
}
