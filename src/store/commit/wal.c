#include "store/commit/wal.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/fault.h"
#include "store/driver/checkpoint.h"
#include "store/report.h"

#define MS                INT64_C(1000000)
#define WAIT_PER_LIMIT_NS (10 * MS)
#define LONGEST_WAIT_NS   (500 * MS)
/* A reader that was asked to end, but is in the midst of something, is looked
 * for again so much later. */
#define LOOK_AGAIN_NS (1000 * MS)

void gn_wal_init(struct gn_wal *w, const struct garner_options *options)
{
    *w = (struct gn_wal){
        .external = options->checkpoint == GARNER_CHECKPOINT_EXTERNAL,
        .limit_bytes = options->wal_bytes,
        .most_bytes = options->wal_most_bytes > options->wal_bytes
                          ? options->wal_most_bytes
                          : options->wal_bytes,
        .max_age_ns = options->max_read_age_ms > 0
                          ? options->max_read_age_ms * MS
                          : INT64_MAX,
        .next_bytes = options->wal_bytes,
    };
}

static void starts_anew(struct gn_wal *w)
{
    w->next_bytes = w->limit_bytes;
    w->look_ns = 0;
    w->told = false;
}

static bool has_backups(const struct gn_wal *w)
{
    return atomic_load_explicit(&w->backups, memory_order_relaxed) > 0;
}

/* Reading for a moment at a time is enough to keep a log from ever starting
 * anew, if one reader overlaps the next: so they are waited for, the longer
 * the larger the log has grown. Those who begin meanwhile are not in the way.
 */
int64_t gn_wal_patience_ns(const struct gn_wal *w, size_t log_bytes)
{
    const int64_t wait_ns =
        (int64_t)(log_bytes / w->limit_bytes) * WAIT_PER_LIMIT_NS;

    if (has_backups(w))
        return 0;
    return wait_ns < LONGEST_WAIT_NS ? wait_ns : LONGEST_WAIT_NS;
}

/* Once, until the log is whole again: what can be done about it is not ours. */
static void report_keeper(struct gn_wal *w, const struct gn_sqlite *c)
{
    const size_t mib = gn_sqlite_log_bytes(c) >> 20;
    struct gn_reader reader;

    if (w->told || has_backups(w))
        return;
    if (w->pool == NULL || !gn_pool_oldest(w->pool, &reader))
        gn_report("%s: its log has grown to %zu MiB; a connection that is not "
                  "of this store keeps it, end its transaction",
                  gn_sqlite_path(c), mib);
    else if (w->max_age_ns == INT64_MAX)
        gn_report("%s: its log has grown to %zu MiB; a cursor that thread %d "
                  "has had open for %" PRId64 " ms keeps it: %s",
                  gn_sqlite_path(c), mib, (int)reader.thread,
                  reader.age_ns / MS, reader.sql);
    else
        return; /* it will be ended when it is old */
    w->told = true;
}

/* The log is past its bound: ends the readers that are too old, each of which
 * keeps it. */
static void end_old_readers(struct gn_wal *w)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_pool_ended sum;

    w->look_ns = INT64_MAX;
    if (w->pool == NULL || w->max_age_ns == INT64_MAX)
        return;
    sum = gn_pool_end_old(w->pool, now_ns - w->max_age_ns);
    if (sum.oldest_ns != INT64_MAX)
        w->look_ns = sum.oldest_ns + w->max_age_ns;
    if (sum.asked > 0)
        w->look_ns = now_ns + LOOK_AGAIN_NS;
}

static enum garner_code checkpoint(struct gn_wal *w, struct gn_sqlite *c,
                                   int64_t wait_ns)
{
    const size_t log_bytes = gn_sqlite_log_bytes(c);
    enum garner_code code;
    int64_t start_ns;
    int64_t took_ns;
    struct gn_checkpointed done;
    struct gn_checkpoint how = {0};

    GN_FAULT("wal.checkpoints");
    if (log_bytes >= w->most_bytes)
        end_old_readers(w);
    start_ns = gn_clock_monotonic_ns();
    how.readers_until_ns = start_ns + wait_ns;
    code = gn_checkpoint_run(c, &how, &done, &w->error);
    took_ns = gn_clock_monotonic_ns() - start_ns;
    w->checkpoints++;
    w->failures += code != GARNER_OK;
    w->longest_ns = took_ns > w->longest_ns ? took_ns : w->longest_ns;
    w->dirty = code != GARNER_OK || done.hindrance != GN_HINDRANCE_NONE;
    if (!w->dirty) {
        starts_anew(w);
        return GARNER_OK;
    }
    if (code == GARNER_OK && log_bytes >= w->most_bytes)
        report_keeper(w, c);
    /* A log that is pinned grows on; it is tried again a quarter later, so
     * that all the waits for a long reader stay few. */
    w->next_bytes =
        log_bytes +
        (log_bytes > w->limit_bytes ? log_bytes : w->limit_bytes) / 4;
    return code;
}

static bool is_due(const struct gn_wal *w, size_t log_bytes)
{
    if (log_bytes >= w->next_bytes)
        return true;
    return log_bytes >= w->most_bytes && w->look_ns != INT64_MAX &&
           w->look_ns <= gn_clock_monotonic_ns();
}

enum garner_code gn_wal_after_commit(struct gn_wal *w, struct gn_sqlite *c)
{
    const size_t log_bytes = gn_sqlite_log_bytes(c);

    if (!gn_sqlite_is_wal(c))
        return GARNER_OK;
    if (log_bytes > w->peak_bytes)
        w->peak_bytes = log_bytes;
    if (w->external)
        return GARNER_OK;
    w->dirty = true;
    if (log_bytes < w->limit_bytes)
        starts_anew(w); /* by another process's checkpoint, maybe */
    return is_due(w, log_bytes)
               ? checkpoint(w, c, gn_wal_patience_ns(w, log_bytes))
               : GARNER_OK;
}

enum garner_code gn_wal_when_idle(struct gn_wal *w, struct gn_sqlite *c)
{
    return w->dirty ? checkpoint(w, c, 0) : GARNER_OK;
}
