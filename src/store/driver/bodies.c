#include "store/driver/bodies.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/codec.h"
#include "store/driver/error.h"

/* garner makes chains of 16 (engine/history/delta.h); a longer one is damage.
 */
enum { LONGEST = 64 };

/* A row of the chain from the body that is asked for down to one that needs no
 * other. */
struct link {
    bool is_compressed;
    void *data; /* ours */
    size_t size;
};

struct chain {
    sqlite3_context *context;
    struct garner_codec **codec; /* the connection's, made when first needed */
    struct link links[LONGEST];
    int count;
};

/* --- reading the rows ---------------------------------------------------- */

/* What is in a file is not here. */
#define BUT_FILES " where id = ? and codec <> 'file'"

/* Tables of version 2 have no bases. NULL: there is none such at all. */
static sqlite3_stmt *prepare(sqlite3 *db)
{
    static const char *const sql[] = {
        "select codec, data, base from garner_body" BUT_FILES,
        "select codec, data, null from garner_body" BUT_FILES};
    sqlite3_stmt *stmt = NULL;

    for (int i = 0; i < 2 && stmt == NULL; i++)
        if (sqlite3_prepare_v2(db, sql[i], -1, &stmt, NULL) != SQLITE_OK)
            stmt = NULL;
    return stmt;
}

static bool fail(const struct chain *c, const char *what, sqlite3_int64 id)
{
    char text[120];

    snprintf(text, sizeof text, "body %" PRId64 " of garner_body %s",
             (int64_t)id, what);
    sqlite3_result_error(c->context, text, -1);
    return false;
}

/* Adds the row that stmt is on. */
static bool add(struct chain *c, sqlite3_stmt *stmt)
{
    struct link *l = &c->links[c->count];
    const char *codec = (const char *)sqlite3_column_text(stmt, 0);
    const void *data = sqlite3_column_blob(stmt, 1);

    l->is_compressed = codec != NULL && strcmp(codec, "zstd") == 0;
    l->size = (size_t)sqlite3_column_bytes(stmt, 1);
    l->data = gn_memdup(data != NULL ? data : "", l->size);
    if (l->data == NULL) {
        sqlite3_result_error_nomem(c->context);
        return false;
    }
    c->count++;
    return true;
}

/* Reads the rows from id on. false: an error, which is told; no row at all is
 * none. */
static bool read_chain(struct chain *c, sqlite3_stmt *stmt, sqlite3_int64 id)
{
    const sqlite3_int64 asked = id;
    bool more = true;

    while (more) {
        int rc;

        if (c->count == LONGEST)
            return fail(c, "is kept as a chain without an end", asked);
        if (sqlite3_bind_int64(stmt, 1, id) != SQLITE_OK)
            return fail(c, "cannot be asked for", id);
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_DONE && c->count > 0)
            return fail(c,
                        "is missing, and others are kept as what differs "
                        "from it",
                        id);
        if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
            sqlite3_result_error_code(c->context, rc);
            return false;
        }
        if (rc == SQLITE_DONE)
            return true;
        if (!add(c, stmt))
            return false;
        more = sqlite3_column_type(stmt, 2) != SQLITE_NULL;
        id = sqlite3_column_int64(stmt, 2);
        (void)sqlite3_reset(stmt); /* it has not failed */
    }
    return true;
}

/* --- decompressing ------------------------------------------------------- */

/* Puts what l holds, against base, in the place of its data. */
static bool expand(struct chain *c, struct link *l, const struct link *base)
{
    const int most = sqlite3_limit(sqlite3_context_db_handle(c->context),
                                   SQLITE_LIMIT_LENGTH, -1);
    struct garner_error err;
    size_t size = 0;
    void *out = NULL;
    enum garner_code code =
        garner_decompressed_size(l->data, l->size, &size, &err);

    if (code == GARNER_OK && size > (size_t)most) {
        sqlite3_result_error_toobig(c->context);
        return false;
    }
    if (code == GARNER_OK && *c->codec == NULL)
        code = garner_codec_new(c->codec, &err);
    if (code == GARNER_OK) {
        out = gn_realloc(NULL, size + 1);
        code = out != NULL ? GARNER_OK
                           : gn_fail(&err, GARNER_NOMEM, "out of memory");
    }
    if (code == GARNER_OK) {
        if (base != NULL)
            garner_codec_base(*c->codec, base->data, base->size);
        code = garner_decompress(*c->codec, l->data, l->size, out, size, &err);
    }
    if (code != GARNER_OK) {
        gn_free(out);
        sqlite3_result_error(c->context, err.message, -1);
        return false;
    }
    gn_free(l->data);
    l->data = out;
    l->size = size;
    return true;
}

static bool expand_all(struct chain *c)
{
    for (int i = c->count - 1; i >= 0; i--) {
        struct link *l = &c->links[i];
        struct link *base = i + 1 < c->count ? l + 1 : NULL;

        if (l->is_compressed && !expand(c, l, base))
            return false;
        if (base != NULL) {
            gn_free(base->data);
            base->data = NULL;
        }
    }
    return true;
}

/* --- the function -------------------------------------------------------- */

static void body_of(sqlite3_context *context, int count, sqlite3_value **args)
{
    struct chain c = {.context = context, .codec = sqlite3_user_data(context)};
    sqlite3 *db = sqlite3_context_db_handle(context);
    sqlite3_stmt *stmt;

    (void)count;
    if (sqlite3_value_numeric_type(args[0]) != SQLITE_INTEGER)
        return;
    stmt = prepare(db);
    if (stmt == NULL)
        sqlite3_result_error(context, sqlite3_errmsg(db), -1);
    else if (read_chain(&c, stmt, sqlite3_value_int64(args[0])) &&
             c.count > 0 && expand_all(&c))
        sqlite3_result_blob64(context, c.links[0].data, c.links[0].size,
                              SQLITE_TRANSIENT);
    for (int i = 0; i < c.count; i++)
        gn_free(c.links[i].data);
    (void)sqlite3_finalize(stmt); /* what failed is told */
}

static void release(void *codec)
{
    garner_codec_free(*(struct garner_codec **)codec);
    gn_free(codec);
}

enum garner_code gn_bodies_add(sqlite3 *db, struct garner_error *err)
{
    struct garner_codec **codec = gn_alloc(sizeof *codec);
    int rc;

    if (codec == NULL)
        return gn_fail(err, GARNER_NOMEM, "SQL functions");
    *codec = NULL;
    /* SQLite calls release even when registering fails. */
    rc = sqlite3_create_function_v2(db, "body_of", 1, SQLITE_UTF8, codec,
                                    body_of, NULL, NULL, release);
    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(db, rc, NULL, err);
}
