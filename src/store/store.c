/*
 * store.c - the public door: one database, its write path (commit, pump) and
 * its read pool.
 */
#include "garner/store.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "garner/read.h"
#include "garner/write.h"
#include "store/commit.h"
#include "store/lead.h"
#include "store/pool.h"
#include "store/pump.h"
#include "store/report.h"
#include "store/rows.h"
#include "store/turn.h"

struct garner_store {
    /* constant */
    struct garner_options options;
    char *path;
    unsigned forks;           /* gn_turn_forks when it was opened */
    struct gn_commit *commit; /* NULL: read-only */
    struct gn_pump *pump;     /* NULL: read-only */
    struct gn_pool *pool;     /* NULL: reads take turns with writes */

    atomic_uint_fast64_t queries;
};

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
    if (o->readers < 1 || o->readers > 1024 || o->statements < 1 ||
        o->statements > 1 << 16)
        return gn_fail(err, GARNER_MISUSE,
                       "readers is 1 to 1,024, statements 1 to 65,536");
    if (o->ack != GARNER_SYNCED && o->ack != GARNER_COMMITTED &&
        o->ack != GARNER_QUEUED)
        return gn_fail(err, GARNER_MISUSE, "ack is no level: %d", (int)o->ack);
    return GARNER_OK;
}

/* The file that url names, borrowed from it. */
static enum garner_code path_of(const char *url, const char **path,
                                struct garner_error *err)
{
    const char *colon = strchr(url, ':');

    *path = url;
    if (strncmp(url, "sqlite:", 7) == 0) {
        *path = url + 7;
        if (strncmp(*path, "//", 2) == 0) {
            *path += 2;
            if (**path != '/')
                return gn_fail(err, GARNER_UNSUPPORTED,
                               "%.120s: write sqlite:PATH, or "
                               "sqlite:///ABSOLUTE/PATH",
                               url);
        }
    } else if (colon != NULL && strncmp(colon, "://", 3) == 0) {
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%.*s: databases of this kind are not supported; give a "
                       "file, or sqlite:PATH",
                       (int)(colon - url), url);
    }
    if (**path == '\0')
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "the database's name is empty; give a file");
    return GARNER_OK;
}

static int64_t deadline_in(int timeout_ms)
{
    return gn_clock_monotonic_ns() + (int64_t)timeout_ms * INT64_C(1000000);
}

/* Without it (a folder that cannot be written to) other processes are met by
 * SQLite's busy wait alone. */
static void open_turn(struct garner_store *s)
{
    struct garner_error err;
    struct gn_turn *turn;

    if (gn_turn_open(s->path, gn_lead_granted, s->commit, &turn, &err) ==
        GARNER_OK)
        gn_commit_set_turn(s->commit, turn);
    else
        gn_report("processes that write will not take fair turns: %s",
                  err.message);
}

static enum garner_code open_writer(struct garner_store *s,
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
    if (strcmp(s->path, ":memory:") != 0)
        open_turn(s);
    return gn_pump_start(s->commit, &s->pump, err);
}

/* Opens one read connection, so that a database that cannot be read is known
 * of now. */
static enum garner_code open_pool(struct garner_store *s,
                                  const struct gn_sqlite_options *options,
                                  struct garner_error *err)
{
    struct gn_sqlite *first;
    enum garner_code code =
        gn_pool_new(options, s->options.readers, &s->pool, err);

    if (code == GARNER_OK)
        code = gn_pool_lease(s->pool, options->deadline_ns, &first, err);
    if (code == GARNER_OK)
        gn_pool_give_back(s->pool, first);
    return code;
}

static enum garner_code open_parts(struct garner_store *s,
                                   struct garner_error *err)
{
    struct gn_sqlite_options options = {
        .path = s->path,
        .create = s->options.create,
        .read_only = s->options.read_only,
        .foreign_keys = s->options.foreign_keys,
        .statements = s->options.statements,
        .wal_bytes = s->options.wal_bytes,
        .deadline_ns = deadline_in(s->options.timeout_ms),
    };
    bool wal = true;
    enum garner_code code = GARNER_OK;

    if (!s->options.read_only) {
        options.writer = true;
        code = open_writer(s, &options, &wal, err);
        options.writer = false;
        options.create = false;
    }
    if (code == GARNER_OK && wal)
        code = open_pool(s, &options, err);
    return code;
}

enum garner_code garner_open(const char *url,
                             const struct garner_options *options,
                             struct garner_store **store,
                             struct garner_error *err)
{
    struct garner_store *s;
    const char *path;
    enum garner_code code;

    if (store == NULL || url == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_open: a NULL argument");
    *store = NULL;
    code = path_of(url, &path, err);
    if (code == GARNER_OK && options != NULL)
        code = check_options(options, err);
    if (code != GARNER_OK)
        return code;
    s = gn_alloc(sizeof *s);
    if (s != NULL)
        s->path = gn_strdup(path);
    if (s == NULL || s->path == NULL) {
        gn_free(s);
        return gn_fail(err, GARNER_NOMEM, "a store");
    }
    s->forks = gn_turn_forks();
    if (options != NULL)
        s->options = *options;
    else
        garner_options_init(&s->options);
    code = open_parts(s, err);
    if (code == GARNER_OK)
        *store = s;
    else
        garner_close(s);
    return code;
}

/* A child of fork may not touch what its parent opened, not even close it
 * (https://sqlite.org/howtocorrupt.html section 2.6). */
static bool is_parents(const struct garner_store *store)
{
    return store->forks != gn_turn_forks();
}

void garner_close(struct garner_store *store)
{
    if (store == NULL || is_parents(store))
        return;
    if (store->commit != NULL)
        gn_commit_close(store->commit, deadline_in(store->options.timeout_ms));
    gn_pump_join(store->pump);
    /* Readers first: the last connection to close checkpoints the log, which
     * is the writer's. */
    gn_pool_free(store->pool);
    gn_commit_free(store->commit);
    gn_free(store->path);
    gn_free(store);
}

static enum garner_code must_be_ours(const struct garner_store *store,
                                     struct garner_error *err)
{
    if (store == NULL)
        return gn_fail(err, GARNER_MISUSE, "the store is NULL");
    if (is_parents(store))
        return gn_fail(err, GARNER_MISUSE,
                       "%s was opened by the parent process; open it again "
                       "after fork",
                       store->path);
    return GARNER_OK;
}

static enum garner_code must_write(const struct garner_store *store,
                                   struct garner_error *err)
{
    const enum garner_code code = must_be_ours(store, err);

    if (code != GARNER_OK)
        return code;
    if (store->commit == NULL)
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "%s was opened for reading alone", store->path);
    return GARNER_OK;
}

enum garner_code garner_flush(struct garner_store *store,
                              struct garner_error *err)
{
    enum garner_code code = must_write(store, err);

    return code == GARNER_OK
               ? gn_commit_flush(store->commit,
                                 deadline_in(store->options.timeout_ms), err)
               : code;
}

void garner_stats(struct garner_store *store, struct garner_stats *stats)
{
    *stats = (struct garner_stats){0};
    if (is_parents(store))
        return;
    if (store->commit != NULL)
        gn_commit_stats(store->commit, stats);
    if (store->pool != NULL)
        gn_pool_count(store->pool, &stats->readers_open,
                      &stats->readers_leased);
    stats->queries = atomic_load(&store->queries);
}

/* A copy of what is to be queued: nobody waits for it. */
static enum garner_code enqueue(struct garner_store *store,
                                const struct garner_batch *batch,
                                struct garner_error *err)
{
    struct garner_batch *copy;
    enum garner_code code = gn_batch_copy(batch, &copy, err);

    if (code != GARNER_OK)
        return code;
    code = garner_submit(store, copy, NULL, NULL, err);
    if (code != GARNER_OK)
        garner_batch_free(copy);
    return code;
}

static enum garner_code enqueue_statement(struct garner_store *store,
                                          const struct gn_statement *s,
                                          struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    code = garner_batch_add(batch, s->sql, s->args, s->count, err);
    if (code == GARNER_OK)
        code = garner_submit(store, batch, NULL, NULL, err);
    if (code != GARNER_OK)
        garner_batch_free(batch);
    return code;
}

static enum garner_code wait_for(struct garner_store *store,
                                 struct gn_ticket *ticket,
                                 struct garner_result *result)
{
    enum garner_code code = gn_commit_wait(store->commit, ticket);

    if (result != NULL && code == GARNER_OK)
        *result = ticket->result;
    return code;
}

enum garner_code garner_exec(struct garner_store *store, const char *sql,
                             const struct garner_value *args, size_t count,
                             struct garner_result *result,
                             struct garner_error *err)
{
    enum garner_code code = must_write(store, err);
    struct gn_statement statement;
    struct gn_ticket ticket;

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (sql == NULL || (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_exec: a NULL argument");
    gn_statement_init(&statement, sql, args, count);
    if (store->options.ack == GARNER_QUEUED)
        return enqueue_statement(store, &statement, err);
    ticket.statements = &statement;
    ticket.count = 1;
    ticket.bytes = gn_statement_bytes(&statement);
    ticket.ack = store->options.ack;
    ticket.deadline_ns = deadline_in(store->options.timeout_ms);
    ticket.work = NULL;
    ticket.err = err;
    return wait_for(store, &ticket, result);
}

static enum garner_ack ack_of(const struct garner_store *store,
                              const struct garner_batch *batch)
{
    return batch->ack_set ? batch->ack : store->options.ack;
}

static int64_t deadline_of(const struct garner_store *store,
                           const struct garner_batch *batch)
{
    return deadline_in(batch->timeout_ms >= 0 ? batch->timeout_ms
                                              : store->options.timeout_ms);
}

enum garner_code garner_write(struct garner_store *store,
                              struct garner_batch *batch,
                              struct garner_result *result,
                              struct garner_error *err)
{
    enum garner_code code = must_write(store, err);
    struct gn_ticket ticket = {.err = err};

    if (result != NULL)
        *result = (struct garner_result){0};
    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_write: batch is NULL");
    if (batch->count == 0)
        return GARNER_OK;
    if (ack_of(store, batch) == GARNER_QUEUED)
        return enqueue(store, batch, err);
    ticket.statements = batch->first;
    ticket.count = batch->count;
    ticket.bytes = batch->bytes;
    ticket.ack = ack_of(store, batch);
    ticket.deadline_ns = deadline_of(store, batch);
    return wait_for(store, &ticket, result);
}

enum garner_code garner_submit(struct garner_store *store,
                               struct garner_batch *batch, garner_done *done,
                               void *context, struct garner_error *err)
{
    enum garner_code code = must_write(store, err);
    struct gn_ticket *ticket;

    if (code != GARNER_OK)
        return code;
    if (batch == NULL)
        return gn_fail(err, GARNER_MISUSE, "garner_submit: batch is NULL");
    ticket = &batch->ticket;
    ticket->statements = batch->first;
    ticket->count = batch->count;
    ticket->bytes = batch->bytes + sizeof *batch;
    ticket->ack = ack_of(store, batch);
    ticket->work = NULL;
    ticket->result =
        (struct garner_result){0}; /* an empty batch runs nothing */
    ticket->done = done;
    ticket->done_context = context;
    return gn_commit_submit(store->commit, batch, deadline_of(store, batch),
                            err);
}

enum garner_code garner_query(struct garner_store *store, const char *sql,
                              const struct garner_value *args, size_t count,
                              struct garner_rows **rows,
                              struct garner_error *err)
{
    struct gn_statement s;
    enum garner_code code;
    int64_t deadline_ns;

    if (rows != NULL)
        *rows = NULL;
    if (store == NULL || sql == NULL || rows == NULL ||
        (args == NULL && count > 0))
        return gn_fail(err, GARNER_MISUSE, "garner_query: a NULL argument");
    code = must_be_ours(store, err);
    if (code != GARNER_OK)
        return code;
    gn_statement_init(&s, sql, args, count);
    deadline_ns = deadline_in(store->options.timeout_ms);
    code = store->pool != NULL
               ? gn_rows_lease(store->pool, &s, deadline_ns, rows, err)
               : gn_rows_read(store->commit, &s, deadline_ns, rows, err);
    if (code == GARNER_OK)
        atomic_fetch_add_explicit(&store->queries, 1, memory_order_relaxed);
    return code;
}
