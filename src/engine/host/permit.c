#include "engine/host/permit.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/thread.h"
#include "engine/deliver.h"
#include "engine/host/costs.h"
#include "engine/retry.h"

#define NS INT64_C(1000000) /* in a millisecond */

/* --- how it is asked for ------------------------------------------------- */

/* Makes host->robots. Nobody asks for it now. */
static enum garner_code make_target(const struct gn_job *job,
                                    struct garner_error *err)
{
    struct gn_host *host = job->host;
    struct gn_buf url = {0};
    struct gn_request request =
        gn_rules_request(job->active->source, host->name, &url);
    enum garner_code code;

    request.public_only = gn_target_is_public_only(gn_job_target(job));

    gn_target_free(host->robots);
    host->robots = NULL;
    code = gn_buf_failed(&url)
               ? gn_fail(err, GARNER_NOMEM, "out of memory for a host")
               : gn_target_new(&request, &host->robots, err);
    gn_buf_fini(&url);
    return code;
}

enum garner_code gn_permit_open(struct gn_active *const *actives, size_t count,
                                struct garner_store *store,
                                struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < count && code == GARNER_OK; i++) {
        struct gn_host *host = actives[i]->host;

        if (host == NULL || !actives[i]->source->obeys_robots || host->recalled)
            continue;
        host->recalled = true;
        code = gn_rules_recall(store, host->name, &host->rules, err);
    }
    return code;
}

/* --- what it says -------------------------------------------------------- */

/* With its secrets. */
static const char *url_of(const struct gn_job *job)
{
    return job->hop.url != NULL ? job->hop.url
                                : job->active->source->request.url;
}

void gn_permit_refresh(struct gn_job *job)
{
    const struct gn_source *source = job->active->source;
    const struct gn_rules *rules = &job->host->rules;
    struct gn_permit *permit = job->permit;
    struct gn_robots_verdict v;

    if (!source->obeys_robots || permit->rules_version == rules->version)
        return;
    gn_rules_ask(rules, url_of(job), source->request.user_agent, &v);
    permit->rules_version = rules->version;
    permit->forbidden = !v.allowed;
    permit->delay_ms = v.delay_ms;
}

/* job may not be fetched. */
static void forbid(struct gn_job *job)
{
    const struct gn_source *source = job->active->source;
    const struct gn_host *host = job->host;
    char text[300];

    gn_rules_refusal(&host->rules, host->name, url_of(job),
                     source->request.user_agent, text);
    job->run.left_alone =
        host->rules.access == GN_ROBOTS_RULES && gn_job_was_found(job);
    gn_retry_begin(job);
    gn_retry_end(job);
    gn_deliver_unfetched(job, "robots", text);
}

/* --- fetching it --------------------------------------------------------- */

static void given_up(struct gn_job *job)
{
    gn_retry_begin(job);
    gn_deliver_unfetched(job, gn_failure_name(GN_FAILURE_CANCELED),
                         "given up before it was fetched: garner was stopped");
}

/* Nobody is to be asked there. */
static void keep_off(struct gn_job *job, const struct gn_response *response)
{
    job->run.left_alone = gn_job_was_found(job);
    gn_retry_begin(job);
    gn_retry_end(job);
    gn_deliver_unfetched(job, gn_failure_name(response->failure),
                         response->error);
}

/* Notes what came for the host and all who wait for it. */
static void learn(struct gn_job *job, struct gn_response *response)
{
    struct gn_host *host = job->host;
    struct gn_job *other;
    int64_t next_ns;

    gn_rules_learn(&host->rules, response, gn_clock_wall_us());
    job->brought_rules = true;
    host->learned = true;
    gn_permit_refresh(job);
    TAILQ_FOREACH(other, &host->waiting, in_queue)
    gn_permit_refresh(other);
    next_ns = gn_clock_monotonic_ns() + job->permit->delay_ms * NS;
    if (job->permit->delay_ms > 0 && next_ns > host->next_ns)
        host->next_ns = next_ns;
}

/* Back into the host's queue, where it takes no room from others; nobody waits
 * any more when garner is to stop, or the source leaves. */
static void go_back(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    const char *why = NULL;

    gn_job_move(job, GN_JOB_WAITING);
    gn_lock(&f->lock);
    f->fetching_count--;
    f->reserved_bytes -= job->held;
    if (f->closed)
        why = "garner was stopped";
    else if (gn_active_owner(job->active)->leaving)
        why = "the configuration has changed";
    else if (!gn_hosts_return(f->hosts, job))
        why = "out of memory";
    job->active->waits_for_host = why == NULL;
    job->active->host_ns = job->turn_ns;
    if (why != NULL)
        gn_deliver_dropped(job, why);
    gn_unlock(&f->lock);
}

static void robots_fetched(void *context, struct gn_response *response)
{
    struct gn_job *job = context;
    struct gn_flow *f = job->flow;
    const bool canceled = response->failure == GN_FAILURE_CANCELED;

    if (f->abandoned)
        return;
    job->transfer = NULL;
    job->host->asking = false;
    gn_costs_note(job, response);
    if (!canceled && !response->kept_off)
        learn(job, response);
    gn_hosts_end(f->hosts, job, response, response->status,
                 gn_random_fraction(&f->random));
    if (canceled)
        given_up(job);
    else if (response->kept_off)
        keep_off(job, response);
    else if (job->permit->forbidden)
        forbid(job);
    else
        go_back(job);
    gn_inbox_ring(f->inbox); /* others may begin, or it was the last */
}

static enum garner_code start_robots(struct gn_job *job,
                                     struct garner_error *err)
{
    struct gn_host *host = job->host;
    const struct gn_validators v = gn_rules_validators(&host->rules);
    const enum garner_code code = make_target(job, err);

    if (code != GARNER_OK)
        return code;
    (void)gn_target_ask_if(host->robots, gn_validators_any(&v) ? &v : NULL);
    return gn_fetcher_start(job->flow->fetcher, host->robots, robots_fetched,
                            job, &job->transfer, err);
}

static void fetch_robots(struct gn_job *job)
{
    struct gn_flow *f = job->flow;
    struct garner_error err;

    job->waits_from_ns = gn_clock_monotonic_ns();
    gn_hosts_begin(f->hosts, job);
    if (start_robots(job, &err) == GARNER_OK) {
        job->host->asking = true;
        gn_job_move(job, GN_JOB_FETCHING);
        return;
    }
    gn_hosts_end(f->hosts, job, NULL, 0, 0);
    gn_retry_begin(job);
    gn_deliver_unfetched(job, gn_failure_name(GN_FAILURE_LOCAL), err.message);
}

bool gn_permit_ask(struct gn_job *job)
{
    if (!job->active->source->obeys_robots)
        return true;
    if (!job->brought_rules &&
        !gn_rules_fresh(&job->host->rules, gn_clock_wall_us())) {
        fetch_robots(job);
        return false;
    }
    gn_permit_refresh(job);
    if (job->permit->forbidden)
        forbid(job);
    return !job->permit->forbidden;
}
