#include "store/driver/copy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"

/* Where the header says whether there is a log, and what it says if not
 * (https://sqlite.org/fileformat2.html section 1.3.3). */
enum { MODE_AT = 18, NO_LOG = 1 };

struct gn_copy {
    sqlite3 *to;
    sqlite3_backup *backup;
    const char *name;
    size_t page_bytes;
    int left; /* pages, after the last step; -1: before the first */
};

static enum garner_code failed(const struct gn_copy *c, int rc,
                               struct garner_error *err)
{
    gn_fail(err, gn_sqlite_code(rc), "%.120s: %s%s", c->name,
            sqlite3_errstr(rc), gn_sqlite_advice(c->to, rc));
    if (err != NULL)
        err->native = rc;
    return gn_sqlite_code(rc);
}

static int start(struct gn_copy *c, sqlite3 *from, const char *path)
{
    /* It is synced once, by who gives it its name; until then there is nothing
     * to roll back to. */
    static const char settings[] = "PRAGMA journal_mode=OFF;"
                                   "PRAGMA synchronous=OFF;"
                                   "PRAGMA locking_mode=EXCLUSIVE";
    int rc = sqlite3_open_v2(path, &c->to,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_EXRESCODE,
                             NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->to, settings, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    c->backup = sqlite3_backup_init(c->to, "main", from, "main");
    return c->backup != NULL ? SQLITE_OK : sqlite3_extended_errcode(c->to);
}

enum garner_code gn_copy_start(struct gn_sqlite *from, const char *path,
                               const char *name, struct gn_copy **out,
                               struct garner_error *err)
{
    struct gn_copy *c;
    int rc;

    *out = c = gn_alloc(sizeof *c);
    if (c == NULL)
        return gn_fail(err, GARNER_NOMEM, "a copy");
    c->name = name;
    c->page_bytes = from->log.page_bytes;
    c->left = -1;
    rc = start(c, from->db, path);
    if (rc != SQLITE_OK) {
        (void)failed(c, rc, err);
        gn_copy_end(c);
        *out = NULL;
        return gn_sqlite_code(rc);
    }
    return GARNER_OK;
}

enum garner_code gn_copy_step(struct gn_copy *c, int pages, bool *again,
                              struct garner_error *err)
{
    const int rc = sqlite3_backup_step(c->backup, pages);
    const int left = sqlite3_backup_remaining(c->backup);

    *again = rc == SQLITE_OK && c->left >= 0 && left > c->left - pages;
    c->left = left;
    if (rc == SQLITE_DONE)
        return GARNER_DONE;
    return rc == SQLITE_OK ? GARNER_OK : failed(c, rc, err);
}

void gn_copy_progress(const struct gn_copy *c, uint64_t *done_bytes,
                      uint64_t *all_bytes)
{
    const int all = sqlite3_backup_pagecount(c->backup);

    *all_bytes = (uint64_t)all * c->page_bytes;
    *done_bytes = c->left < 0 ? 0 : (uint64_t)(all - c->left) * c->page_bytes;
}

void gn_copy_end(struct gn_copy *c)
{
    if (c == NULL)
        return;
    (void)sqlite3_backup_finish(c->backup); /* repeats an error told before */
    GN_CHECK(sqlite3_close(c->to) == SQLITE_OK); /* it has no statements */
    gn_free(c);
}

enum garner_code gn_copy_unmark(int fd, const char *name,
                                struct garner_error *err)
{
    const char mode[2] = {NO_LOG, NO_LOG}; /* for writing, for reading */
    char reason[128];

    if (pwrite(fd, mode, sizeof mode, MODE_AT) == sizeof mode)
        return GARNER_OK;
    return gn_fail(err, GARNER_IO, "%.120s: cannot be written to: %s", name,
                   strerror_r(errno, reason, sizeof reason));
}
