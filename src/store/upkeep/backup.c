#include "store/upkeep/backup.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/newfile.h"
#include "store/driver/copy.h"
#include "store/driver/cursor.h"

enum {
    PAGES = 256,          /* copied at a time */
    MOST_PAGES = 1 << 28, /* ... when it began anew again and again */
    MEMORY_MODE = 0600,   /* of the copy of what was in memory */
    PERMISSIONS = 0777,
};

/* A backup on its way. */
struct backup {
    struct gn_shard *shard;
    struct gn_newfile file;
    struct gn_copy *copy;
    garner_progress *progress;
    void *context;

    int pages; /* of the next piece */
    uint64_t done_bytes;
    uint64_t all_bytes;
};

/* --- where it goes ------------------------------------------------------- */

/* A path that does not fit is too long for the system, too. */
static bool look(const char *path, const char *suffix, struct stat *st)
{
    char name[PATH_MAX + 16];

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, st) == 0;
}

static bool is_same_file(const char *path, const char *suffix,
                         const struct stat *other)
{
    struct stat st;

    return look(path, suffix, &st) && st.st_dev == other->st_dev &&
           st.st_ino == other->st_ino;
}

/* A log that lies beside the copy would be taken for its own. */
static enum garner_code check_beside(const char *path, struct garner_error *err)
{
    static const char *const suffixes[] = {"-wal", "-journal"};
    struct stat st;

    for (size_t i = 0; i < 2; i++)
        if (look(path, suffixes[i], &st))
            return gn_fail(err, GARNER_INVALID,
                           "%.150s%s is there: a database of that name is "
                           "open, or was not closed; name another file",
                           path, suffixes[i]);
    return GARNER_OK;
}

/* Checks the target, and gives what permissions the database has. */
static enum garner_code check_target(const struct gn_shard *s, const char *path,
                                     mode_t *mode, struct garner_error *err)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal",
                                           "-turn"};
    struct stat database;
    struct stat target;

    *mode = MEMORY_MODE;
    if (strcmp(s->path, ":memory:") != 0 && stat(s->path, &database) == 0)
        *mode = database.st_mode & PERMISSIONS;
    if (stat(path, &target) == 0)
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
            if (is_same_file(s->path, suffixes[i], &target))
                return gn_fail(err, GARNER_INVALID,
                               "%.150s is the database itself; name another "
                               "file",
                               path);
    return check_beside(path, err);
}

/* --- copying, by whoever owns the connection ----------------------------- */

/* A piece. DONE: it is whole. */
static enum garner_code copy_piece(struct backup *b, struct garner_error *err)
{
    bool again;
    const enum garner_code code = gn_copy_step(b->copy, b->pages, &again, err);

    if (again && b->pages < MOST_PAGES)
        b->pages *= 2;
    gn_copy_progress(b->copy, &b->done_bytes, &b->all_bytes);
    return code;
}

static enum garner_code start_copy(struct backup *b,
                                   struct gn_sqlite *connection,
                                   struct garner_error *err)
{
    return gn_copy_start(connection, b->file.temporary, b->file.path, &b->copy,
                         err);
}

static enum garner_code report(const struct backup *b, struct garner_error *err)
{
    if (b->progress == NULL ||
        b->progress(b->context, b->done_bytes, b->all_bytes))
        return GARNER_OK;
    return gn_fail(err, GARNER_CANCELED, "the backup to %.120s was canceled",
                   b->file.path);
}

/* --- of a snapshot ------------------------------------------------------- */

/* An open cursor holds it; there is always this one row. */
static enum garner_code hold_snapshot(struct gn_sqlite *connection,
                                      struct gn_cursor **cursor,
                                      struct garner_error *err)
{
    struct gn_statement s;
    enum garner_code code;

    gn_statement_init(&s, "select count(*) from sqlite_schema", NULL, 0);
    code = gn_cursor_open(connection, &s, cursor, err);
    if (code != GARNER_OK)
        return code;
    code = gn_cursor_next(*cursor, err);
    return code == GARNER_ROW ? GARNER_OK : code;
}

static enum garner_code copy_all(struct backup *b, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK) {
        code = copy_piece(b, err);
        if ((code == GARNER_OK || code == GARNER_DONE) &&
            report(b, err) != GARNER_OK)
            code = GARNER_CANCELED;
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code copy_snapshot(struct backup *b,
                                      struct garner_error *err)
{
    struct gn_sqlite *connection;
    struct gn_cursor *cursor = NULL;
    enum garner_code code = gn_shard_open_reader(b->shard, &connection, err);

    if (code != GARNER_OK)
        return code;
    code = hold_snapshot(connection, &cursor, err);
    if (code == GARNER_OK)
        code = start_copy(b, connection, err);
    if (code == GARNER_OK)
        code = copy_all(b, err);
    gn_copy_end(b->copy);
    if (cursor != NULL)
        gn_cursor_close(cursor);
    gn_sqlite_close(connection);
    return code;
}

/* --- by the write connection, as its leader ------------------------------ */

static enum garner_code begin_work(void *context, void *connection,
                                   struct garner_error *err)
{
    return start_copy(context, connection, err);
}

static enum garner_code piece_work(void *context, void *connection,
                                   struct garner_error *err)
{
    (void)connection;
    return copy_piece(context, err);
}

static enum garner_code end_work(void *context, void *connection,
                                 struct garner_error *err)
{
    struct backup *b = context;

    (void)connection;
    (void)err;
    gn_copy_end(b->copy);
    return GARNER_OK;
}

typedef enum garner_code work(void *context, void *connection,
                              struct garner_error *err);

static enum garner_code lead(struct backup *b, work *what, int64_t deadline_ns,
                             struct garner_error *err)
{
    struct gn_ticket ticket = {
        .work = what,
        .work_context = b,
        .deadline_ns = deadline_ns,
        .err = err,
    };

    return gn_commit_wait(b->shard->commit, &ticket);
}

static enum garner_code copy_in_turns(struct backup *b,
                                      struct garner_error *err)
{
    const int timeout_ms = b->shard->options.timeout_ms;
    enum garner_code code =
        lead(b, begin_work, gn_shard_deadline_ns(timeout_ms), err);

    while (code == GARNER_OK) {
        code = lead(b, piece_work, gn_shard_deadline_ns(timeout_ms), err);
        if ((code == GARNER_OK || code == GARNER_DONE) &&
            report(b, err) != GARNER_OK)
            code = GARNER_CANCELED;
    }
    /* The write connection knows of the copy: its end cannot be left out. */
    if (b->copy != NULL)
        (void)lead(b, end_work, INT64_MAX, NULL);
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_backup(struct gn_shard *s, const char *path, bool replace,
                           garner_progress *progress, void *context,
                           struct garner_error *err)
{
    struct backup b = {
        .shard = s, .progress = progress, .context = context, .pages = PAGES};
    mode_t mode;
    enum garner_code code = check_target(s, path, &mode, err);

    if (code == GARNER_OK)
        code = gn_newfile_begin(&b.file, path, mode, replace, err);
    if (code != GARNER_OK)
        return code;
    if (s->commit != NULL)
        gn_commit_count_backups(s->commit, 1);
    code = s->pool != NULL ? copy_snapshot(&b, err) : copy_in_turns(&b, err);
    if (s->commit != NULL)
        gn_commit_count_backups(s->commit, -1);
    if (code == GARNER_OK)
        code = gn_copy_unmark(b.file.fd, path, err);
    if (code == GARNER_OK)
        code = gn_newfile_keep(&b.file, err);
    gn_newfile_end(&b.file);
    return code;
}
