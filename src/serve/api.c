#include "serve/api.h"

#include <math.h>

#include "base/clock.h"
#include "base/json.h"

static void count(struct gn_json *j, const char *key, uint64_t value)
{
    gn_json_key(j, key);
    gn_json_integer(j, (int64_t)value);
}

/* Microseconds go out as milliseconds; INT64_MAX as null: never. */
static void duration(struct gn_json *j, const char *key, int64_t us)
{
    gn_json_key(j, key);
    if (us == INT64_MAX)
        gn_json_null(j);
    else
        gn_json_real(j, (double)us / 1000);
}

static void text(struct gn_json *j, const char *key, const char *value)
{
    gn_json_key(j, key);
    gn_json_text(j, value[0] != '\0' ? value : NULL);
}

/* 0 goes out as null: not yet. */
static void instant(struct gn_json *j, const char *key, int64_t wall_us)
{
    char value[32] = "";

    if (wall_us != 0)
        gn_clock_format(wall_us, value);
    text(j, key, value);
}

static void histogram(struct gn_json *j, const char *key,
                      const struct gn_histogram *h)
{
    const double mean = h->count > 0 ? (double)h->sum / (double)h->count : 0;

    gn_json_key(j, key);
    gn_json_open(j, '{');
    count(j, "count", h->count);
    duration(j, "mean_ms", llround(mean));
    duration(j, "p50_ms", gn_histogram_quantile(h, 0.5));
    duration(j, "p90_ms", gn_histogram_quantile(h, 0.9));
    duration(j, "p99_ms", gn_histogram_quantile(h, 0.99));
    duration(j, "max_ms", h->max);
    gn_json_close(j, '}');
}

static void totals(struct gn_json *j, const struct gn_totals *t)
{
    gn_json_key(j, "totals");
    gn_json_open(j, '{');
    count(j, "due", t->due);
    count(j, "started", t->started);
    count(j, "missed_overlap", t->missed_overlap);
    count(j, "missed_late", t->missed_late);
    count(j, "missed_refused", t->missed_refused);
    count(j, "missed_waiting", t->missed_waiting);
    count(j, "missed_stopped", t->missed_stopped);
    count(j, "retried", t->retried);
    count(j, "fetched", t->fetched);
    count(j, "fetch_failed", t->fetch_failed);
    count(j, "http_errors", t->http_errors);
    count(j, "extract_failed", t->extract_failed);
    count(j, "store_failed", t->store_failed);
    count(j, "stored", t->stored);
    count(j, "rows", t->rows);
    count(j, "bytes", t->bytes);
    count(j, "bodies_unchanged", t->bodies_unchanged);
    count(j, "not_modified", t->not_modified);
    count(j, "unexpected", t->unexpected);
    gn_json_close(j, '}');
}

/* Nanoseconds go out as milliseconds. */
static void wait(struct gn_json *j, const char *key,
                 const struct garner_spread *s)
{
    const double mean = s->count > 0 ? (double)s->sum / (double)s->count : 0;

    gn_json_key(j, key);
    gn_json_open(j, '{');
    count(j, "count", s->count);
    duration(j, "mean_ms", llround(mean / 1000));
    duration(j, "p50_ms", s->p50 / 1000);
    duration(j, "p99_ms", s->p99 / 1000);
    duration(j, "max_ms", s->max / 1000);
    gn_json_close(j, '}');
}

static void groups(struct gn_json *j, const struct garner_spread *s)
{
    gn_json_key(j, "group_batches");
    gn_json_open(j, '{');
    count(j, "p50", (uint64_t)s->p50);
    count(j, "p99", (uint64_t)s->p99);
    count(j, "max", (uint64_t)s->max);
    gn_json_close(j, '}');
}

static void store(struct gn_json *j, const struct garner_stats *s)
{
    gn_json_key(j, "store");
    gn_json_open(j, '{');
    count(j, "batches", s->batches);
    count(j, "statements", s->statements);
    count(j, "failed", s->failed);
    count(j, "groups", s->groups);
    count(j, "syncs", s->syncs);
    count(j, "reruns", s->reruns);
    groups(j, &s->group_batches);
    wait(j, "wait", &s->wait_ns);
    wait(j, "sync", &s->sync_ns);
    count(j, "queued_batches", s->queued_batches);
    count(j, "queued_statements", s->queued_statements);
    count(j, "queued_bytes", s->queued_bytes);
    count(j, "wal_bytes", s->wal_bytes);
    count(j, "wal_peak_bytes", s->wal_peak_bytes);
    count(j, "checkpoints", s->checkpoints);
    count(j, "checkpoint_failures", s->checkpoint_failures);
    duration(j, "checkpoint_longest_ms", s->checkpoint_longest_ns / 1000);
    text(j, "checkpoint_error", s->checkpoint_error.message);
    count(j, "queries", s->queries);
    gn_json_key(j, "readers_open");
    gn_json_integer(j, s->readers_open);
    gn_json_key(j, "readers_leased");
    gn_json_integer(j, s->readers_leased);
    duration(j, "oldest_reader_ms", s->reader_age_ns / 1000);
    text(j, "oldest_reader_sql", s->reader_sql);
    gn_json_close(j, '}');
}

/* null: it has one URL, or they are not known yet. */
static void pages(struct gn_json *j, const struct gn_pages *p)
{
    gn_json_key(j, "urls");
    if (p->total == 0) {
        gn_json_null(j);
        return;
    }
    gn_json_open(j, '{');
    count(j, "total", p->total);
    count(j, "left", p->left);
    count(j, "failed", p->failed);
    gn_json_close(j, '}');
}

static void source(struct gn_json *j, const struct gn_source_status *s)
{
    gn_json_open(j, '{');
    text(j, "name", s->name);
    text(j, "url", s->url);
    gn_json_key(j, "status");
    if (s->status != 0)
        gn_json_integer(j, s->status);
    else
        gn_json_null(j);
    text(j, "failure", s->failure != NULL ? s->failure : "");
    text(j, "error", s->error);
    gn_json_key(j, "stale");
    if (s->max_age_ms > 0)
        gn_json_bool(j, s->stale);
    else
        gn_json_null(j);
    instant(j, "last_good", s->good_us);
    instant(j, "last_start", s->last_wall_us);
    duration(j, "last_duration_ms",
             s->last_wall_us != 0 ? s->last_duration_us : INT64_MAX);
    gn_json_key(j, "last_bytes");
    if (s->last_wall_us != 0 && s->last_bytes >= 0)
        gn_json_integer(j, s->last_bytes);
    else
        gn_json_null(j);
    duration(j, "next_due_ms", s->next_due_us);
    count(j, "runs", s->runs);
    count(j, "failures", s->failures);
    count(j, "rows", s->rows);
    count(j, "missed", s->missed);
    pages(j, &s->pages);
    gn_json_close(j, '}');
}

static void now(struct gn_json *j, const struct gn_status *s)
{
    static const char *const phases[] = {"starting", "running", "draining"};

    text(j, "version", GN_VERSION);
    text(j, "phase", phases[s->phase]);
    instant(j, "now", s->now_wall_us);
    instant(j, "started", s->started_wall_us);
    duration(j, "uptime_ms", s->now_wall_us - s->started_wall_us);
    duration(j, "next_due_ms", s->next_due_us);
    count(j, "fetching", s->fetching);
    count(j, "extracting", s->extracting);
    count(j, "storing", s->storing);
    count(j, "body_bytes", s->body_bytes);
    gn_json_key(j, "resident_bytes");
    gn_json_integer(j, s->resident_bytes);
}

void gn_api_status(const struct gn_status *status,
                   const struct gn_source_status *lines, size_t first,
                   size_t line_count, struct gn_buf *out)
{
    struct gn_json j;

    gn_json_init(&j, out);
    gn_json_open(&j, '{');
    now(&j, status);
    totals(&j, &status->totals);
    histogram(&j, "latency", &status->latency);
    histogram(&j, "lateness", &status->lateness);
    store(&j, &status->store);
    count(&j, "sources_total", status->sources);
    count(&j, "sources_stale", status->stale);
    count(&j, "sources_first", first);
    gn_json_key(&j, "sources");
    gn_json_open(&j, '[');
    for (size_t i = 0; i < line_count; i++)
        source(&j, &lines[i]);
    gn_json_close(&j, ']');
    gn_json_close(&j, '}');
    gn_buf_byte(out, '\n');
}
