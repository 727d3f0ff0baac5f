/*
 * blob_copy.c - garner/blob.h: whole values in and out, in pieces.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "garner/blob.h"
#include "store/handle.h"

enum { PIECE = 256 * 1024 };

/* --- files ----------------------------------------------------------------
 */

static enum garner_code fail(const char *what, struct garner_error *err)
{
    const int reason = errno;
    char text[128];

    gn_fail(err, GARNER_IO, "%s: %s", what,
            strerror_r(reason, text, sizeof text));
    if (err != NULL)
        err->native = reason;
    return GARNER_IO;
}

static enum garner_code read_file(void *context, void *buffer, size_t room,
                                  size_t *size, struct garner_error *err)
{
    ssize_t got;

    do
        got = read((int)(intptr_t)context, buffer, room);
    while (got < 0 && errno == EINTR);
    *size = got > 0 ? (size_t)got : 0;
    return got >= 0 ? GARNER_OK : fail("the file cannot be read", err);
}

static enum garner_code write_file(void *context, const void *data, size_t size,
                                   struct garner_error *err)
{
    const char *from = data;

    while (size > 0) {
        const ssize_t put = write((int)(intptr_t)context, from, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail("the file cannot be written", err);
        from += put;
        size -= (size_t)put;
    }
    return GARNER_OK;
}

enum garner_code garner_source_of_file(int descriptor,
                                       struct garner_source *source,
                                       struct garner_error *err)
{
    struct stat st;
    off_t at;

    if (source == NULL)
        return gn_fail(err, GARNER_MISUSE, "source is NULL");
    *source = (struct garner_source){.read = read_file,
                                     .context = (void *)(intptr_t)descriptor};
    if (fstat(descriptor, &st) != 0)
        return fail("the size of the file", err);
    if (!S_ISREG(st.st_mode))
        return gn_fail(err, GARNER_UNSUPPORTED,
                       "no regular file, so its size is not known; write it to "
                       "one first");
    at = lseek(descriptor, 0, SEEK_CUR);
    if (at < 0)
        return fail("the place in the file", err);
    source->size = st.st_size > at ? st.st_size - at : 0;
    return GARNER_OK;
}

struct garner_sink garner_sink_of_file(int descriptor)
{
    return (struct garner_sink){.write = write_file,
                                .context = (void *)(intptr_t)descriptor};
}

/* --- in -------------------------------------------------------------------
 */

/* A name of the user's, as SQL has it. */
static void append_name(struct gn_buf *sql, const char *name)
{
    gn_buf_byte(sql, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            gn_buf_byte(sql, '"');
        gn_buf_byte(sql, *name);
    }
    gn_buf_byte(sql, '"');
}

static enum garner_code make_room(struct garner_tx *tx, const char *table,
                                  const char *column, int64_t rowid,
                                  int64_t size, struct garner_error *err)
{
    struct gn_buf sql = {0};
    enum garner_code code;

    gn_buf_text(&sql, "update ");
    append_name(&sql, table);
    gn_buf_text(&sql, " set ");
    append_name(&sql, column);
    gn_buf_text(&sql, " = zeroblob(?) where _rowid_ = ?");
    code = gn_buf_failed(&sql)
               ? gn_fail(err, GARNER_NOMEM, "a statement")
               : garner_tx_exec(
                     tx, gn_buf_cstr(&sql),
                     GARNER_ARGS(garner_integer(size), garner_integer(rowid)),
                     NULL, err);
    gn_buf_fini(&sql);
    return code;
}

static enum garner_code fill(struct garner_blob *blob,
                             const struct garner_source *source, char *piece,
                             struct garner_error *err)
{
    const size_t all = garner_blob_size(blob);
    enum garner_code code = GARNER_OK;
    size_t got = 0;

    for (size_t at = 0; at < all && code == GARNER_OK; at += got) {
        const size_t room = all - at < PIECE ? all - at : PIECE;

        code = source->read(source->context, piece, room, &got, err);
        if (code == GARNER_OK && (got == 0 || got > room))
            return gn_fail(err, GARNER_INVALID,
                           "the source said %zu bytes, but gave %zu%s", all,
                           at + got, got == 0 ? "" : " or more");
        if (code == GARNER_OK)
            code = garner_blob_write(blob, at, piece, got, err);
    }
    return code;
}

static enum garner_code import(struct garner_tx *tx, const char *table,
                               const char *column, int64_t rowid,
                               const struct garner_source *source,
                               struct garner_error *err)
{
    struct garner_blob *blob = NULL;
    char *piece = gn_alloc(PIECE);
    enum garner_code code =
        piece != NULL ? make_room(tx, table, column, rowid, source->size, err)
                      : gn_fail(err, GARNER_NOMEM, "a piece of a blob");

    if (code == GARNER_OK)
        code = garner_tx_blob_open(tx, table, column, rowid, &blob, err);
    if (code == GARNER_OK)
        code = fill(blob, source, piece, err);
    garner_blob_close(blob);
    gn_free(piece);
    return code;
}

enum garner_code garner_blob_import(struct garner_store *store,
                                    const char *table, const char *column,
                                    int64_t rowid,
                                    const struct garner_source *source,
                                    struct garner_error *err)
{
    struct garner_tx_options terms;
    struct garner_error own;
    struct garner_tx *tx;
    struct gn_shard *s;
    enum garner_code code;

    if (err == NULL)
        err = &own; /* sources may rely on it */
    if (table == NULL || column == NULL || source == NULL ||
        source->read == NULL)
        return gn_fail(err, GARNER_MISUSE, "a NULL argument");
    if (source->size < 0 || source->size > INT32_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "a value has 0 to 1,000,000,000 bytes, not %" PRId64,
                       source->size);
    code = gn_handle_writes(store, &s, err);
    if (code != GARNER_OK)
        return code;
    garner_tx_options_init(&terms);
    terms.timeout_ms = INT32_MAX; /* a large one may take long */
    terms.ack = s->options.ack;
    code = garner_begin(store, &terms, &tx, err);
    if (code != GARNER_OK)
        return code;
    code = import(tx, table, column, rowid, source, err);
    if (code == GARNER_OK)
        code = garner_commit(tx, NULL, err);
    if (code != GARNER_OK)
        garner_rollback(tx);
    return code;
}

/* --- out ------------------------------------------------------------------
 */

enum garner_code garner_blob_export(struct garner_store *store,
                                    const char *table, const char *column,
                                    int64_t rowid,
                                    const struct garner_sink *sink,
                                    struct garner_error *err)
{
    struct garner_blob *blob = NULL;
    struct garner_error own;
    enum garner_code code;
    char *piece;
    size_t all = 0;

    if (err == NULL)
        err = &own; /* sinks may rely on it */
    if (sink == NULL || sink->write == NULL)
        return gn_fail(err, GARNER_MISUSE, "a NULL argument");
    piece = gn_alloc(PIECE);
    code = piece != NULL
               ? garner_blob_open(store, table, column, rowid, &blob, err)
               : gn_fail(err, GARNER_NOMEM, "a piece of a blob");
    if (code == GARNER_OK)
        all = garner_blob_size(blob);
    for (size_t at = 0; at < all && code == GARNER_OK; at += PIECE) {
        const size_t size = all - at < PIECE ? all - at : PIECE;

        code = garner_blob_read(blob, at, piece, size, err);
        if (code == GARNER_OK)
            code = sink->write(sink->context, piece, size, err);
    }
    garner_blob_close(blob);
    gn_free(piece);
    return code;
}
