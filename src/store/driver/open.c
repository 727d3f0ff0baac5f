#include "store/driver/open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

#include "store/driver/bodies.h"
#include "store/driver/error.h"
#include "store/driver/filesystem.h"
#include "store/driver/functions.h"
#include "store/driver/regexp.h"

enum { RETRY_MS = 2 };

static enum garner_code run(sqlite3 *db, const char *sql,
                            struct garner_error *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(db, rc, NULL, err);
}

/* Why path cannot be written to, as far as that is worth to be told. */
static const char *why_not(const char *path)
{
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 || errno != EROFS)
        return "";
    return " (its file system is mounted for reading only)";
}

/* Says which part of the path is the trouble; SQLite only says "unable". Only
 * stat(2) is used: it takes no descriptor. */
static enum garner_code explain(const struct gn_sqlite_options *options,
                                sqlite3 *db, int rc, struct garner_error *err)
{
    const char *path = options->path;
    char folder[4096];
    const char *slash = strrchr(path, '/');
    enum garner_code code;
    struct stat st;

    snprintf(folder, sizeof folder, "%.*s",
             slash != NULL ? (int)(slash - path) : 1,
             slash != NULL ? path : ".");
    if (slash == path)
        snprintf(folder, sizeof folder, "/");
    if (gn_sqlite_lacks_files(db, rc))
        return gn_sqlite_fail(db, rc, NULL, err);
    if (stat(folder, &st) != 0 && errno == ENOENT)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "%s: the folder %s does not exist; make it first", path,
                       folder);
    else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        code =
            gn_fail(err, GARNER_IO, "%s: is a folder; name a file in it", path);
    else if (stat(path, &st) != 0 && errno == ENOENT && !options->create)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "%s: no such database; check the name", path);
    else if (stat(path, &st) != 0 && errno == ENOENT)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "%s: no such database, and none could be made there%s; "
                       "check the permissions of its folder",
                       path, why_not(folder));
    else
        code = gn_fail(
            err, GARNER_IO,
            "%s: cannot be opened%s%s; check the permissions of the file and "
            "its folder",
            path, rc == SQLITE_READONLY ? " for writing" : "",
            rc == SQLITE_READONLY ? why_not(path) : "");
    if (err != NULL)
        err->native = rc;
    return code;
}

static int text_of_first_column(void *into, int count, char **values,
                                char **names)
{
    (void)names;
    if (count > 0 && values[0] != NULL)
        snprintf(into, 16, "%s", values[0]);
    return 0;
}

/* Asking for WAL may be refused as busy without the busy wait being used
 * (https://sqlite.org/wal.html), so it is asked again until the deadline. Where
 * the mode is WAL already, reading it is enough. */
static enum garner_code enter_wal(sqlite3 *db,
                                  const struct gn_sqlite_options *options,
                                  bool *wal, struct garner_error *err)
{
    const char *const ask[] = {"PRAGMA journal_mode",
                               "PRAGMA journal_mode=WAL"};
    const int steps = options->writer && !options->read_only ? 2 : 1;
    char mode[16] = "";

    for (int i = 0; i < steps && strcasecmp(mode, "wal") != 0; i++) {
        int rc = sqlite3_exec(db, ask[i], text_of_first_column, mode, NULL);

        while ((rc & 0xff) == SQLITE_BUSY &&
               gn_clock_monotonic_ns() < options->deadline_ns) {
            sqlite3_sleep(RETRY_MS);
            rc = sqlite3_exec(db, ask[i], text_of_first_column, mode, NULL);
        }
        if (rc != SQLITE_OK)
            return gn_sqlite_fail(db, rc, NULL, err);
    }
    *wal = strcasecmp(mode, "wal") == 0;
    return GARNER_OK;
}

/* The first real read: tells now, not at the first write, that the file is
 * not a database. */
static enum garner_code set_up(sqlite3 *db,
                               const struct gn_sqlite_options *options,
                               bool *wal, struct garner_error *err)
{
    const long long most_bytes =
        options->keep_log ? -1 : (long long)options->wal_bytes;
    char settings[256];
    enum garner_code code;

    /* SQLite opens for reading what it may not write, and tells at the first
     * write. */
    if (options->writer && sqlite3_db_readonly(db, "main") == 1)
        return explain(options, db, SQLITE_READONLY, err);
    code = enter_wal(db, options, wal, err);
    if (code == GARNER_OK)
        code = run(db, "SELECT count(*) FROM sqlite_schema", err);
    if (code != GARNER_OK)
        return code;
    /* Checkpoints belong to the leader alone: see wal.h. */
    snprintf(settings, sizeof settings,
             "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=%lld; "
             "PRAGMA foreign_keys=%d; PRAGMA query_only=%d",
             most_bytes, options->foreign_keys, !options->writer);
    code = run(db, settings, err);
    if (code == GARNER_OK && (!options->writer || options->keep_log))
        (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (code == GARNER_OK)
        code = gn_functions_add(db, err);
    if (code == GARNER_OK)
        code = gn_bodies_add(db, err);
    return code == GARNER_OK ? gn_regexp_add(db, err) : code;
}

static bool wants_log(const struct gn_sqlite_options *options, sqlite3 *db)
{
    const int rc = sqlite3_extended_errcode(db);

    return options->read_only && gn_still_explains(rc) &&
           !gn_sqlite_lacks_files(db, rc);
}

/* Where the header of a database says that it has a log
 * (https://sqlite.org/fileformat2.html section 1.3.3). */
enum { MODE_AT = 18, HAS_LOG = 2 };

bool gn_open_is_marked(sqlite3 *db)
{
    unsigned char mode = 0;
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return false;
    return file->pMethods->xRead(file, &mode, 1, MODE_AT) == SQLITE_OK &&
           mode == HAS_LOG;
}

/* Before SQLite makes the file, of a writer; of a reader, once db tells whether
 * there is a log at all. */
static enum garner_code check_place(const struct gn_sqlite_options *options,
                                    sqlite3 *db, struct garner_error *err)
{
    const bool writes = options->writer && !options->read_only;

    if (options->network_fs || strcmp(options->path, ":memory:") == 0 ||
        writes != (db == NULL) || (!writes && !gn_open_is_marked(db)))
        return GARNER_OK;
    return gn_filesystem_check(options->path, err);
}

static int flags_of(const struct gn_sqlite_options *options)
{
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    if (options->read_only)
        return flags | SQLITE_OPEN_READONLY;
    return flags | SQLITE_OPEN_READWRITE |
           (options->create && options->writer ? SQLITE_OPEN_CREATE : 0);
}

/* What follows when SQLite has opened the file. */
static enum garner_code go_on(const struct gn_sqlite_options *options,
                              sqlite3 **db, bool *wal, struct gn_still *still,
                              struct garner_error *err)
{
    const int64_t wait_ms =
        (options->deadline_ns - gn_clock_monotonic_ns()) / 1000000;
    enum garner_code code = check_place(options, *db, err);

    if (code != GARNER_OK)
        return code;
    /* Before anything else: opening meets the locks of others. */
    sqlite3_busy_timeout(*db, wait_ms < 1 ? 1 : (int)wait_ms);
    if (!options->no_trace || !gn_still_is_alone(*db)) {
        code = set_up(*db, options, wal, err);
        if (code == GARNER_OK || !wants_log(options, *db))
            return code;
    }
    code = gn_still_reopen(still, db, err);
    return code == GARNER_OK ? set_up(*db, options, wal, err) : code;
}

/* A pipe would be waited for, without end. */
static enum garner_code check_kind(const char *path, struct garner_error *err)
{
    struct stat st;

    if (stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
        return GARNER_OK;
    return gn_fail(err, GARNER_IO,
                   "%s: is a device, a pipe or a socket; name a file", path);
}

/* SQLite counts the bytes of all its allocations, under one lock for all
 * threads: four readers beside a writer read a third less then. It can be told
 * not to until it is first used; later it refuses, and whoever used it may want
 * the count (https://sqlite.org/c3ref/c_config_covering_index_scan.html). */
static void count_no_bytes(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum garner_code gn_open_database(const struct gn_sqlite_options *options,
                                  sqlite3 **db, bool *wal,
                                  struct gn_still *still,
                                  struct garner_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    enum garner_code code = check_place(options, NULL, err);
    int rc;

    GN_CHECK(pthread_once(&once, count_no_bytes) == 0);
    *db = NULL;
    *still = (struct gn_still){.yes = false};
    if (code == GARNER_OK)
        code = check_kind(options->path, err);
    if (code != GARNER_OK)
        return code;
    rc = sqlite3_open_v2(options->path, db, flags_of(options), NULL);
    if (*db == NULL)
        return gn_fail(err, GARNER_NOMEM, "%s: a connection", options->path);
    if (rc == SQLITE_OK)
        code = go_on(options, db, wal, still, err);
    else
        code = explain(options, *db, rc, err);
    if (code != GARNER_OK) {
        (void)sqlite3_close(*db); /* no statement is left on it */
        *db = NULL;
    }
    return code;
}

/* Settings that would pull the ground from under the store if a statement
 * changed them. Reading them is fine. */
static bool is_ours(const char *pragma)
{
    static const char *const ours[] = {"busy_timeout",   "foreign_keys",
                                       "journal_mode",   "journal_size_limit",
                                       "locking_mode",   "query_only",
                                       "synchronous",    "wal_autocheckpoint",
                                       "wal_checkpoint", "writable_schema"};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcasecmp(pragma, ours[i]) == 0)
            return true;
    return false;
}

/* Settings that a borrower may read alone: they would have others meet the
 * database as it may not be, or put SQLite's own hooks in place of the
 * store's. */
static bool is_kept(const char *pragma)
{
    static const char *const kept[] = {"busy_timeout", "journal_mode",
                                       "locking_mode", "wal_autocheckpoint"};

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcasecmp(pragma, kept[i]) == 0)
            return true;
    return false;
}

static int authorize_borrower(struct gn_guard *guard, int action,
                              const char *first, const char *second,
                              const char *database, const char *trigger)
{
    int verdict = SQLITE_OK;

    if (guard->theirs != NULL)
        verdict = guard->theirs(guard->theirs_context, action, first, second,
                                database, trigger);
    if (verdict != SQLITE_OK || action != SQLITE_PRAGMA || second == NULL)
        return verdict;
    if (strcasecmp(first, "synchronous") == 0 ||
        strcasecmp(first, "foreign_keys") == 0)
        guard->touched = true;
    return is_kept(first) && !guard->in_memory &&
                   (database == NULL || strcmp(database, "main") == 0)
               ? SQLITE_IGNORE
               : SQLITE_OK;
}

static int authorize(void *context, int action, const char *first,
                     const char *second, const char *database,
                     const char *trigger)
{
    struct gn_guard *guard = context;

    if (trigger != NULL)
        guard->met_trigger = true;
    if (guard->lifted)
        return SQLITE_OK;
    if (guard->lent)
        return authorize_borrower(guard, action, first, second, database,
                                  trigger);
    switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_ATTACH: /* VACUUM does it too */
    case SQLITE_DETACH:
        return SQLITE_DENY;
    case SQLITE_PRAGMA:
        return is_ours(first) && (second != NULL ||
                                  strcasecmp(first, "wal_checkpoint") == 0)
                   ? SQLITE_DENY
                   : SQLITE_OK;
    default:
        return SQLITE_OK;
    }
}

void gn_open_guard(sqlite3 *db, struct gn_guard *guard)
{
    /* It fails on misuse only. */
    (void)sqlite3_set_authorizer(db, authorize, guard);
}
