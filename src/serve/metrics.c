#include "serve/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* A number of struct gn_status that goes out as it is. */
struct number {
    const char *name; /* after garner_ */
    const char *help;
    size_t offset;
};

#define TOTAL(name, field, help)                                               \
    {                                                                          \
        name, help, offsetof(struct gn_status, totals.field)                   \
    }
#define STORE(name, field, help)                                               \
    {                                                                          \
        name, help, offsetof(struct gn_status, store.field)                    \
    }
#define PLAIN(name, field, help)                                               \
    {                                                                          \
        name, help, offsetof(struct gn_status, field)                          \
    }

/* all uint64_t */
static const struct number counters[] = {
    TOTAL("slots_due_total", due,
          "Times at which a source was due; each is started or missed."),
    TOTAL("fetches_started_total", started, "Fetches begun."),
    TOTAL("retries_total", retried,
          "Fetches begun besides, to try again what had failed."),
    TOTAL("fetches_total", fetched, "Fetches ended, failed ones too."),
    TOTAL("fetch_failures_total", fetch_failed,
          "Fetches without a usable answer."),
    TOTAL("http_errors_total", http_errors,
          "Answers with an HTTP status of 400 or more."),
    TOTAL("extract_failures_total", extract_failed,
          "Answers of which no rows could be made, or none written."),
    TOTAL("store_failures_total", store_failed, "Runs the store refused."),
    TOTAL("runs_stored_total", stored, "Runs acknowledged by the store."),
    TOTAL("rows_total", rows, "Rows handed to the store."),
    TOTAL("body_bytes_total", bytes, "Bytes of bodies fetched, decoded."),
    TOTAL("bodies_unchanged_total", bodies_unchanged,
          "Bodies equal to the source's last one and not stored again."),
    TOTAL("not_modified_total", not_modified,
          "Answers of 304: nothing had changed."),
    TOTAL("unexpected_total", unexpected,
          "Answers that were not as expected, and went into quarantine."),
    STORE("store_batches_total", batches, "Batches acknowledged."),
    STORE("store_statements_total", statements,
          "Statements in acknowledged batches."),
    STORE("store_failed_batches_total", failed,
          "Batches that ended in an error."),
    STORE("store_groups_total", groups,
          "Transactions; batches by groups is the mean group."),
    STORE("store_syncs_total", syncs, "Transactions synced to the disk."),
    STORE("store_reruns_total", reruns,
          "Transactions run again because one batch broke them."),
    STORE("store_checkpoints_total", checkpoints,
          "Checkpoints of the write-ahead log."),
    STORE("store_checkpoint_failures_total", checkpoint_failures,
          "Checkpoints that ended in an error."),
    STORE("store_queries_total", queries, "Queries read from the store."),
};

/* all size_t */
static const struct number gauges[] = {
    PLAIN("sources", sources, "Sources of the configuration."),
    PLAIN("sources_stale", stale,
          "Sources whose last good run is older than their max_age."),
    PLAIN("body_memory_bytes", body_bytes,
          "Bodies in memory between fetch and store."),
    STORE("store_queued_batches", queued_batches,
          "Batches that wait to be committed."),
    STORE("store_queued_statements", queued_statements,
          "Statements that wait to be committed."),
    STORE("store_queued_bytes", queued_bytes,
          "Bytes of batches that wait to be committed."),
    STORE("store_wal_bytes", wal_bytes, "Size of the write-ahead log."),
    STORE("store_wal_peak_bytes", wal_peak_bytes,
          "The largest the write-ahead log was."),
};

/* Upper bounds of the buckets, microseconds. */
static const int64_t lateness_bounds[] = {
    100,   250,    500,    1000,   2500,    5000,    10000,   25000,
    50000, 100000, 250000, 500000, 1000000, 2500000, 10000000};
static const int64_t latency_bounds[] = {
    500,    1000,   2500,    5000,    10000,   25000,    50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000};

static void head(struct gn_buf *out, const char *name, const char *type,
                 const char *help)
{
    gn_buf_printf(out, "# HELP garner_%s %s\n# TYPE garner_%s %s\n", name, help,
                  name, type);
}

static void seconds(struct gn_buf *out, const char *name, const char *help,
                    double value)
{
    head(out, name, "gauge", help);
    gn_buf_printf(out, "garner_%s %.6f\n", name, value);
}

/* One metric with a label; values stand in the order of names. */
static void labelled(struct gn_buf *out, const char *name, const char *label,
                     const char *const *names, const uint64_t *values,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        gn_buf_printf(out, "garner_%s{%s=\"%s\"} %" PRIu64 "\n", name, label,
                      names[i], values[i]);
}

static void histogram(struct gn_buf *out, const char *name,
                      const struct gn_histogram *h, const int64_t *bounds,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        gn_buf_printf(out, "garner_%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
                      (double)bounds[i] / 1e6,
                      gn_histogram_at_most(h, bounds[i]));
    gn_buf_printf(out,
                  "garner_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n"
                  "garner_%s_sum %.6f\n"
                  "garner_%s_count %" PRIu64 "\n",
                  name, h->count, name, (double)h->sum / 1e6, name, h->count);
}

/* scale: how much of it is one of the unit. */
static void summary(struct gn_buf *out, const char *name, const char *help,
                    const struct garner_spread *s, double scale)
{
    head(out, name, "summary", help);
    gn_buf_printf(out,
                  "garner_%s{quantile=\"0.5\"} %g\n"
                  "garner_%s{quantile=\"0.99\"} %g\n"
                  "garner_%s{quantile=\"1\"} %g\n"
                  "garner_%s_sum %g\n"
                  "garner_%s_count %" PRIu64 "\n",
                  name, (double)s->p50 / scale, name, (double)s->p99 / scale,
                  name, (double)s->max / scale, name, (double)s->sum / scale,
                  name, s->count);
}

static void write_store(const struct garner_stats *s, struct gn_buf *out)
{
    summary(out, "store_group_batches", "Batches in a transaction.",
            &s->group_batches, 1);
    summary(out, "store_wait_seconds",
            "From the call of a write to its acknowledgement.", &s->wait_ns,
            1e9);
    summary(out, "store_sync_seconds", "Duration of commits that sync.",
            &s->sync_ns, 1e9);
    seconds(out, "store_checkpoint_longest_seconds",
            "Duration of the longest checkpoint.",
            (double)s->checkpoint_longest_ns / 1e9);
    seconds(out, "store_oldest_reader_seconds",
            "Age of the oldest snapshot of a query; 0 when there is none.",
            (double)s->reader_age_ns / 1e9);
}

static void write_plain(const struct gn_status *s, struct gn_buf *out)
{
    const char *at = (const char *)s;

    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        uint64_t value;

        memcpy(&value, at + counters[i].offset, sizeof value);
        head(out, counters[i].name, "counter", counters[i].help);
        gn_buf_printf(out, "garner_%s %" PRIu64 "\n", counters[i].name, value);
    }
    for (size_t i = 0; i < sizeof gauges / sizeof gauges[0]; i++) {
        size_t value;

        memcpy(&value, at + gauges[i].offset, sizeof value);
        head(out, gauges[i].name, "gauge", gauges[i].help);
        gn_buf_printf(out, "garner_%s %zu\n", gauges[i].name, value);
    }
}

static void write_labelled(const struct gn_status *s, struct gn_buf *out)
{
    static const char *const phases[] = {"starting", "running", "draining"};
    static const char *const reasons[] = {"overlap", "late", "refused",
                                          "waiting", "stopped"};
    static const char *const states[] = {"fetching", "extracting", "storing"};
    static const char *const leases[] = {"leased", "idle"};
    const uint64_t missed[] = {s->totals.missed_overlap, s->totals.missed_late,
                               s->totals.missed_refused,
                               s->totals.missed_waiting,
                               s->totals.missed_stopped};
    const uint64_t jobs[] = {s->fetching, s->extracting, s->storing};
    const int leased = s->store.readers_leased;
    const int open = s->store.readers_open;
    const uint64_t readers[] = {(uint64_t)(leased > 0 ? leased : 0),
                                (uint64_t)(open > leased ? open - leased : 0)};
    uint64_t phase[3] = {0};

    phase[s->phase] = 1;
    head(out, "phase", "gauge", "1 for the phase the engine is in.");
    labelled(out, "phase", "phase", phases, phase, 3);
    head(out, "slots_missed_total", "counter",
         "Times at which a source was due and not fetched, by reason.");
    labelled(out, "slots_missed_total", "reason", reasons, missed, 5);
    head(out, "jobs", "gauge", "Fetches under way, by what is done to them.");
    labelled(out, "jobs", "state", states, jobs, 3);
    head(out, "store_readers", "gauge", "Read connections open, by use.");
    labelled(out, "store_readers", "state", leases, readers, 2);
}

void gn_metrics_write(const struct gn_status *s, struct gn_buf *out)
{
    head(out, "build_info", "gauge", "The version of garner, always 1.");
    gn_buf_text(out, "garner_build_info{version=\"" GN_VERSION "\"} 1\n");
    seconds(out, "start_time_seconds", "Start, in seconds since 1970.",
            (double)s->started_wall_us / 1e6);
    if (s->next_due_us != INT64_MAX)
        seconds(out, "next_due_seconds",
                "Until the next source is due; absent when none will be.",
                (double)s->next_due_us / 1e6);
    head(out, "resident_memory_bytes", "gauge", "Memory in use.");
    gn_buf_printf(out, "garner_resident_memory_bytes %" PRId64 "\n",
                  s->resident_bytes);
    write_labelled(s, out);
    write_plain(s, out);
    write_store(&s->store, out);
    head(out, "start_lateness_seconds", "histogram",
         "Start of a fetch after it was due.");
    histogram(out, "start_lateness_seconds", &s->lateness, lateness_bounds,
              sizeof lateness_bounds / sizeof lateness_bounds[0]);
    head(out, "fetch_duration_seconds", "histogram",
         "Duration of a fetch, from its start to the last byte.");
    histogram(out, "fetch_duration_seconds", &s->latency, latency_bounds,
              sizeof latency_bounds / sizeof latency_bounds[0]);
}
