#include "engine/start.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/away.h"
#include "engine/chain.h"
#include "engine/deliver.h"
#include "engine/frontier/crew.h"
#include "engine/frontier/pass.h"
#include "engine/host/permit.h"
#include "engine/retry.h"
#include "engine/save.h"
#include "engine/steer/asked.h"
#include "engine/version.h"

/* The schedule is looked at so often, for the wall clock may be set. */
#define LOOK_NS INT64_C(60000000000)
/* A page for which there was no memory is tried again after so long. */
#define AGAIN_NS INT64_C(100000000)

static struct gn_job *new_job(struct gn_flow *f, struct gn_active *active)
{
    struct gn_job *job = STAILQ_FIRST(&f->spare);

    if (job != NULL) {
        STAILQ_REMOVE_HEAD(&f->spare, next);
        f->spares--;
    } else {
        job = gn_alloc(sizeof *job);
        if (job == NULL)
            return NULL;
    }
    gn_job_init(job, active, f, f->inbox);
    TAILQ_INSERT_TAIL(&f->all, job, in_all);
    f->jobs++;
    active->jobs++;
    return job;
}

/* A fetch that could not even be started leaves its row all the same. */
static void not_started(struct gn_job *job, const struct garner_error *err)
{
    gn_hosts_end(job->flow->hosts, job, NULL, 0, 0);
    gn_deliver_unfetched(job, gn_failure_name(GN_FAILURE_LOCAL), err->message);
}

void gn_start_fetch(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    struct garner_error err;

    if (gn_fetcher_start(f->fetcher, gn_job_target(job), f->fetched, job,
                         &job->transfer, &err) != GARNER_OK)
        not_started(job, &err);
    else if (job->state != GN_JOB_FETCHING)
        gn_job_move(job, GN_JOB_FETCHING);
}

/* A page that cannot be asked for leaves a row, too. */
static void not_found(struct gn_job *job)
{
    gn_hosts_end(job->flow->hosts, job, NULL, 0, 0);
    gn_deliver_unfetched(job, "next", job->active->chain->why);
}

static void begin(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    struct garner_error err;

    if (!gn_permit_ask(job))
        return;
    if (job->hop.count > 0) {
        gn_hosts_begin(f->hosts, job);
        gn_start_fetch(job);
        return;
    }
    gn_retry_begin(job);
    if (job->run.part > 1 && job->target == NULL) {
        not_found(job);
        return;
    }
    gn_hosts_begin(f->hosts, job);
    if (job->asks_whole || gn_save_resumes(job))
        gn_version_ask_whole(job);
    else
        gn_version_ask(job);
    if (job->again) {
        gn_lock(&f->lock);
        f->totals.retried++;
        gn_unlock(&f->lock);
    }
    if (gn_save_begin(job, &err) == GARNER_OK)
        gn_start_fetch(job);
    else
        not_started(job, &err);
}

/* While it waits for its host, it takes no room from others. */
static void wait(struct gn_job *job, int64_t now_ns)
{
    struct gn_flow *f = job->flow;

    job->waits_from_ns = now_ns;
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    job->active->waits_for_host = true;
    job->active->host_ns = job->turn_ns;
    gn_unlock(&f->lock);
}

/* Takes job, which has begun to wait, back: nobody does any more when garner is
 * to stop, or the source leaves. What need not wait is finished. */
static bool drop(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    const char *why = NULL;

    gn_lock(&f->lock);
    if (f->closed)
        why = "garner was stopped";
    else if (gn_active_owner(job->active)->leaving)
        why = "the configuration has changed";
    if (why != NULL) {
        gn_hosts_take_back(f->hosts, job);
        f->fetching_count--;
        f->reserved_bytes -= job->held;
        gn_deliver_dropped(job, why);
    }
    gn_unlock(&f->lock);
    if (why != NULL)
        gn_inbox_ring(f->inbox); /* it may have been the last */
    return why != NULL;
}

void gn_start_hop(struct gn_job *job)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    gn_job_move(job, GN_JOB_WAITING);
    if (gn_away_led(job, now_ns))
        return;
    gn_permit_refresh(job);
    if (!gn_hosts_wait(job->flow->hosts, job, now_ns))
        begin(job);
    else if (!drop(job))
        wait(job, now_ns);
}

/* A source taken from the schedule. */
struct taken {
    struct gn_active *active;
    int64_t late_ns;
    size_t reserved; /* bytes that its body may need */
    bool again;      /* it is tried again */
    uint64_t by_hand;
    bool whole;
    bool goes_on; /* with its next page */
};

static void refuse(struct gn_flow *f, const struct taken *taken, int64_t now_ns)
{
    struct gn_active *active = taken->active;

    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= taken->reserved;
    if (taken->goes_on)
        gn_schedule_finish(f->schedule, &active->due);
    else if (active->page != NULL)
        gn_crew_turned_away(active, now_ns + AGAIN_NS, now_ns);
    else
        gn_schedule_refuse(f->schedule, &active->due);
    gn_asked_refuse(&active->asked, taken->by_hand, "out of memory");
    gn_unlock(&f->lock);
    gn_log(GN_LOG_ERROR, active->source->name, "out of memory for a fetch");
    gn_inbox_ring(f->inbox); /* it may have been the last */
}

static void start(struct gn_flow *f, const struct taken *taken, int64_t now_ns)
{
    struct gn_active *active = taken->active;
    struct gn_job *job = new_job(f, active);

    if (job == NULL) {
        refuse(f, taken, now_ns);
        return;
    }
    job->held = taken->reserved;
    job->run.late_us = taken->late_ns / 1000;
    job->again = taken->again;
    gn_permit_refresh(job);
    job->by_hand = taken->by_hand;
    job->asks_whole = taken->whole;
    gn_chain_enter(job, taken->goes_on);
    if (gn_hosts_wait(f->hosts, job, now_ns)) {
        gn_job_move(job, GN_JOB_WAITING);
        wait(job, now_ns);
    } else {
        begin(job);
    }
}

/* With the lock held. */
static bool has_room(const struct gn_flow *f)
{
    return !f->closed && f->fetching_count < f->parallel &&
           f->body_bytes + f->reserved_bytes < f->max_body_bytes &&
           STAILQ_EMPTY(&f->for_store) && STAILQ_EMPTY(&f->for_extractor);
}

static struct gn_active *active_of(struct gn_due *due)
{
    return (struct gn_active *)(void *)((char *)due -
                                        offsetof(struct gn_active, due));
}

/* Pops the next source whose host may be fetched from. With the lock held. */
static struct gn_due *pop(struct gn_flow *f, int64_t now_ns, int64_t *due_at_ns)
{
    const int64_t wall_us = gn_clock_wall_us();
    struct gn_due *due;
    int64_t until_ns;
    enum gn_miss why;

    while ((due = gn_schedule_pop(f->schedule, now_ns, wall_us, due_at_ns)) !=
               NULL &&
           !due->by_hand &&
           gn_hosts_turn_away(active_of(due)->host, active_of(due)->source,
                              now_ns, &until_ns, &why))
        gn_schedule_turn_away(f->schedule, due, until_ns, why);
    return due;
}

/* Bytes that the body of a fetch may need in memory. */
static size_t reserved_for(const struct gn_flow *f, const struct gn_active *a)
{
    const bool in_file =
        a->source->save.path != NULL && !gn_config_reads_body(a->source);
    const int64_t most = gn_target_limits(a->target)->memory_bytes;
    int64_t bytes = a->last.bytes;

    if (a->owner != NULL) /* whose last bodies those of others are like */
        bytes = a->owner->last.bytes;
    if (f->spool != NULL && bytes > most)
        bytes = most;
    return bytes > 0 && !in_file ? (size_t)bytes : 0;
}

/* Takes the next source that is due from the schedule; false: none may start.
 * *next_ns is when to look again; INT64_MIN: when there is room. */
static bool take_due(struct gn_flow *f, int64_t now_ns, struct taken *taken,
                     int64_t *next_ns)
{
    struct gn_due *due = NULL;
    int64_t due_at_ns = 0;

    *next_ns = INT64_MIN;
    gn_lock(&f->lock);
    if (has_room(f)) {
        due = pop(f, now_ns, &due_at_ns);
        *next_ns = gn_schedule_next_ns(f->schedule);
    }
    if (due != NULL) {
        struct gn_active *a = active_of(due);
        const bool is_fetch = a->pass == NULL;

        *taken = (struct taken){.active = a,
                                .late_ns = now_ns - due_at_ns,
                                .reserved = is_fetch ? reserved_for(f, a) : 0,
                                .again = due->again};
        if (due->by_hand)
            taken->by_hand = gn_asked_begin(&a->asked, &taken->whole);
        a->waits_for_host = false;
        f->fetching_count += is_fetch;
        f->reserved_bytes += taken->reserved;
        gn_histogram_add(&f->lateness, taken->late_ns / 1000);
    }
    gn_unlock(&f->lock);
    return due != NULL;
}

/* The same of those with another page to come. One that leaves ends with what
 * it has. */
static bool take_going(struct gn_flow *f, struct taken *taken)
{
    struct gn_active *a = NULL;

    gn_lock(&f->lock);
    if (has_room(f) && (a = TAILQ_FIRST(&f->going)) != NULL) {
        TAILQ_REMOVE(&f->going, a, in_going);
        a->jobs--;
        *taken = (struct taken){.active = a,
                                .reserved = reserved_for(f, a),
                                .by_hand = a->chain->by_hand,
                                .goes_on = true};
        f->fetching_count++;
        f->reserved_bytes += taken->reserved;
    }
    gn_unlock(&f->lock);
    return a != NULL;
}

/* Takes a job whose turn at its host has come; NULL: there is none, or no room
 * for it. */
static struct gn_job *take_waiting(struct gn_flow *f, int64_t now_ns)
{
    struct gn_job *job = NULL;

    gn_lock(&f->lock);
    if (has_room(f))
        do
            job = gn_hosts_next(f->hosts, now_ns);
        while (job != NULL && gn_away_waited(job, now_ns));
    if (job != NULL) {
        job->active->waits_for_host = false;
        f->fetching_count++;
        f->reserved_bytes += job->held;
    }
    gn_unlock(&f->lock);
    return job;
}

static void start_waiting(struct gn_flow *f, int64_t now_ns)
{
    struct gn_job *job;

    while ((job = take_waiting(f, now_ns)) != NULL) {
        if (job->hop.count == 0)
            job->run.late_us += (now_ns - job->waits_from_ns) / 1000;
        else if (gn_away_led(job, now_ns))
            continue;
        begin(job);
    }
}

static void start_due(struct gn_flow *f)
{
    /* What falls due meanwhile has to wait, so that this ends. */
    const int64_t until_ns = gn_clock_monotonic_ns();
    int64_t now_ns = until_ns;
    int64_t next_ns = INT64_MIN;
    struct taken taken;

    while (take_due(f, now_ns, &taken, &next_ns)) {
        if (taken.active->pass != NULL)
            gn_pass_begin(f, taken.active, taken.by_hand, taken.whole);
        else
            start(f, &taken, now_ns);
        if (next_ns > until_ns)
            break;
        now_ns = gn_clock_monotonic_ns();
    }
    if (next_ns > now_ns + LOOK_NS && next_ns != INT64_MAX)
        next_ns = now_ns + LOOK_NS;
    if (next_ns != INT64_MIN)
        gn_alarm_set(&f->alarm, next_ns);
}

/* Takes the next page of a pass; false: none may start. */
static bool take_page(struct gn_flow *f, int64_t now_ns, struct taken *taken)
{
    struct gn_active *hand;
    bool room;

    gn_lock(&f->lock);
    room = has_room(f);
    gn_unlock(&f->lock);
    hand = room ? gn_crew_next(f, now_ns) : NULL;
    if (hand == NULL)
        return false;
    *taken = (struct taken){.active = hand,
                            .again = hand->attempt > 0,
                            .whole = gn_crew_is_whole(hand)};
    gn_lock(&f->lock);
    taken->reserved = reserved_for(f, hand);
    f->fetching_count++;
    f->reserved_bytes += taken->reserved;
    gn_unlock(&f->lock);
    return true;
}

/* A pass that could not be opened leaves the row of a run. */
static void fail_passes(struct gn_flow *f, int64_t now_ns)
{
    struct gn_active *active;
    struct garner_error why;
    uint64_t by_hand;

    while ((active = gn_pass_failed(f, &by_hand, &why)) != NULL) {
        const struct taken taken = {.active = active, .by_hand = by_hand};
        struct gn_job *job = new_job(f, active);

        gn_lock(&f->lock);
        f->fetching_count++;
        gn_unlock(&f->lock);
        if (job == NULL) {
            refuse(f, &taken, now_ns);
            continue;
        }
        job->by_hand = by_hand;
        gn_retry_begin(job);
        gn_deliver_unfetched(job, "urls", why.message);
    }
}

static void start_pages(struct gn_flow *f, int64_t now_ns)
{
    struct taken taken;

    fail_passes(f, now_ns);
    gn_pass_tend(f, now_ns);
    while (take_page(f, now_ns, &taken))
        start(f, &taken, now_ns);
    gn_pass_tend(f, now_ns); /* there may be few left in memory now */
}

void gn_start_due(struct gn_flow *f)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    int64_t waiting_ns;
    struct taken taken;

    start_waiting(f, now_ns);
    while (take_going(f, &taken))
        start(f, &taken, now_ns);
    start_due(f);
    start_pages(f, now_ns);
    waiting_ns = gn_hosts_next_ns(f->hosts);
    if (waiting_ns > now_ns && waiting_ns != INT64_MAX)
        gn_alarm_set(&f->alarm, waiting_ns); /* else there was no room */
}
