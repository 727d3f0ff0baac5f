#include "store/farm/open.h"

#include <string.h>

#include "base/error.h"
#include "store/farm/mend.h"
#include "store/farm/trim.h"
#include "store/report.h"

/* What a process that died has left on its way, and says that the rest of its
 * work is left, too. Nobody has to: writers that meet it would. */
static void look_after_moves(struct gn_fleet *f)
{
    struct gn_layout layout;
    struct garner_error err;
    enum garner_code code = gn_fleet_layout(f, &layout, &err);

    if (code == GARNER_OK && layout.before > 0) {
        code = gn_mend_help(f, &err);
        if (code == GARNER_OK)
            gn_report("%s: moving from %u shards to %u was not finished; "
                      "'garner resize %s %u' does the rest",
                      f->folder, layout.before, layout.shards, f->folder,
                      layout.shards);
    }
    if (code == GARNER_OK)
        code = gn_trim(f, &err);
    if (code != GARNER_OK && code != GARNER_BUSY)
        gn_report("%s: what is left of a move: %s", f->folder, err.message);
}

static void free_parts(struct gn_farm *farm)
{
    if (farm->router != NULL)
        gn_router_stop(farm->router);
    gn_fleet_close(farm->fleet);
    gn_router_free(farm->router);
    gn_census_free(farm->census);
}

enum garner_code gn_farm_open(const char *folder, unsigned shards,
                              const struct garner_options *options,
                              struct garner_store **store,
                              struct garner_error *err)
{
    struct gn_farm farm = {0};
    enum garner_code code =
        gn_fleet_open(folder, shards, options, &farm.fleet, err);

    if (code == GARNER_OK)
        code = gn_census_new(farm.fleet, &farm.census, err);
    if (code == GARNER_OK && !options->read_only)
        code = gn_router_start(farm.fleet, &farm.router, err);
    if (code == GARNER_OK)
        code = gn_handle_new_farm(&farm, store, err);
    if (code != GARNER_OK) {
        free_parts(&farm);
        return code;
    }
    if (!options->read_only)
        look_after_moves(farm.fleet);
    return GARNER_OK;
}

/* The first error, as a plain store's: that of a write nobody was told of. */
static enum garner_code flush_each(struct gn_fleet *f, int64_t deadline_ns,
                                   enum garner_code code,
                                   struct garner_error *err)
{
    for (unsigned n = 0; n < gn_fleet_count(f); n++) {
        struct garner_error reason;
        struct gn_shard *s;
        enum garner_code flushed = gn_fleet_shard(f, n, &s, &reason);

        if (flushed == GARNER_OK)
            flushed = gn_commit_flush(s->commit, deadline_ns, &reason);
        if (flushed == GARNER_OK || code != GARNER_OK)
            continue;
        code = gn_fleet_blame(f->folder, n, flushed, &reason);
        if (err != NULL)
            *err = reason;
    }
    return code;
}

/* What is in a queue may be sent on to the queue of another shard, which was
 * flushed before: so until nothing was sent on. */
static enum garner_code flush(struct gn_farm *farm, struct garner_error *err)
{
    const int64_t deadline_ns =
        gn_shard_deadline_ns(farm->fleet->options.timeout_ms);
    enum garner_code code = GARNER_OK;
    uint64_t before;
    uint64_t sent;

    (void)gn_router_settle(farm->router, 0, &sent);
    do {
        before = sent;
        code = flush_each(farm->fleet, deadline_ns, code, err);
        if (!gn_router_settle(farm->router, deadline_ns, &sent))
            return code != GARNER_OK
                       ? code
                       : gn_fail(err, GARNER_TIMEOUT,
                                 "%s: writes wait for keys that were on their "
                                 "way between shards until the deadline",
                                 farm->fleet->folder);
    } while (sent != before);
    return code;
}

enum garner_code gn_farm_flush(struct gn_farm *farm, struct garner_error *err)
{
    if (farm->router == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone", farm->fleet->folder);
    return flush(farm, err);
}

void gn_farm_close(struct garner_store *store)
{
    struct gn_farm *farm = store->farm;

    atomic_store_explicit(&farm->fleet->closing, true, memory_order_relaxed);
    if (farm->router != NULL)
        (void)flush(farm, NULL); /* what fails is told, or reported */
    free_parts(farm);
    gn_handle_free(store);
}

/* Percentiles cannot be added up: the worst shard's stand for all. */
static void add_spread(struct garner_spread *sum, const struct garner_spread *s)
{
    sum->count += s->count;
    sum->sum += s->sum;
    sum->p50 = s->p50 > sum->p50 ? s->p50 : sum->p50;
    sum->p99 = s->p99 > sum->p99 ? s->p99 : sum->p99;
    sum->max = s->max > sum->max ? s->max : sum->max;
}

static void add_log(struct garner_stats *sum, const struct garner_stats *s)
{
    sum->wal_bytes += s->wal_bytes;
    sum->wal_peak_bytes += s->wal_peak_bytes;
    sum->checkpoints += s->checkpoints;
    sum->checkpoint_failures += s->checkpoint_failures;
    if (s->checkpoint_longest_ns > sum->checkpoint_longest_ns)
        sum->checkpoint_longest_ns = s->checkpoint_longest_ns;
    if (s->checkpoint_failures > 0)
        sum->checkpoint_error = s->checkpoint_error;
}

static void add_readers(struct garner_stats *sum, const struct garner_stats *s)
{
    sum->readers_open += s->readers_open;
    sum->readers_leased += s->readers_leased;
    if (s->reader_age_ns <= sum->reader_age_ns)
        return;
    sum->reader_age_ns = s->reader_age_ns;
    sum->reader_thread = s->reader_thread;
    memcpy(sum->reader_sql, s->reader_sql, sizeof sum->reader_sql);
}

static void add(struct garner_stats *sum, const struct garner_stats *s)
{
    sum->batches += s->batches;
    sum->statements += s->statements;
    sum->failed += s->failed;
    sum->groups += s->groups;
    sum->syncs += s->syncs;
    sum->reruns += s->reruns;
    sum->queries += s->queries;
    add_spread(&sum->group_batches, &s->group_batches);
    add_spread(&sum->wait_ns, &s->wait_ns);
    add_spread(&sum->sync_ns, &s->sync_ns);
    sum->queued_batches += s->queued_batches;
    sum->queued_statements += s->queued_statements;
    sum->queued_bytes += s->queued_bytes;
    add_log(sum, s);
    add_readers(sum, s);
}

void gn_farm_stats(struct gn_farm *farm, struct garner_stats *stats)
{
    struct gn_fleet *f = farm->fleet;

    for (unsigned n = 0; n < gn_fleet_count(f); n++) {
        struct garner_stats one;
        struct gn_shard *s;

        if (gn_fleet_shard(f, n, &s, NULL) != GARNER_OK)
            continue;
        gn_shard_stats(s, &one);
        add(stats, &one);
    }
}
