#include "engine/host/hosts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/unit.h"
#include "engine/host/telling.h"
#include "engine/retry.h"

/* A source, and where it goes. */
struct way {
    char *name;
    struct gn_active *active;
};

static int by_name(const void *a, const void *b)
{
    const struct way *x = a;
    const struct way *y = b;

    return strcmp(x->name, y->name);
}

static bool takes_part(const struct gn_source *source)
{
    return source->host_failures > 0 || source->host_concurrency > 0 ||
           source->host_interval_ms > 0 || source->host_bytes > 0;
}

/* Fills ways[]; returns how many, also without memory: then the last has no
 * name. */
static size_t gather(struct gn_active **actives, size_t count, struct way *ways)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const char *url = actives[i]->source->request.url;

        if (actives[i]->pass != NULL) /* it has many URLs */
            continue;
        ways[n] = (struct way){gn_host_name(url), actives[i]};
        if (ways[n++].name == NULL)
            break;
    }
    return n;
}

void gn_hosts_unlimit(struct gn_hosts *h)
{
    for (size_t i = 0; i < h->count; i++)
        h->all[i]->limiter.rate = 0;
}

void gn_hosts_limit(struct gn_host *host, const struct gn_source *source)
{
    struct gn_limiter *l = &host->limiter;
    const int64_t rate = source->host_bytes;

    if (rate > 0 && (l->rate == 0 || rate < l->rate))
        l->rate = rate;
}

void gn_hosts_use(struct gn_host *host, struct gn_active *active)
{
    const int64_t ms = gn_host_longest_ms(active->source);

    active->host = host;
    gn_hosts_limit(host, active->source);
    if (active->source->host_bytes > 0)
        gn_target_limit(active->target, &host->limiter);
    if (ms > host->longest_ms)
        host->longest_ms = ms;
}

void gn_hosts_visit(struct gn_host *host, struct gn_job *job)
{
    const struct gn_source *source = job->active->source;
    const int64_t ms = gn_host_longest_ms(source);

    gn_hosts_depart(job);
    job->host = host;
    job->is_guest = true;
    host->guests++;
    gn_hosts_limit(host, source);
    if (source->host_bytes > 0)
        gn_target_limit(job->hop.target, &host->limiter);
    if (ms > host->longest_ms)
        host->longest_ms = ms;
}

void gn_hosts_depart(struct gn_job *job)
{
    if (job->is_guest)
        job->host->guests--;
    job->is_guest = false;
}

/* Makes a host of each name; the names move there, or are freed. false: no
 * memory. */
static bool share_out(struct gn_hosts *h, struct way *ways, size_t count)
{
    struct gn_host *host = NULL;
    size_t i = 0;

    qsort(ways, count, sizeof *ways, by_name);
    while (i < count) {
        struct way *w = &ways[i++];

        if (host != NULL && strcmp(host->name, w->name) == 0) {
            gn_free(w->name);
        } else {
            host = gn_host_make(w->name);
            if (host == NULL)
                break;
            host->stays = true;
            h->all[h->count++] = host;
        }
        gn_hosts_use(host, w->active);
    }
    if (i == count && (count == 0 || host != NULL))
        return true;
    while (i < count)
        gn_free(ways[i++].name);
    return false;
}

enum garner_code gn_hosts_open(struct gn_hosts *h, struct gn_active **actives,
                               size_t count, struct garner_error *err)
{
    struct way *ways = gn_alloc((count + 1) * sizeof *ways);
    size_t n = ways != NULL ? gather(actives, count, ways) : 0;
    enum garner_code code = GARNER_OK;

    h->all = gn_alloc((n + 1) * sizeof h->all[0]);
    if (ways == NULL || h->all == NULL || (n > 0 && ways[n - 1].name == NULL)) {
        code = gn_fail(err, GARNER_NOMEM, "out of memory for %zu hosts", n);
        while (n > 0)
            gn_free(ways[--n].name);
    } else if (!share_out(h, ways, n)) {
        code = gn_fail(err, GARNER_NOMEM, "out of memory for %zu hosts", n);
    }
    gn_free(ways);
    return code;
}

void gn_hosts_close(struct gn_hosts *h)
{
    gn_telling_abandon(h);
    for (size_t i = 0; i < h->count; i++)
        gn_host_free(h->all[i]);
    gn_free(h->all);
    gn_heap_fini(&h->heap);
    *h = (struct gn_hosts){0};
}

/* --- those that come later ----------------------------------------------- */

enum garner_code gn_hosts_join(struct gn_hosts *h, struct gn_active *active,
                               struct gn_host *host, struct garner_error *err)
{
    const enum garner_code code = gn_host_meet(h, host, &host, err);

    if (code != GARNER_OK)
        return code;
    host->stays = true;
    gn_hosts_use(host, active);
    return GARNER_OK;
}

/* --- left alone ---------------------------------------------------------- */

bool gn_hosts_turn_away(const struct gn_host *host,
                        const struct gn_source *source, int64_t now_ns,
                        int64_t *until_ns, enum gn_miss *why)
{
    if (host == NULL) /* it has many URLs: each page has its own */
        return false;
    if (takes_part(source) && now_ns < host->off_until_ns) {
        *until_ns = host->off_until_ns;
        *why = GN_MISS_ASKED;
        return true;
    }
    if (source->host_failures == 0 || gn_circuit_admits(&host->circuit, now_ns))
        return false;
    *until_ns = gn_circuit_again_ns(&host->circuit, now_ns);
    *why = GN_MISS_HOST;
    return true;
}

/* Notes in the host's circuit how a fetch ended. */
static void judge(struct gn_job *job, enum gn_outcome outcome, double random)
{
    const struct gn_source *source = job->active->source;
    struct gn_host *host = job->host;
    const int64_t now_ns = gn_clock_monotonic_ns();
    const int failures = host->circuit.failures;
    const bool changes =
        gn_circuit_end(&host->circuit, outcome, job->is_probe,
                       source->host_failures, &source->retry, random, now_ns);
    char wait[32];

    host->changed |= changes || host->circuit.failures != failures;
    if (!changes)
        return;
    if (host->circuit.openings == 0) {
        gn_log(GN_LOG_INFO, NULL, "%s answers again", host->name);
        return;
    }
    gn_unit_format_duration((host->circuit.until_ns - now_ns) / 1000000, wait);
    gn_log(GN_LOG_WARN, NULL, "%s failed %d times in a row: left alone for %s",
           host->name, host->circuit.failures, wait);
}

/* --- waited for ---------------------------------------------------------- */

static struct gn_host *of_node(struct gn_heap_node *node)
{
    return (struct gn_host *)(void *)((char *)node -
                                      offsetof(struct gn_host, node));
}

/* Between the beginnings of its source's fetches from the host; 0: none. */
static int64_t interval_ms(const struct gn_job *job)
{
    const int64_t own_ms = job->active->source->host_interval_ms;
    const int64_t delay_ms = job->permit->delay_ms;

    return delay_ms > own_ms ? delay_ms : own_ms;
}

static bool waits_for_rules(const struct gn_job *job)
{
    return job->host->asking && job->active->source->obeys_robots;
}

/* When job may begin, as things are; INT64_MAX: when a fetch has ended. */
static int64_t may_begin_ns(const struct gn_job *job, int64_t now_ns)
{
    const struct gn_host *host = job->host;
    const int most = job->active->source->host_concurrency;
    int64_t at_ns = now_ns;

    if ((most > 0 && host->active >= most) || waits_for_rules(job))
        return INT64_MAX;
    if (interval_ms(job) > 0 && host->next_ns > at_ns)
        at_ns = host->next_ns;
    return at_ns;
}

/* Puts the host where its first waiting job belongs. */
static void look_again(struct gn_hosts *h, struct gn_host *host)
{
    const struct gn_job *first = TAILQ_FIRST(&host->waiting);

    if (first != NULL)
        gn_heap_move(&h->heap, &host->node,
                     may_begin_ns(first, gn_clock_monotonic_ns()));
}

static bool queues(const struct gn_job *job)
{
    return job->active->source->host_concurrency > 0 || interval_ms(job) > 0 ||
           waits_for_rules(job);
}

/* Makes room for a job in the host's queue. false: no memory. */
static bool open_queue(struct gn_hosts *h, struct gn_host *host)
{
    if (!TAILQ_EMPTY(&host->waiting))
        return true;
    host->node.key = INT64_MAX;
    return gn_heap_add(&h->heap, &host->node, NULL) == GARNER_OK;
}

/* Of one that waits behind those who came before it. */
static int64_t last_turn_ns(const struct gn_job *job, int64_t now_ns)
{
    struct gn_host *host = job->host;
    int64_t at_ns = may_begin_ns(job, now_ns);

    if (at_ns == INT64_MAX)
        return at_ns;
    if (TAILQ_FIRST(&host->waiting) != job &&
        at_ns < host->turn_ns + interval_ms(job) * 1000000)
        at_ns = host->turn_ns + interval_ms(job) * 1000000;
    host->turn_ns = at_ns;
    return at_ns;
}

bool gn_hosts_wait(struct gn_hosts *h, struct gn_job *job, int64_t now_ns)
{
    struct gn_host *host = job->host;

    if (!queues(job))
        return false;
    if (TAILQ_EMPTY(&host->waiting) && may_begin_ns(job, now_ns) <= now_ns)
        return false;
    if (!open_queue(h, host))
        return false; /* without memory there is no queue */
    TAILQ_INSERT_TAIL(&host->waiting, job, in_queue);
    job->active->queued = job;
    job->turn_ns = last_turn_ns(job, now_ns);
    look_again(h, host);
    return true;
}

bool gn_hosts_return(struct gn_hosts *h, struct gn_job *job)
{
    struct gn_host *host = job->host;

    if (!open_queue(h, host))
        return false;
    TAILQ_INSERT_HEAD(&host->waiting, job, in_queue);
    job->active->queued = job;
    job->turn_ns = may_begin_ns(job, gn_clock_monotonic_ns());
    look_again(h, host);
    return true;
}

static void leave_queue(struct gn_hosts *h, struct gn_job *job)
{
    struct gn_host *host = job->host;

    TAILQ_REMOVE(&host->waiting, job, in_queue);
    job->active->queued = NULL;
    if (TAILQ_EMPTY(&host->waiting))
        gn_heap_remove(&h->heap, &host->node);
}

static struct gn_job *take(struct gn_hosts *h, struct gn_host *host)
{
    struct gn_job *job = TAILQ_FIRST(&host->waiting);

    leave_queue(h, job);
    return job;
}

void gn_hosts_take_back(struct gn_hosts *h, struct gn_job *job)
{
    leave_queue(h, job);
    look_again(h, job->host);
}

struct gn_job *gn_hosts_next(struct gn_hosts *h, int64_t now_ns)
{
    struct gn_heap_node *node;

    while ((node = gn_heap_first(&h->heap)) != NULL && node->key <= now_ns) {
        struct gn_host *host = of_node(node);
        const struct gn_job *first = TAILQ_FIRST(&host->waiting);
        const int64_t at_ns = may_begin_ns(first, now_ns);

        if (at_ns <= now_ns)
            return take(h, host);
        gn_heap_move(&h->heap, node, at_ns);
    }
    return NULL;
}

struct gn_job *gn_hosts_give_up(struct gn_hosts *h)
{
    struct gn_heap_node *node = gn_heap_first(&h->heap);

    return node != NULL ? take(h, of_node(node)) : NULL;
}

int64_t gn_hosts_next_ns(const struct gn_hosts *h)
{
    const struct gn_heap_node *node = gn_heap_first(&h->heap);

    return node != NULL ? node->key : INT64_MAX;
}

/* --- begin and end ------------------------------------------------------- */

void gn_hosts_begin(struct gn_hosts *h, struct gn_job *job)
{
    const struct gn_source *source = job->active->source;
    struct gn_host *host = job->host;

    host->active += source->host_concurrency > 0;
    job->at_host = true;
    if (interval_ms(job) > 0)
        host->next_ns = gn_clock_monotonic_ns() + interval_ms(job) * 1000000;
    if (source->host_failures > 0)
        job->is_probe = gn_circuit_begin(&host->circuit);
    look_again(h, host);
}

/* As the server asks, all who take part leave it alone. */
static void put_off(struct gn_host *host, const struct gn_response *response)
{
    const int64_t wait_ms = gn_backoff_retry_after_ms(
        response->failure == GN_FAILURE_NONE ? response->status : 0,
        gn_buf_cstr(response->headers), gn_clock_wall_us());
    const int64_t until_ns = gn_clock_monotonic_ns() + wait_ms * 1000000;

    if (wait_ms <= 0 || until_ns <= host->off_until_ns)
        return;
    host->off_until_ns = until_ns;
    host->changed = true;
}

void gn_hosts_end(struct gn_hosts *h, struct gn_job *job,
                  const struct gn_response *response, int status, double random)
{
    const struct gn_source *source = job->active->source;
    struct gn_host *host = job->host;

    if (!job->at_host)
        return;
    job->at_host = false;
    host->active -= source->host_concurrency > 0;
    if (source->host_failures > 0)
        judge(job,
              response != NULL && !response->kept_off
                  ? gn_circuit_outcome(response->failure, status)
                  : GN_OUTCOME_UNKNOWN,
              random);
    if (response != NULL && takes_part(source))
        put_off(host, response);
    look_again(h, host);
}
