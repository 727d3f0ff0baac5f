#include "engine/host/host.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "engine/retry.h"

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

char *gn_host_name(const char *url)
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

int64_t gn_host_longest_ms(const struct gn_source *source)
{
    const int64_t most_ms = gn_retry_most_ms(&source->retry);

    return most_ms > source->host_interval_ms ? most_ms
                                              : source->host_interval_ms;
}

struct gn_host *gn_host_make(char *name)
{
    struct gn_host *host = name != NULL ? gn_alloc(sizeof *host) : NULL;

    if (host == NULL) {
        gn_free(name);
        return NULL;
    }
    host->name = name;
    TAILQ_INIT(&host->waiting);
    return host;
}

void gn_host_free(struct gn_host *host)
{
    if (host == NULL)
        return;
    gn_free(host->name);
    gn_target_free(host->robots);
    gn_rules_fini(&host->rules);
    gn_free(host);
}

struct gn_host *gn_host_new(const struct gn_source *source, const char *url)
{
    struct gn_host *host = gn_host_make(gn_host_name(url));

    if (host != NULL)
        host->longest_ms = gn_host_longest_ms(source);
    return host;
}

/* Where the host of that name is, or is to be. */
static size_t place_of(const struct gn_hosts *h, const char *name)
{
    size_t first = 0;
    size_t end = h->count;

    while (first < end) {
        const size_t middle = first + (end - first) / 2;

        if (strcmp(h->all[middle]->name, name) < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

struct gn_host *gn_host_find(const struct gn_hosts *h, const char *name)
{
    const size_t at = place_of(h, name);

    return at < h->count && strcmp(h->all[at]->name, name) == 0 ? h->all[at]
                                                                : NULL;
}

static bool insert(struct gn_hosts *h, size_t at, struct gn_host *host)
{
    struct gn_host **all =
        gn_realloc(h->all, (h->count + 1) * sizeof h->all[0]);

    if (all == NULL)
        return false;
    memmove(&all[at + 1], &all[at], (h->count - at) * sizeof all[0]);
    all[at] = host;
    h->all = all;
    h->count++;
    return true;
}

enum garner_code gn_host_meet(struct gn_hosts *h, struct gn_host *host,
                              struct gn_host **out, struct garner_error *err)
{
    const size_t at = place_of(h, host->name);
    struct gn_host *other = gn_host_find(h, host->name);

    if (other == NULL && !insert(h, at, host)) {
        gn_host_free(host);
        return gn_fail(err, GARNER_NOMEM, "out of memory for a host");
    }
    *out = other != NULL ? other : host;
    if (other == NULL)
        return GARNER_OK;
    if (other->rules.version == 0) { /* nobody has obeyed them so far */
        other->rules = host->rules;
        host->rules = (struct gn_rules){0};
    }
    gn_host_free(host);
    return GARNER_OK;
}

static bool is_idle(const struct gn_host *host)
{
    return !host->stays && host->pages == 0 && host->guests == 0 &&
           host->active == 0 && !host->asking && TAILQ_EMPTY(&host->waiting);
}

/* Until it works again, too, for then one asks it before all others do. */
static bool is_left_alone(const struct gn_host *host, int64_t now_ns)
{
    return host->off_until_ns > now_ns || host->next_ns > now_ns ||
           host->circuit.openings > 0;
}

/* What a new one of its name would not learn from the store. */
static bool has_news(const struct gn_host *host)
{
    return host->untold.requests > 0 || host->changed || host->learned ||
           host->tellings > 0;
}

void gn_host_trim(struct gn_hosts *h, int64_t now_ns)
{
    size_t n = 0;

    for (size_t i = 0; i < h->count; i++) {
        struct gn_host *host = h->all[i];

        if (is_idle(host) && !has_news(host) && !is_left_alone(host, now_ns))
            gn_host_free(host);
        else
            h->all[n++] = host;
    }
    h->count = n;
}
