#include "store/driver/still.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"

enum { PATH_BYTES = 4096 };

bool gn_still_explains(int rc)
{
    return (rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY;
}

/* Whether there is anything in the file beside the database at path. */
static bool is_beside(const char *path, const char *suffix)
{
    char name[PATH_BYTES + 16];
    struct stat st;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 && st.st_size > 0;
}

bool gn_still_is_alone(sqlite3 *db)
{
    const char *path = sqlite3_db_filename(db, "main");
    char name[PATH_BYTES + 16];
    struct stat st;

    snprintf(name, sizeof name, "%s-shm", path);
    return stat(name, &st) != 0 && !is_beside(path, "-wal") &&
           !is_beside(path, "-journal");
}

static enum garner_code check_beside(const char *path, struct garner_error *err)
{
    if (is_beside(path, "-wal"))
        return gn_fail(err, GARNER_IO,
                       "%.100s: its log (-wal) can only be read where files "
                       "beside it may be written; open it there once, or copy "
                       "both to a folder of yours",
                       path);
    if (is_beside(path, "-journal"))
        return gn_fail(err, GARNER_IO,
                       "%.100s: an unfinished transaction (-journal) has to be "
                       "undone by one who may write; open it so once, or copy "
                       "both to a folder of yours",
                       path);
    return GARNER_OK;
}

/* Appends path as a URI, which may hold no ? # or %. */
static void add_uri(struct gn_buf *uri, const char *path)
{
    gn_buf_text(uri, "file:");
    for (; *path != '\0'; path++)
        if (strchr("?#%", *path) != NULL)
            gn_buf_printf(uri, "%%%02X", (unsigned char)*path);
        else
            gn_buf_byte(uri, *path);
    gn_buf_text(uri, "?immutable=1");
}

static enum garner_code open_immutable(const char *path, sqlite3 **db,
                                       struct garner_error *err)
{
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    struct gn_buf uri = {0};
    enum garner_code code = GARNER_OK;

    add_uri(&uri, path);
    if (gn_buf_failed(&uri))
        code = gn_fail(err, GARNER_NOMEM, "%.100s: a connection", path);
    else if (sqlite3_open_v2(gn_buf_cstr(&uri), db, flags, NULL) != SQLITE_OK)
        code = gn_fail(err, *db != NULL ? GARNER_IO : GARNER_NOMEM,
                       "%.100s: cannot be opened; check the permissions of the "
                       "file and its folder",
                       path);
    gn_buf_fini(&uri);
    return code;
}

enum garner_code gn_still_reopen(struct gn_still *still, sqlite3 **db,
                                 struct garner_error *err)
{
    char path[PATH_BYTES];
    enum garner_code code;

    snprintf(path, sizeof path, "%s", sqlite3_db_filename(*db, "main"));
    (void)sqlite3_close(*db); /* no statement is left on it */
    *db = NULL;
    code = check_beside(path, err);
    if (code == GARNER_OK && stat(path, &still->file) != 0)
        code = gn_fail(err, GARNER_IO, "%.100s: is no longer there", path);
    if (code == GARNER_OK)
        code = open_immutable(path, db, err);
    still->yes = code == GARNER_OK;
    return code;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

enum garner_code gn_still_check(const struct gn_still *still, sqlite3 *db,
                                bool begun, struct garner_error *err)
{
    const char *path;
    struct stat now;

    if (!still->yes)
        return GARNER_OK;
    path = sqlite3_db_filename(db, "main");
    if (stat(path, &now) != 0 || !is_same(&now, &still->file) ||
        (!begun && is_beside(path, "-wal")))
        return gn_fail(err, GARNER_IO,
                       "%.100s: was written to by others while it was read "
                       "without locks, for nothing may be written beside it "
                       "here; open it again",
                       path);
    return GARNER_OK;
}
