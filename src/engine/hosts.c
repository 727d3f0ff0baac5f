#include "engine/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/unit.h"
#include "base/url.h"

/* A source, and where it goes. */
struct way {
    char *name;
    struct gn_active *active;
};

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        c = "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
    return c;
}

static void add_lower(struct gn_buf *out, struct gn_url_part part)
{
    for (size_t i = 0; i < part.size; i++)
        gn_buf_byte(out, lower(part.text[i]));
}

/* NULL: no memory. */
static char *name_of(const char *url)
{
    struct gn_buf name = {0};
    struct gn_url parts;

    if (gn_url_split(url, &parts, NULL) != GARNER_OK)
        return NULL; /* the target has parsed it: it is good */
    add_lower(&name, parts.scheme);
    gn_buf_text(&name, "://");
    add_lower(&name, parts.host);
    if (parts.port < 0)
        parts.port = parts.scheme.size == strlen("https") ? 443 : 80;
    gn_buf_printf(&name, ":%d", parts.port);
    return gn_buf_take(&name);
}

static int by_name(const void *a, const void *b)
{
    const struct way *x = a;
    const struct way *y = b;

    return strcmp(x->name, y->name);
}

/* Fills ways[] with the sources that take part; returns how many, also without
 * memory: then the last has no name. */
static size_t gather(struct gn_active *actives, size_t count, struct way *ways)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (actives[i].source->host_failures == 0)
            continue;
        ways[n] =
            (struct way){name_of(actives[i].source->request.url), &actives[i]};
        if (ways[n++].name == NULL)
            break;
    }
    return n;
}

/* Makes a host of each name; the names move there, or are freed. */
static void share_out(struct gn_hosts *h, struct way *ways, size_t count)
{
    struct gn_host *host = NULL;

    qsort(ways, count, sizeof *ways, by_name);
    for (size_t i = 0; i < count; i++) {
        if (host == NULL || strcmp(host->name, ways[i].name) != 0) {
            host = &h->all[h->count++];
            host->name = ways[i].name;
        } else {
            gn_free(ways[i].name);
        }
        ways[i].active->host = host;
    }
}

enum garner_code gn_hosts_open(struct gn_hosts *h, struct gn_active *actives,
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
    } else {
        share_out(h, ways, n);
    }
    gn_free(ways);
    return code;
}

void gn_hosts_close(struct gn_hosts *h)
{
    for (size_t i = 0; i < h->count; i++)
        gn_free(h->all[i].name);
    gn_free(h->all);
    *h = (struct gn_hosts){0};
}

bool gn_hosts_turn_away(const struct gn_active *active, int64_t now_ns,
                        int64_t *until_ns)
{
    const struct gn_host *host = active->host;

    if (host == NULL || gn_circuit_admits(&host->circuit, now_ns))
        return false;
    *until_ns = gn_circuit_again_ns(&host->circuit, now_ns);
    return true;
}

void gn_hosts_begin(struct gn_job *job)
{
    struct gn_host *host = job->active->host;

    if (host != NULL)
        job->is_probe = gn_circuit_begin(&host->circuit);
}

void gn_hosts_end(struct gn_job *job, enum gn_failure failure, int status,
                  double random)
{
    const struct gn_source *source = job->active->source;
    struct gn_host *host = job->active->host;
    const int64_t now_ns = gn_clock_monotonic_ns();
    char wait[32];

    if (host == NULL ||
        !gn_circuit_end(&host->circuit, gn_circuit_outcome(failure, status),
                        job->is_probe, source->host_failures, &source->retry,
                        random, now_ns))
        return;
    if (host->circuit.openings == 0) {
        gn_log(GN_LOG_INFO, NULL, "%s answers again", host->name);
        return;
    }
    gn_unit_format_duration((host->circuit.until_ns - now_ns) / 1000000, wait);
    gn_log(GN_LOG_WARN, NULL, "%s failed %d times in a row: left alone for %s",
           host->name, host->circuit.failures, wait);
}
