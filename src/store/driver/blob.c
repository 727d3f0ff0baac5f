#include "store/driver/blob.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/connection.h"
#include "store/driver/error.h"
#include "store/driver/transaction.h"

struct gn_blob {
    struct gn_sqlite *connection;
    sqlite3_blob *handle;
    size_t size;
};

/* SQLite says which part of the name is wrong in words alone. */
static enum garner_code explain(sqlite3 *db, int rc, const struct gn_spot *spot,
                                struct garner_error *err)
{
    const char *words = sqlite3_errmsg(db);

    if (rc != SQLITE_ERROR)
        return gn_sqlite_fail(db, rc, NULL, err);
    if (strncmp(words, "no such rowid", 13) == 0)
        return gn_fail(err, GARNER_NOTFOUND,
                       "%.60s has no row %" PRId64 "; insert it first",
                       spot->table, spot->rowid);
    return gn_fail(err, GARNER_SQL, "%.60s.%.60s of row %" PRId64 ": %.80s",
                   spot->table, spot->column, spot->rowid, words);
}

/* SQLite looks the name up in the schema it knows, which may be an old one;
 * preparing a statement has it read anew then. */
static void learn_schema(sqlite3 *db, const struct gn_spot *spot)
{
    char *sql = sqlite3_mprintf("SELECT \"%w\".\"%w\" FROM main.\"%w\"",
                                spot->table, spot->column, spot->table);
    sqlite3_stmt *stmt = NULL;

    if (sql != NULL)
        (void)sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    (void)sqlite3_finalize(stmt); /* NULL, or never stepped */
    sqlite3_free(sql);
}

static int open_handle(sqlite3 *db, const struct gn_spot *spot, bool writes,
                       sqlite3_blob **handle)
{
    int rc = SQLITE_ERROR;

    for (int i = 0; i < 2 && rc == SQLITE_ERROR; i++) {
        if (i > 0)
            learn_schema(db, spot);
        rc = sqlite3_blob_open(db, "main", spot->table, spot->column,
                               spot->rowid, writes, handle);
    }
    return rc;
}

enum garner_code gn_blob_open(struct gn_sqlite *c, const struct gn_spot *spot,
                              bool writes, struct gn_blob **out,
                              struct garner_error *err)
{
    struct gn_blob *b;
    enum garner_code code = gn_transaction_unstick(c, err);
    int rc;

    *out = NULL;
    if (code == GARNER_OK)
        code = gn_still_check(&c->still, c->db, false, err);
    if (code != GARNER_OK)
        return code;
    b = gn_alloc(sizeof *b);
    if (b == NULL)
        return gn_fail(err, GARNER_NOMEM, "a blob");
    b->connection = c;
    rc = open_handle(c->db, spot, writes, &b->handle);
    if (rc != SQLITE_OK) {
        code = explain(c->db, rc, spot, err);
        gn_blob_close(b);
        return code;
    }
    b->size = (size_t)sqlite3_blob_bytes(b->handle);
    *out = b;
    return GARNER_OK;
}

size_t gn_blob_size(const struct gn_blob *b)
{
    return b->size;
}

static enum garner_code outcome(const struct gn_blob *b, int rc,
                                struct garner_error *err)
{
    if (rc == SQLITE_OK)
        return GARNER_OK;
    if ((rc & 0xff) == SQLITE_ABORT)
        return gn_fail(err, GARNER_NOTFOUND,
                       "its row was changed or deleted since the blob was "
                       "opened; open it again");
    return gn_sqlite_fail(b->connection->db, rc, NULL, err);
}

enum garner_code gn_blob_read(struct gn_blob *b, size_t at, void *data,
                              size_t size, struct garner_error *err)
{
    const struct gn_sqlite *c = b->connection;
    const int rc = sqlite3_blob_read(b->handle, data, (int)size, (int)at);

    if (gn_still_check(&c->still, c->db, true, err) != GARNER_OK)
        return GARNER_IO;
    return outcome(b, rc, err);
}

enum garner_code gn_blob_write(struct gn_blob *b, size_t at, const void *data,
                               size_t size, struct garner_error *err)
{
    return outcome(b, sqlite3_blob_write(b->handle, data, (int)size, (int)at),
                   err);
}

void gn_blob_close(struct gn_blob *b)
{
    (void)sqlite3_blob_close(b->handle); /* repeats an error told before */
    gn_free(b);
}
