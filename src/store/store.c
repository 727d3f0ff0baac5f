/*
 * store.c - garner/store.h: opening by URL, closing, flushing, counting.
 */
#include "garner/sqlite.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/farm/open.h"
#include "store/handle.h"
#include "store/loan.h"
#include "store/location.h"

void garner_options_init(struct garner_options *options)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *options = (struct garner_options){
        .ack = GARNER_SYNCED,
        .timeout_ms = 30000,
        .queue_statements = 65536,
        .queue_bytes = (size_t)64 << 20,
        .group_statements = 4096,
        .group_bytes = (size_t)16 << 20,
        .gather_ms = 20,
        .readers = cores > 2 ? (int)cores * 2 : 4,
        .statements = 128,
        .wal_bytes = (size_t)4 << 20,
        .wal_most_bytes = (size_t)256 << 20,
        .max_read_age_ms = 60000,
        .create = true,
    };
}

static enum garner_code check_options(const struct garner_options *o,
                                      struct garner_error *err)
{
    if (o->timeout_ms < 0 || o->gather_ms < 0 || o->gather_ms > 10000)
        return gn_fail(err, GARNER_MISUSE,
                       "timeout_ms is 0 or more, gather_ms 0 to 10,000");
    if (o->queue_statements < 1 || o->queue_bytes < 1 ||
        o->group_statements < 1 || o->group_statements > 1 << 20 ||
        o->group_bytes < 1 || o->wal_bytes < 4096)
        return gn_fail(err, GARNER_MISUSE,
                       "queue_statements, queue_bytes, group_statements (at "
                       "most 1,048,576) and group_bytes are 1 or more, "
                       "wal_bytes 4,096 or more: start from "
                       "garner_options_init");
    if (o->max_read_age_ms < 0 || o->wal_most_bytes < 1)
        return gn_fail(err, GARNER_MISUSE,
                       "max_read_age_ms is 0 (never) or more, wal_most_bytes 1 "
                       "or more");
    if (o->readers < 1 || o->readers > 1024 || o->statements < 1 ||
        o->statements > 1 << 16)
        return gn_fail(err, GARNER_MISUSE,
                       "readers is 1 to 1,024, statements 1 to 65,536");
    if (o->ack != GARNER_SYNCED && o->ack != GARNER_COMMITTED &&
        o->ack != GARNER_QUEUED)
        return gn_fail(err, GARNER_MISUSE, "ack is no level: %d", (int)o->ack);
    if (o->checkpoint != GARNER_CHECKPOINT_AUTO &&
        o->checkpoint != GARNER_CHECKPOINT_EXTERNAL)
        return gn_fail(err, GARNER_MISUSE,
                       "checkpoint is neither AUTO nor EXTERNAL: %d",
                       (int)o->checkpoint);
    return GARNER_OK;
}

static enum garner_code open_file(const char *path,
                                  const struct garner_options *options,
                                  const struct garner_sqlite_hooks *hooks,
                                  struct garner_store **store,
                                  struct garner_error *err)
{
    struct gn_shard *shard;
    enum garner_code code = gn_shard_open(path, options, hooks, &shard, err);

    if (code != GARNER_OK)
        return code;
    code = gn_handle_new(shard, store, err);
    if (code != GARNER_OK)
        gn_shard_close(shard);
    return code;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum garner_code open_folder(const char *path, unsigned shards,
                                    const struct garner_options *options,
                                    const struct garner_sqlite_hooks *hooks,
                                    struct garner_store **store,
                                    struct garner_error *err)
{
    if (hooks != NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s is a folder, or is to be a farm, whose connections "
                       "are not lent; name a file",
                       path);
    return gn_farm_open(path, shards, options, store, err);
}

enum garner_code garner_sqlite_open(const char *url,
                                    const struct garner_options *options,
                                    const struct garner_sqlite_hooks *hooks,
                                    struct garner_store **store,
                                    struct garner_error *err)
{
    struct garner_options defaults;
    struct gn_location location;
    char *path;
    enum garner_code code;

    if (store == NULL || url == NULL)
        return gn_fail(err, GARNER_MISUSE, "opening: a NULL argument");
    *store = NULL;
    code = gn_location_parse(url, &location, err);
    if (code == GARNER_OK && options != NULL)
        code = check_options(options, err);
    if (code != GARNER_OK)
        return code;
    path = gn_memdup(location.path, location.path_size);
    if (path == NULL)
        return gn_fail(err, GARNER_NOMEM, "a store");
    garner_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    code = location.shards > 0 || is_folder(path)
               ? open_folder(path, location.shards, options, hooks, store, err)
               : open_file(path, options, hooks, store, err);
    gn_free(path);
    return code;
}

enum garner_code garner_open(const char *url,
                             const struct garner_options *options,
                             struct garner_store **store,
                             struct garner_error *err)
{
    return garner_sqlite_open(url, options, NULL, store, err);
}

void garner_options_of(const struct garner_store *store,
                       struct garner_options *options)
{
    *options = *gn_handle_options(store);
}

void garner_close(struct garner_store *store)
{
    /* In a forked child it stays, so that later calls on it can say so; so does
     * what is a farm's. */
    if (store == NULL || gn_handle_check(store, NULL) != GARNER_OK)
        return;
    switch (store->kind) {
    case GN_HANDLE_STORE:
        gn_loan_recall(store->shard);
        gn_shard_close(store->shard);
        gn_handle_free(store);
        break;
    case GN_HANDLE_FARM:
        gn_farm_close(store);
        break;
    case GN_HANDLE_SHARD:
    case GN_HANDLE_SLOT:
        break;
    }
}

enum garner_code garner_flush(struct garner_store *store,
                              struct garner_error *err)
{
    struct gn_shard *s;
    enum garner_code code = gn_handle_check(store, err);

    if (code == GARNER_OK && store->farm != NULL)
        return gn_farm_flush(store->farm, err);
    if (code == GARNER_OK)
        code = gn_handle_writes(store, &s, err);
    return code == GARNER_OK
               ? gn_commit_flush(s->commit,
                                 gn_shard_deadline_ns(s->options.timeout_ms),
                                 err)
               : code;
}

void garner_stats(struct garner_store *store, struct garner_stats *stats)
{
    struct gn_shard *s;

    *stats = (struct garner_stats){0};
    if (store->farm != NULL && store->kind != GN_HANDLE_SHARD)
        gn_farm_stats(store->farm, stats);
    else if (gn_handle_reads(store, &s, NULL) == GARNER_OK)
        gn_shard_stats(s, stats);
}
