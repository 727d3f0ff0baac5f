#include "engine/away.h"

#include <stdio.h>

#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/frontier/crew.h"
#include "engine/retry.h"

struct absence {
    int64_t until_ns;
    enum gn_miss why;
};

/* How job's host is left alone; false: it is not, or somebody asked for job, or
 * for the pass that its page is of. */
static bool is_kept_away(const struct gn_job *job, int64_t now_ns,
                         struct absence *away)
{
    const struct gn_active *a = job->active;

    if (job->by_hand != 0 || (a->page != NULL && gn_crew_is_by_hand(a)))
        return false;
    return gn_hosts_turn_away(job->host, a->source, now_ns, &away->until_ns,
                              &away->why);
}

/* Puts job, which does not count as fetching, back to where it was taken from.
 * With the lock held. */
static void put_back(struct gn_job *job, const struct absence *away,
                     int64_t now_ns)
{
    struct gn_flow *f = job->flow;
    struct gn_active *a = job->active;

    if (a->page != NULL)
        gn_crew_turned_away(a, away->until_ns, now_ns);
    else
        gn_schedule_turn_away(f->schedule, &a->due, away->until_ns, away->why);
    gn_hosts_depart(job);
    TAILQ_REMOVE(&f->all, job, in_all);
    f->jobs--;
    a->jobs--;
    gn_job_free(job);
    gn_inbox_ring(f->inbox); /* it may have been the last */
}

bool gn_away_waited(struct gn_job *job, int64_t now_ns)
{
    struct absence away;

    if (job->run.part > 1 || job->hop.count > 0 ||
        !is_kept_away(job, now_ns, &away))
        return false;
    put_back(job, &away, now_ns);
    return true;
}

/* Whether job is not lost by being put back. */
static bool comes_again(const struct gn_job *job)
{
    const struct gn_active *a = job->active;

    if (!gn_retry_may_repeat(job))
        return false; /* its own server has it */
    return a->page != NULL ||
           (job->run.part == 1 && (a->due.again || a->due.spec.once));
}

/* Puts back one that had begun. */
static void begin_again(struct gn_job *job, const struct absence *away,
                        int64_t now_ns)
{
    struct gn_flow *f = job->flow;

    gn_retry_undo(job);
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    f->totals.retried -= job->again;
    put_back(job, away, now_ns);
    gn_unlock(&f->lock);
}

static void fail(struct gn_job *job, const struct absence *away)
{
    char text[240];

    snprintf(text, sizeof text,
             "it leads to %.120s, which is left alone for now, since it failed "
             "or asked for that",
             job->host->name);
    gn_retry_put_off(job, away->until_ns, away->why);
    gn_deliver_unfetched(job, gn_failure_name(GN_FAILURE_CONNECT), text);
    gn_inbox_ring(job->flow->inbox); /* it may have been the last */
}

bool gn_away_led(struct gn_job *job, int64_t now_ns)
{
    struct absence away;

    if (!is_kept_away(job, now_ns, &away))
        return false;
    if (comes_again(job))
        begin_again(job, &away, now_ns);
    else
        fail(job, &away);
    return true;
}
