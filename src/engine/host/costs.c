#include "engine/host/costs.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/host/telling.h"
#include "engine/state.h"

enum {
    US = 1000,
    /* in a millisecond; and ns in one of these */ A_BATCH = 1000
};
/* What a host has cost is told to the store at most so often. */
#define EVERY_NS INT64_C(1000000000)
/* Hosts that are known at a time, unless they are needed; and how often that is
 * looked at. */
#define MOST_HOSTS 4096
#define TRIM_NS    INT64_C(10000000000)

static void charge(struct gn_host *host, const struct gn_cost *cost,
                   const struct gn_response *response)
{
    gn_cost_add(&host->untold, cost);
    if (response->started_wall_us > host->last_us)
        host->last_us = response->started_wall_us;
}

/* The host that gave response: another than was asked, if libcurl has followed
 * redirects itself. */
static struct gn_host *last_host(struct gn_job *job,
                                 const struct gn_response *response)
{
    struct garner_error err;
    struct gn_host *host = response->redirects > 0 && !response->kept_off
                               ? gn_costs_find(job, response->final_url, &err)
                               : NULL;

    return host != NULL ? host : job->host; /* without memory, too */
}

void gn_costs_note(struct gn_job *job, const struct gn_response *response)
{
    enum { NOT_MODIFIED = 304, ERRORS = 400 };
    const bool answered = response->failure == GN_FAILURE_NONE;
    const bool unknown = response->failure == GN_FAILURE_CANCELED ||
                         response->failure == GN_FAILURE_LOCAL;
    struct gn_host *last = last_host(job, response);
    struct gn_cost cost = {.requests = response->requests,
                           .not_modified =
                               answered && response->status == NOT_MODIFIED,
                           .errors = !unknown && !response->kept_off &&
                                     (!answered || response->status >= ERRORS),
                           .bytes = response->wire_bytes};

    if (last != job->host) { /* those between them count for the first */
        const int led = response->requests > 1 ? response->requests - 1 : 1;

        charge(job->host, &(struct gn_cost){.requests = led}, response);
        cost.requests = 1;
    }
    charge(last, &cost, response);
    if (last != job->host)
        gn_costs_leave(job->flow->hosts, last, job->flow->store,
                       gn_clock_monotonic_ns());
}

/* --- to the store -------------------------------------------------------- */

/* A time of the monotonic clock on the wall's; 0 for one that is over. */
static int64_t on_wall(int64_t ns, int64_t now_ns, int64_t wall_us)
{
    return ns > now_ns ? wall_us + (ns - now_ns) / US : 0;
}

static enum garner_code tell(const struct gn_host *host,
                             struct garner_batch *batch, int64_t now_ns,
                             struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    const struct gn_host_row row = {
        .cost = host->untold,
        .last_us = host->last_us,
        .failures = host->circuit.failures,
        .openings = host->circuit.openings,
        .open_until_us = host->circuit.openings > 0
                             ? on_wall(host->circuit.until_ns, now_ns, wall_us)
                             : 0,
        .off_until_us = on_wall(host->off_until_ns, now_ns, wall_us),
        .next_us = on_wall(host->next_ns, now_ns, wall_us)};
    const enum garner_code code =
        gn_host_history_add(batch, host->name, &row, err);

    return code == GARNER_OK && host->learned
               ? gn_rules_add(batch, host->name, &host->rules, err)
               : code;
}

/* Whether host has something to tell by now. */
static bool has_to_tell(const struct gn_host *host, int64_t now_ns)
{
    const bool due = host->untold.requests > 0 &&
                     (host->told_ns == 0 || now_ns - host->told_ns >= EVERY_NS);

    return due || host->changed || host->learned;
}

enum garner_code gn_costs_add(struct gn_job *job, int64_t now_ns,
                              struct garner_error *err)
{
    struct gn_host *host = job->host;
    enum garner_code code;

    if (host == NULL || !has_to_tell(host, now_ns))
        return GARNER_OK;
    code = tell(host, job->batch, now_ns, err);
    if (code != GARNER_OK)
        return code;
    gn_cost_add(&job->told, &host->untold);
    job->told_host = true;
    job->told_rules = host->learned || job->told_rules;
    gn_telling_done(host, now_ns);
    return GARNER_OK;
}

void gn_costs_ended(struct gn_job *job, bool stored)
{
    if (!stored && job->told_host)
        gn_telling_undo(job->host, &job->told, job->told_rules);
    job->told = (struct gn_cost){0};
    job->told_host = job->told_rules = false;
}

/* The next hosts from *i on, by themselves. */
static enum garner_code store_some(struct gn_hosts *h, size_t *i,
                                   struct garner_store *store, int64_t now_ns,
                                   struct garner_error *err)
{
    struct gn_telling *t;
    enum garner_code code = gn_telling_new(A_BATCH, &t, err);

    if (code != GARNER_OK)
        return code;
    for (; *i < h->count && garner_batch_count(gn_telling_batch(t)) < A_BATCH &&
           code == GARNER_OK;
         ++*i) {
        struct gn_host *host = h->all[*i];

        if (host->untold.requests == 0 && !host->changed && !host->learned)
            continue;
        code = tell(host, gn_telling_batch(t), now_ns, err);
        gn_telling_add(t, host);
    }
    if (code == GARNER_OK)
        return gn_telling_send(h, t, store, now_ns, err);
    gn_telling_free(t);
    return code;
}

enum garner_code gn_costs_store_rest(struct gn_hosts *h,
                                     struct garner_store *store,
                                     struct garner_error *err)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    enum garner_code code = GARNER_OK;

    gn_telling_reap(h);
    for (size_t i = 0; i < h->count && code == GARNER_OK;)
        code = store_some(h, &i, store, now_ns, err);
    return code;
}

void gn_costs_leave(struct gn_hosts *h, struct gn_host *host,
                    struct garner_store *store, int64_t now_ns)
{
    struct gn_telling *t;
    struct garner_error err;

    gn_telling_reap(h);
    if (!has_to_tell(host, now_ns) || gn_telling_new(1, &t, &err) != GARNER_OK)
        return;
    if (tell(host, gn_telling_batch(t), now_ns, &err) != GARNER_OK) {
        gn_telling_free(t);
        return;
    }
    gn_telling_add(t, host);
    (void)gn_telling_send(h, t, store, now_ns, &err); /* else another time */
}

void gn_costs_trim(struct gn_hosts *h, struct garner_store *store,
                   int64_t now_ns)
{
    struct garner_error err;

    if (h->count < MOST_HOSTS || now_ns < h->trimmed_ns + TRIM_NS)
        return;
    h->trimmed_ns = now_ns;
    if (gn_costs_store_rest(h, store, &err) == GARNER_OK)
        gn_host_trim(h, now_ns);
}

/* --- and back ------------------------------------------------------------ */

/* A time of the wall clock on the monotonic one. What seems to lie further
 * ahead than the host can have been left alone for comes of a clock that was
 * set. */
static int64_t from_wall(int64_t us, const struct gn_host *host, int64_t now_ns,
                         int64_t wall_us)
{
    const int64_t left_us = us - wall_us;

    if (us == 0 || left_us <= 0 || left_us > host->longest_ms * US)
        return now_ns;
    return now_ns + left_us * US;
}

static enum garner_code recall(struct gn_host *host, struct garner_store *store,
                               int64_t now_ns, int64_t wall_us,
                               struct garner_error *err)
{
    struct gn_host_row row;
    const enum garner_code code =
        gn_host_history_recall(store, host->name, &row, err);

    host->circuit.failures = row.failures;
    host->circuit.openings = row.openings;
    host->circuit.until_ns =
        from_wall(row.open_until_us, host, now_ns, wall_us);
    host->off_until_ns = from_wall(row.off_until_us, host, now_ns, wall_us);
    host->next_ns = from_wall(row.next_us, host, now_ns, wall_us);
    return code;
}

enum garner_code gn_costs_resume(struct gn_hosts *h, struct garner_store *store,
                                 int64_t now_ns, struct garner_error *err)
{
    const int64_t wall_us = gn_clock_wall_us();
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < h->count && code == GARNER_OK; i++)
        code = recall(h->all[i], store, now_ns, wall_us, err);
    return code;
}

enum garner_code gn_costs_new_host(const struct gn_source *source,
                                   const char *url, bool anew,
                                   struct garner_store *store,
                                   struct gn_host **out,
                                   struct garner_error *err)
{
    struct gn_host *host = gn_host_new(source, url);
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (host == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a host");
    if (!anew)
        code = recall(host, store, gn_clock_monotonic_ns(), gn_clock_wall_us(),
                      err);
    if (code == GARNER_OK && source->obeys_robots)
        code = gn_rules_recall(store, host->name, &host->rules, err);
    if (code == GARNER_OK)
        *out = host;
    else
        gn_host_free(host);
    return code;
}

struct gn_host *gn_costs_find(struct gn_job *job, const char *url,
                              struct garner_error *err)
{
    struct gn_flow *f = job->flow;
    char *name = gn_host_name(url);
    struct gn_host *host = name != NULL ? gn_host_find(f->hosts, name) : NULL;

    gn_free(name);
    if (host == NULL)
        gn_costs_trim(f->hosts, f->store, gn_clock_monotonic_ns());
    if (host == NULL &&
        gn_costs_new_host(job->active->source, url, f->anew, f->store, &host,
                          err) == GARNER_OK &&
        gn_host_meet(f->hosts, host, &host, err) != GARNER_OK)
        host = NULL;
    return host;
}
