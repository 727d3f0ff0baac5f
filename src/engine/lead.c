#include "engine/lead.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "engine/frontier/fate.h"
#include "engine/frontier/links.h"
#include "engine/frontier/page.h"
#include "engine/frontier/pass_state.h"
#include "engine/host/costs.h"
#include "fetch/nextpage.h"

/* Whether job's URL is one that the file names, and no document. */
static bool is_own(const struct gn_job *job)
{
    const struct gn_active *a = job->active;

    if (job->hop.count > 0 || job->run.part > 1)
        return false;
    return a->page == NULL || a->source->crawl == NULL ||
           gn_home_has(a->pass->home, job->host->name);
}

/* Of a list each URL speaks for itself. */
static void note_address(struct gn_job *job, const struct gn_response *response)
{
    struct gn_active *owner = gn_active_owner(job->active);

    if (!response->is_private || !is_own(job))
        return;
    job->is_private = true;
    if (job->active->page == NULL || owner->source->crawl != NULL)
        owner->is_private = true;
}

/* Whether job is a further page, of another host than its source's own. */
static bool is_abroad(const struct gn_job *job)
{
    char *own = gn_host_name(job->active->source->request.url);
    char *there = gn_host_name(gn_target_url(job->target));
    const bool same = own != NULL && there != NULL && strcmp(own, there) == 0;

    gn_free(own);
    gn_free(there);
    return !same;
}

/* The request as it is led on. */
static struct gn_request request_of(const struct gn_job *job)
{
    const struct gn_active *owner = gn_active_owner(job->active);
    struct gn_request r =
        gn_active_request(job->active, !job->is_private && !owner->is_private);

    if (job->run.part > 1 && is_abroad(job))
        gn_nextpage_bare(&r);
    return r;
}

/* Whether job may go where hop is; if not, it fails. A page that a crawl found
 * is left alone then. */
static bool may_go(struct gn_job *job, const struct gn_hop *hop)
{
    const char *word = gn_links_bar(job, hop->url);
    char text[240];

    if (word == NULL)
        return true;
    gn_fate_tell_led(word, gn_target_url(hop->target), text);
    gn_job_fail(job, gn_failure_name(GN_FAILURE_REDIRECT), text);
    job->run.left_alone = gn_job_was_found(job);
    return false;
}

/* Has t ask as job did before: for another version alone, if that is one of
 * what is there. false: it fails. */
static bool prepare(struct gn_job *job, struct gn_target *t)
{
    const struct gn_source *source = job->active->source;

    if (gn_validators_any(&job->asked) && job->answer_url != NULL &&
        strcmp(job->answer_url, gn_target_url(t)) == 0)
        (void)gn_target_ask_if(t, &job->asked); /* else for the whole */
    if (job->active->jar != NULL)
        (void)gn_target_set_jar(t, job->active->jar); /* else without */
    if (job->file == NULL ||
        gn_target_save(t, job->file, gn_config_reads_body(source)))
        return true;
    gn_job_fail(job, "local", "out of memory for a path");
    return false;
}

/* Leaves its host for that of hop, which is its own from now on. */
static void go(struct gn_job *job, const struct gn_response *response,
               struct gn_host *host, const struct gn_hop *hop)
{
    struct gn_flow *f = job->flow;

    gn_hosts_end(f->hosts, job, response, 0, gn_random_fraction(&f->random));
    gn_costs_leave(f->hosts, job->host, f->store, gn_clock_monotonic_ns());
    if (job->hop.count == 0)
        job->run.started_us = response->started_wall_us;
    job->hop_us += response->duration_us;
    job->run.status = response->status;
    gn_hop_fini(&job->hop);
    job->hop = *hop;
    gn_hosts_visit(host, job);
    job->hop_permit = (struct gn_permit){0};
    job->permit = &job->hop_permit;
    job->brought_rules = false;
}

bool gn_lead_follow(struct gn_job *job, const struct gn_response *response)
{
    struct gn_hop hop = {.count = job->hop.count, .is_bare = job->hop.is_bare};
    struct gn_request request;
    struct gn_host *host = NULL;
    struct garner_error err;
    enum gn_failure failure;
    char text[240];

    note_address(job, response);
    if (response->failure != GN_FAILURE_NONE || response->redirect == NULL ||
        job->active->source->request.limits.max_redirects < 0)
        return false;
    request = request_of(job);
    failure = gn_hop_follow(&hop, &request, response, text);
    if (failure != GN_FAILURE_NONE) {
        gn_job_fail(job, gn_failure_name(failure), text);
    } else if (may_go(job, &hop) && prepare(job, hop.target)) {
        host = gn_costs_find(job, hop.url, &err);
        if (host == NULL)
            gn_job_fail(job, "local", err.message);
    }
    if (host != NULL)
        go(job, response, host, &hop);
    else
        gn_hop_fini(&hop);
    return host != NULL;
}
