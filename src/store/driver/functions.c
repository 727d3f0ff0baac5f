#include "store/driver/functions.h"

#include "base/error.h"
#include "base/mem.h"
#include "garner/codec.h"
#include "store/driver/error.h"
#include "store/farm/placement.h"

/* The connection's codec is made when a function first needs it: most
 * connections never do. */
struct lazy_codec {
    struct garner_codec *codec;
    int users; /* functions that hold it */
};

static void release(void *p)
{
    struct lazy_codec *lazy = p;

    if (--lazy->users > 0)
        return;
    garner_codec_free(lazy->codec);
    gn_free(lazy);
}

static struct garner_codec *codec_of(sqlite3_context *context)
{
    struct lazy_codec *lazy = sqlite3_user_data(context);

    if (lazy->codec == NULL &&
        garner_codec_new(&lazy->codec, NULL) != GARNER_OK)
        sqlite3_result_error_nomem(context);
    return lazy->codec;
}

static void zstd(sqlite3_context *context, int count, sqlite3_value **args)
{
    const void *data = sqlite3_value_blob(args[0]);
    const size_t size = (size_t)sqlite3_value_bytes(args[0]);
    const size_t room = garner_compress_bound(size);
    struct garner_codec *codec;
    size_t written = 0;
    void *out;

    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL)
        return;
    codec = codec_of(context);
    if (codec == NULL)
        return;
    out = sqlite3_malloc64(room);
    if (out == NULL || garner_compress(codec, data, size, out, room, &written,
                                       NULL) != GARNER_OK) {
        sqlite3_free(out);
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_blob64(context, out, written, sqlite3_free);
}

static void unzstd(sqlite3_context *context, int count, sqlite3_value **args)
{
    const void *frame = sqlite3_value_blob(args[0]);
    const size_t frame_size = (size_t)sqlite3_value_bytes(args[0]);
    struct garner_codec *codec;
    struct garner_error err;
    size_t size;
    void *out;

    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL)
        return;
    codec = codec_of(context);
    if (codec == NULL)
        return;
    if (garner_decompressed_size(frame, frame_size, &size, &err) != GARNER_OK) {
        sqlite3_result_error(context, err.message, -1);
        return;
    }
    if (size > (size_t)sqlite3_limit(sqlite3_context_db_handle(context),
                                     SQLITE_LIMIT_LENGTH, -1)) {
        sqlite3_result_error_toobig(context);
        return;
    }
    out = sqlite3_malloc64(size + 1);
    if (out == NULL) {
        sqlite3_result_error_nomem(context);
    } else if (garner_decompress(codec, frame, frame_size, out, size, &err) !=
               GARNER_OK) {
        sqlite3_free(out);
        sqlite3_result_error(context, err.message, -1);
    } else {
        sqlite3_result_blob64(context, out, size, sqlite3_free);
    }
}

/* The bytes of a blob; all else as UTF-8 text, whatever the database's
 * encoding. */
static void slot(sqlite3_context *context, int count, sqlite3_value **args)
{
    const int type = sqlite3_value_type(args[0]);
    const void *key = type == SQLITE_BLOB ? sqlite3_value_blob(args[0])
                                          : sqlite3_value_text(args[0]);
    const int size = sqlite3_value_bytes(args[0]);

    (void)count;
    if (type == SQLITE_NULL)
        return;
    if (key == NULL && (type != SQLITE_BLOB || size > 0))
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, (int)gn_placement_slot(key, (size_t)size));
}

enum garner_code gn_functions_add(sqlite3 *db, struct garner_error *err)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    struct lazy_codec *lazy = gn_alloc(sizeof *lazy);
    int rc;

    if (lazy == NULL)
        return gn_fail(err, GARNER_NOMEM, "SQL functions");
    /* SQLite calls release even when registering fails. */
    lazy->users = 2;
    rc = sqlite3_create_function_v2(db, "zstd", 1, flags, lazy, zstd, NULL,
                                    NULL, release);
    if (rc != SQLITE_OK)
        release(lazy); /* the second never gets it */
    else
        rc = sqlite3_create_function_v2(db, "unzstd", 1, flags, lazy, unzstd,
                                        NULL, NULL, release);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "garner_slot", 1, flags, NULL, slot,
                                        NULL, NULL, NULL);
    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(db, rc, NULL, err);
}
