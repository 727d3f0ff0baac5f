#include "store/driver/sqlite.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"

enum {
    ATTACHED_PAGES = 1000, /* of a log; as SQLite does by itself */
    FIRST_WAIT_US = 100,
    LONGEST_WAIT_US = 2000,
};

/* Looked at by all that works, and all that waits. */
static bool is_set(const atomic_uint *flag)
{
    return flag != NULL &&
           atomic_load_explicit(flag, memory_order_relaxed) != 0;
}

static int is_to_end(void *context)
{
    const struct gn_sqlite *c = context;

    if (is_set(c->stop) || is_set(c->stop_all))
        return 1;
    return c->work_deadline_ns != INT64_MAX &&
           gn_clock_monotonic_ns() >= c->work_deadline_ns;
}

/* SQLite's own busy wait sleeps up to 100 ms at a time and so starves who
 * waits longest (https://sqlite.org/c3ref/busy_handler.html); garner's threads
 * never meet it, only foreign connections do: look again soon. */
static int wait_for_lock(void *context, int times)
{
    struct gn_sqlite *c = context;
    int64_t us = (int64_t)FIRST_WAIT_US << (times < 5 ? times : 5);
    struct timespec pause = {0};

    atomic_store_explicit(&c->held_off, true, memory_order_relaxed);
    if (c->terms.lent && times == 0)
        c->busy_deadline_ns = gn_clock_monotonic_ns() + c->terms.busy_ns;
    if (gn_clock_monotonic_ns() >= c->busy_deadline_ns || is_to_end(c))
        return 0;
    if (us > LONGEST_WAIT_US)
        us = LONGEST_WAIT_US;
    pause.tv_nsec = (long)us * 1000;
    (void)nanosleep(&pause, NULL); /* interrupted: look again sooner */
    return 1;
}

int gn_sqlite_at_intervals(void *context)
{
    struct gn_sqlite *c = context;

    if (c->terms.lent && c->terms.progress != NULL &&
        c->terms.progress(c->terms.progress_context) != 0)
        return 1;
    if (c->running != NULL && c->slow != NULL)
        c->slow(c->slow_context, sqlite3_sql(c->running));
    c->running = NULL;
    return is_to_end(c);
}

/* A borrower's own level is seen to hold only where it is the store's. */
static bool syncs(const struct gn_sqlite *c)
{
    return c->sync == 1 && (!c->terms.lent || c->terms.sync < 0);
}

static int count_log(void *context, sqlite3 *db, const char *name, int pages)
{
    struct gn_sqlite *c = context;

    if (strcmp(name, "main") == 0)
        gn_log_committed(&c->log, (size_t)pages, syncs(c));
    else if (pages >= ATTACHED_PAGES) /* nobody else sees to that one */
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE,
                                        NULL, NULL);
    return SQLITE_OK;
}

/* The last moment to stop a statement that turned out, while it was already
 * run by itself, to have a trigger: it may have failed halfway. And one at
 * which the write lock is surely held. */
static int before_commit(void *context)
{
    struct gn_sqlite *c = context;

    if (c->alone && c->guard.met_trigger)
        return 1;
    c->terms.committed = true;
    if (c->sync != 1)
        return 0;
    c->commit_ns = gn_clock_monotonic_ns();
    if (c->wal && sqlite3_txn_state(c->db, "main") == SQLITE_TXN_WRITE)
        gn_log_make_room(&c->log);
    return 0;
}

static enum garner_code read_page_size(struct gn_sqlite *c,
                                       struct garner_error *err)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(c->db, "PRAGMA page_size", -1, &stmt, NULL);

    if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
        c->log.page_bytes = (size_t)sqlite3_column_int(stmt, 0);
    if (rc == SQLITE_OK)
        rc = sqlite3_finalize(stmt);
    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(c->db, rc, NULL, err);
}

/* Where SQLite cannot open a file for writing, it opens it for reading and says
 * so at the first write. For the log too, and that as long as it is open: so it
 * is found out here. When it is busy, the first write will tell. */
static enum garner_code try_to_write(struct gn_sqlite *c,
                                     struct garner_error *err)
{
    const int64_t deadline_ns = c->busy_deadline_ns;
    enum garner_code code;

    c->busy_deadline_ns = 0;
    code = gn_transaction_begin(c, err);
    if (code == GARNER_OK)
        gn_transaction_rollback(c);
    c->busy_deadline_ns = deadline_ns;
    atomic_store_explicit(&c->held_off, false, memory_order_relaxed);
    return code == GARNER_BUSY ? GARNER_OK : code;
}

static bool has_moved(const struct gn_place *place, struct garner_error *err)
{
    const char *lost = place != NULL ? gn_place_lost(place) : NULL;

    if (lost == NULL)
        return false;
    gn_fail(err, GARNER_IO,
            "%.100s%s was moved or removed while it is open; %s", place->path,
            lost,
            lost[0] == '\0' ? "put it back, or open it anew"
                            : "close the database and open it anew");
    return true;
}

/* Where the first connection was opened, there all are, whatever the path means
 * by now (chdir, a symbolic link). */
static enum garner_code open_there(struct gn_sqlite *c,
                                   const struct gn_sqlite_options *options,
                                   struct garner_error *err)
{
    struct gn_sqlite_options there = *options;

    gn_inherit_let_go();
    if (c->place != NULL && c->place->path[0] != '\0')
        there.path = c->place->path;
    /* Before, too: of a database that it finds to be empty, SQLite removes the
     * log. */
    if (has_moved(c->place, err))
        return GARNER_IO;
    return gn_open_database(&there, &c->db, &c->wal, &c->still, err);
}

/* The store's user may set it up, too. */
static enum garner_code show(struct gn_sqlite *c,
                             const struct gn_sqlite_options *options,
                             struct garner_error *err)
{
    const struct garner_sqlite_hooks *hooks = options->hooks;
    int rc = SQLITE_OK;

    if (hooks != NULL && hooks->opened != NULL)
        rc = hooks->opened(c->db, options->writer, hooks->context);
    if (rc != SQLITE_OK)
        return gn_fail(err, gn_sqlite_code(rc),
                       "%.100s: a connection could not be set up: %s",
                       options->path, sqlite3_errstr(rc));
    c->hooks = hooks;
    return GARNER_OK;
}

enum garner_code gn_sqlite_open(const struct gn_sqlite_options *options,
                                struct gn_sqlite **out,
                                struct garner_error *err)
{
    struct gn_sqlite *c;
    enum garner_code code;

    *out = c = gn_alloc(sizeof *c);
    if (c == NULL)
        return gn_fail(err, GARNER_NOMEM, "a connection");
    c->sync = -1;
    c->terms.sync = -1;
    c->foreign_keys = options->foreign_keys;
    c->busy_deadline_ns = options->deadline_ns;
    c->work_deadline_ns = INT64_MAX;
    c->place = options->place;
    c->guard.in_memory = strcmp(options->path, ":memory:") == 0;
    code = open_there(c, options, err);
    if (c->db != NULL)
        gn_inherit_note(&c->inherit, c->db);
    if (code == GARNER_OK)
        code = gn_cache_new(c->db, options->statements, &c->guard.met_trigger,
                            &c->cache, err);
    if (code == GARNER_OK)
        code = read_page_size(c, err);
    if (code == GARNER_OK && options->writer)
        code = gn_transaction_prepare(c, err);
    if (code != GARNER_OK) {
        gn_sqlite_close(c);
        *out = NULL;
        return code;
    }
    c->log.db = c->db;
    /* Who ships the log may take it that its file ends where its frames do. */
    c->log.most_bytes = options->keep_log ? 0 : options->wal_bytes;
    gn_open_guard(c->db, &c->guard);
    (void)sqlite3_commit_hook(c->db, before_commit, c);
    (void)sqlite3_busy_handler(c->db, wait_for_lock, c);
    (void)sqlite3_wal_hook(c->db, count_log, c);
    sqlite3_progress_handler(c->db, GN_PROGRESS_STEPS, gn_sqlite_at_intervals,
                             c);
    if (options->writer)
        code = try_to_write(c, err);
    if (c->place != NULL && !c->place->noted)
        gn_place_note(c->place, sqlite3_db_filename(c->db, "main"));
    if (code == GARNER_OK && has_moved(c->place, err))
        code = GARNER_IO;
    if (code == GARNER_OK)
        code = show(c, options, err);
    if (code != GARNER_OK) {
        gn_sqlite_close(c);
        *out = NULL;
    }
    return code;
}

void gn_sqlite_close(struct gn_sqlite *c)
{
    if (c == NULL)
        return;
    gn_inherit_forget(&c->inherit);
    if (c->hooks != NULL && c->hooks->closing != NULL)
        c->hooks->closing(c->db, c->hooks->context);
    gn_cache_free(c->cache);
    for (int i = 0; i < GN_FIXED; i++)
        (void)sqlite3_finalize(c->fixed[i]); /* repeats an error told before */
    if (c->log.suspect) /* it may not be copied into the database */
        (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                                NULL);
    GN_CHECK(sqlite3_close(c->db) == SQLITE_OK); /* else a statement is left */
    gn_free(c);
}

const char *gn_sqlite_path(const struct gn_sqlite *c)
{
    return sqlite3_db_filename(c->db, "main");
}

bool gn_sqlite_is_wal(const struct gn_sqlite *c)
{
    return c->wal;
}

bool gn_sqlite_is_marked(const struct gn_sqlite *c)
{
    return gn_open_is_marked(c->db);
}

void gn_sqlite_set_busy_deadline(struct gn_sqlite *c, int64_t deadline_ns)
{
    c->busy_deadline_ns = deadline_ns;
}

bool gn_sqlite_is_held_off(const struct gn_sqlite *c)
{
    return atomic_load_explicit(&c->held_off, memory_order_relaxed);
}

void gn_sqlite_set_work_deadline(struct gn_sqlite *c, int64_t deadline_ns)
{
    c->work_deadline_ns = deadline_ns;
}

void gn_sqlite_on_slow(struct gn_sqlite *c,
                       void (*slow)(void *context, const char *sql),
                       void *context)
{
    c->slow = slow;
    c->slow_context = context;
}

void gn_sqlite_set_stop(struct gn_sqlite *c, const atomic_uint *stop)
{
    c->stop_all = stop;
}

enum garner_code gn_sqlite_set_sync(struct gn_sqlite *c, bool sync,
                                    struct garner_error *err)
{
    const char *pragma =
        sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
    enum garner_code code = gn_transaction_unstick(c, err);
    int rc;

    if (code != GARNER_OK || c->sync == (int)sync)
        return code;
    /* Without a log that could be synced later, each commit lasts; FULL may
     * lose the last one there. */
    if (!c->wal)
        pragma = "PRAGMA synchronous=EXTRA";
    /* The pragma acts while it is prepared, so it cannot be kept prepared. */
    c->guard.lifted = true;
    rc = sqlite3_exec(c->db, pragma, NULL, NULL, NULL);
    c->guard.lifted = false;
    if (rc != SQLITE_OK)
        return gn_sqlite_fail(c->db, rc, NULL, err);
    c->sync = sync;
    return GARNER_OK;
}

uint64_t gn_sqlite_disk_failures(const struct gn_sqlite *c)
{
    return c->log.failures;
}

int64_t gn_sqlite_take_commit_ns(struct gn_sqlite *c)
{
    const int64_t began_ns = c->commit_ns;

    c->commit_ns = 0;
    return began_ns;
}

enum garner_code gn_sqlite_sync_log(struct gn_sqlite *c,
                                    struct garner_error *err)
{
    enum garner_code code;

    if (gn_transaction_needs_repair(c)) {
        code = gn_transaction_begin(c, err);
        if (code != GARNER_OK)
            return code;
        gn_transaction_rollback(c);
    }
    return c->wal ? gn_log_sync(&c->log, err) : GARNER_OK;
}

bool gn_sqlite_has_moved(struct gn_sqlite *c, struct garner_error *err)
{
    return has_moved(c->place, err);
}

size_t gn_sqlite_log_bytes(const struct gn_sqlite *c)
{
    return gn_log_bytes(&c->log);
}
