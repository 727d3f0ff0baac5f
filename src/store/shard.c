#include "store/shard.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/commit/lead.h"
#include "store/commit/turn.h"
#include "store/report.h"

int64_t gn_shard_deadline_ns(int timeout_ms)
{
    return gn_clock_monotonic_ns() + (int64_t)timeout_ms * INT64_C(1000000);
}

/* Without it (a folder that cannot be written to) other processes are met by
 * SQLite's busy wait alone; that is not enough for a shard of a farm. */
static enum garner_code open_turn(struct gn_shard *s, bool is_needed,
                                  struct garner_error *err)
{
    struct garner_error reason;
    struct gn_turn *turn;
    enum garner_code code =
        gn_turn_open(s->path, gn_lead_granted, s->commit, &turn, &reason);

    if (code == GARNER_OK)
        gn_commit_set_turn(s->commit, turn);
    else if (is_needed)
        return gn_fail(err, code, "%s", reason.message);
    else
        gn_report("processes that write will not take fair turns: %s",
                  reason.message);
    return GARNER_OK;
}

static enum garner_code open_gate(struct gn_shard *s,
                                  struct gn_sqlite *connection,
                                  struct garner_error *err)
{
    enum garner_code code = gn_gate_new(connection, &s->gate, err);

    if (s->gate == NULL)
        return code;
    gn_commit_set_gate(s->commit, s->gate);
    return gn_sqlite_is_wal(connection)
               ? GARNER_OK
               : gn_fail(err, GARNER_UNSUPPORTED,
                         "%s is a shard of a farm, and cannot be in WAL mode "
                         "there; use another file system",
                         s->path);
}

static enum garner_code open_writer(struct gn_shard *s,
                                    const struct gn_sqlite_options *options,
                                    bool *wal, struct garner_error *err)
{
    struct gn_sqlite *connection;
    enum garner_code code = gn_sqlite_open(options, &connection, err);

    if (code != GARNER_OK)
        return code;
    *wal = gn_sqlite_is_wal(connection);
    code = gn_commit_new(connection, &s->options, &s->commit, err);
    if (code != GARNER_OK) {
        gn_sqlite_close(connection);
        return code;
    }
    code = open_gate(s, connection, err);
    if (code == GARNER_OK && strcmp(s->path, ":memory:") != 0)
        code = open_turn(s, s->gate != NULL, err);
    if (code == GARNER_OK)
        code = gn_watch_new(&s->watch, err);
    return code == GARNER_OK ? gn_pump_start(s->commit, &s->pump, err) : code;
}

/* Opens one read connection, so that a database that cannot be read is known
 * of now. */
static enum garner_code open_pool(struct gn_shard *s,
                                  const struct gn_sqlite_options *options,
                                  struct garner_error *err)
{
    struct gn_lease first;
    enum garner_code code =
        gn_pool_new(options, s->options.readers, &s->pool, err);

    if (code != GARNER_OK)
        return code;
    gn_lease_init(&first, "opening", NULL);
    code = gn_pool_lease(s->pool, options->deadline_ns, &first, err);
    if (code == GARNER_OK)
        gn_pool_give_back(s->pool, &first);
    return code;
}

/* For a connection that reads. */
static struct gn_sqlite_options options_of(struct gn_shard *s)
{
    return (struct gn_sqlite_options){
        .path = s->path,
        .read_only = s->options.read_only,
        .network_fs = s->options.network_fs,
        .foreign_keys = s->options.foreign_keys,
        .statements = s->options.statements,
        .wal_bytes = s->options.wal_bytes,
        .keep_log = s->options.checkpoint == GARNER_CHECKPOINT_EXTERNAL,
        .deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms),
        .place = &s->place,
        .hooks = &s->hooks,
    };
}

static enum garner_code open_parts(struct gn_shard *s, struct garner_error *err)
{
    const struct gn_sqlite_options reader = options_of(s);
    struct gn_sqlite_options writer = reader;
    bool wal = true;
    enum garner_code code = GARNER_OK;

    if (!s->options.read_only) {
        writer.writer = true;
        writer.create = s->options.create;
        code = open_writer(s, &writer, &wal, err);
    }
    if (code == GARNER_OK && wal)
        code = open_pool(s, &reader, err);
    if (s->commit != NULL)
        gn_commit_set_readers(s->commit, s->pool);
    return code;
}

enum garner_code gn_shard_open_reader(struct gn_shard *s,
                                      struct gn_sqlite **connection,
                                      struct garner_error *err)
{
    const struct gn_sqlite_options options = options_of(s);

    return gn_sqlite_open(&options, connection, err);
}

enum garner_code gn_shard_open(const char *path,
                               const struct garner_options *options,
                               const struct garner_sqlite_hooks *hooks,
                               struct gn_shard **out, struct garner_error *err)
{
    struct gn_shard *s;
    enum garner_code code;

    *out = NULL;
    s = gn_alloc(sizeof *s);
    if (s != NULL)
        s->path = gn_strdup(path);
    if (s == NULL || s->path == NULL) {
        gn_free(s);
        return gn_fail(err, GARNER_NOMEM, "a store");
    }
    s->forks = gn_turn_forks();
    s->options = *options;
    if (hooks != NULL)
        s->hooks = *hooks;
    code = open_parts(s, err);
    if (code == GARNER_OK)
        *out = s;
    else
        gn_shard_close(s);
    return code;
}

/* A child of fork may not touch what its parent opened, not even close it
 * (https://sqlite.org/howtocorrupt.html section 2.6). */
static bool is_parents(const struct gn_shard *s)
{
    return s->forks != gn_turn_forks();
}

void gn_shard_stop(struct gn_shard *s, int64_t deadline_ns)
{
    s->stopped = true;
    if (s->commit == NULL)
        return;
    gn_commit_close(s->commit, deadline_ns);
    if (s->watch != NULL)
        gn_watch_close(s->watch, gn_lead_is_mine(s->commit)
                                     ? gn_clock_monotonic_ns()
                                     : deadline_ns);
}

/* Ends what reads. false: some is in use still, and keeps what it needs. */
static bool stop_reads(struct gn_shard *s)
{
    const int64_t deadline_ns = gn_shard_deadline_ns(s->options.timeout_ms);
    const int left = s->pool != NULL ? gn_pool_close(s->pool, deadline_ns) : 0;

    if (left > 0)
        gn_report("%s was closed while %d of its readers were in use; their "
                  "memory and connections are lost",
                  s->path, left);
    return left == 0;
}

void gn_shard_close(struct gn_shard *s)
{
    bool whole;

    if (s == NULL || is_parents(s))
        return;
    if (!s->stopped)
        gn_shard_stop(s, gn_shard_deadline_ns(s->options.timeout_ms));
    gn_pump_join(s->pump);
    gn_watch_free(s->watch);
    GN_FAULT("shard.drained");
    /* Readers first: the last connection to close checkpoints the log, which
     * is the writer's. */
    whole = stop_reads(s);
    if (whole)
        gn_pool_free(s->pool);
    gn_commit_free(s->commit);
    if (!whole)
        return;
    gn_free(s->path);
    gn_free(s);
}

enum garner_code gn_shard_may_read(const struct gn_shard *s,
                                   struct garner_error *err)
{
    if (is_parents(s))
        return gn_fail(err, GARNER_MISUSE,
                       "%s was opened by the parent process; open it again "
                       "after fork",
                       s->path);
    return GARNER_OK;
}

enum garner_code gn_shard_may_write(const struct gn_shard *s,
                                    struct garner_error *err)
{
    const enum garner_code code = gn_shard_may_read(s, err);

    if (code == GARNER_OK && s->commit == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone", s->path);
    return code;
}

static void describe_readers(struct gn_pool *pool, struct garner_stats *stats)
{
    struct gn_reader oldest;

    gn_pool_count(pool, &stats->readers_open, &stats->readers_leased);
    if (!gn_pool_oldest(pool, &oldest))
        return;
    stats->reader_age_ns = oldest.age_ns;
    stats->reader_thread = oldest.thread;
    _Static_assert(sizeof stats->reader_sql == sizeof oldest.sql, "as kept");
    memcpy(stats->reader_sql, oldest.sql, sizeof oldest.sql);
}

void gn_shard_stats(struct gn_shard *s, struct garner_stats *stats)
{
    *stats = (struct garner_stats){0};
    if (is_parents(s))
        return;
    if (s->commit != NULL)
        gn_commit_stats(s->commit, stats);
    if (s->pool != NULL)
        describe_readers(s->pool, stats);
    stats->queries = atomic_load(&s->queries);
}
