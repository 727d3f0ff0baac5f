#include "store/driver/log.h"

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/error.h"

enum {
    HEADER_BYTES = 32,   /* of the log, https://sqlite.org/fileformat2.html */
    FRAME_BYTES = 24,    /* of each frame, before its page */
    INDEX_BYTES = 32768, /* of a piece of the log's index */
    INDEX_FRAMES = 4,    /* the number in it that counts the frames */
    PIECE_BYTES = 64 * 1024, /* of zeros at a time; the least that is added */
};

static sqlite3_file *file_of(const struct gn_log *l)
{
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(l->db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                             &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return NULL;
    return file;
}

void gn_log_committed(struct gn_log *l, size_t pages, bool synced)
{
    if (pages < l->pages)
        l->file_bytes = 0; /* it began anew, and may have been cut */
    l->pages = pages;
    l->unsynced = !synced;
}

size_t gn_log_bytes(const struct gn_log *l)
{
    return l->pages * l->page_bytes;
}

void gn_log_note(struct gn_log *l, int rc)
{
    const int kind = rc & 0xff;

    if (kind == SQLITE_IOERR && rc != SQLITE_IOERR_NOMEM)
        l->failures++;
    if (kind == SQLITE_IOERR || kind == SQLITE_FULL || kind == SQLITE_NOMEM)
        l->leftover = true;
    if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC)
        l->suspect = true;
}

static enum garner_code cannot_sync(struct gn_log *l, int rc,
                                    struct garner_error *err)
{
    const enum garner_code code = gn_sqlite_code(rc);

    gn_log_note(l, rc);
    gn_fail(err, code, "%s: the log cannot be synced: %s",
            sqlite3_db_filename(l->db, "main"), sqlite3_errstr(rc));
    if (err != NULL)
        err->native = rc;
    return code;
}

enum garner_code gn_log_sync(struct gn_log *l, struct garner_error *err)
{
    sqlite3_file *file;
    int rc = SQLITE_OK;

    GN_CHECK(!l->suspect);
    if (!l->unsynced)
        return GARNER_OK;
    file = file_of(l);
    if (file != NULL)
        rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
    if (rc != SQLITE_OK)
        return cannot_sync(l, rc, err);
    l->unsynced = false;
    return GARNER_OK;
}

/* Frames that are committed, as the log's index has it
 * (https://sqlite.org/walformat.html section 2.1); false: it cannot be seen. */
static bool count_frames(const struct gn_log *l, sqlite3_int64 *frames)
{
    sqlite3_file *file = NULL;
    volatile void *index = NULL;

    if (sqlite3_file_control(l->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL ||
        file->pMethods->iVersion < 2 ||
        file->pMethods->xShmMap(file, 0, INDEX_BYTES, 0, &index) != SQLITE_OK ||
        index == NULL)
        return false;
    *frames = ((const volatile uint32_t *)index)[INDEX_FRAMES];
    return true;
}

/* A header of zeros ends the log for whoever reads it anew: no frame has the
 * page number 0. */
static int undo_leftover(const struct gn_log *l, sqlite3_file *file)
{
    static const char zeros[FRAME_BYTES];
    sqlite3_int64 frames;
    sqlite3_int64 end;
    sqlite3_int64 size;
    int rc = file->pMethods->xFileSize(file, &size);

    if (rc != SQLITE_OK || !count_frames(l, &frames))
        return rc;
    end = HEADER_BYTES + frames * (FRAME_BYTES + (sqlite3_int64)l->page_bytes);
    return end + FRAME_BYTES <= size
               ? file->pMethods->xWrite(file, zeros, FRAME_BYTES, end)
               : SQLITE_OK;
}

static int write_again(sqlite3_file *file, void *piece)
{
    sqlite3_int64 size;
    int rc = file->pMethods->xFileSize(file, &size);

    for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size;
         at += PIECE_BYTES) {
        const sqlite3_int64 left = size - at;
        const int bytes = left < PIECE_BYTES ? (int)left : PIECE_BYTES;

        rc = file->pMethods->xRead(file, piece, bytes, at);
        if (rc == SQLITE_OK)
            rc = file->pMethods->xWrite(file, piece, bytes, at);
    }
    return rc == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL)
                           : rc;
}

enum garner_code gn_log_repair(struct gn_log *l, struct garner_error *err)
{
    sqlite3_file *file = file_of(l);
    void *piece = NULL;
    int rc = SQLITE_OK;

    if (file != NULL && l->leftover)
        rc = undo_leftover(l, file);
    if (rc == SQLITE_OK)
        l->leftover = false;
    if (rc == SQLITE_OK && file != NULL && l->suspect) {
        piece = gn_alloc(PIECE_BYTES);
        rc = piece != NULL ? write_again(file, piece) : SQLITE_NOMEM;
        gn_free(piece);
    }
    if (rc != SQLITE_OK)
        return cannot_sync(l, rc, err);
    l->unsynced = l->unsynced && !l->suspect;
    l->suspect = false;
    return GARNER_OK;
}

/* Zeros from one offset to another; what was written of them is taken back
 * when the disk is full, since others need it more. */
static bool fill(sqlite3_file *file, sqlite3_int64 from, sqlite3_int64 to)
{
    static const char zeros[PIECE_BYTES];

    for (sqlite3_int64 at = from; at < to;) {
        const sqlite3_int64 left = to - at;
        const int size = left < PIECE_BYTES ? (int)left : PIECE_BYTES;

        if (file->pMethods->xWrite(file, zeros, size, at) != SQLITE_OK) {
            (void)file->pMethods->xTruncate(file, from);
            return false;
        }
        at += size;
    }
    return true;
}

void gn_log_make_room(struct gn_log *l)
{
    const size_t used = HEADER_BYTES + l->pages * (FRAME_BYTES + l->page_bytes);
    sqlite3_file *file;
    sqlite3_int64 size;
    sqlite3_int64 wanted;

    if (used + PIECE_BYTES / 2 <= l->file_bytes || used >= l->most_bytes)
        return;
    file = file_of(l);
    if (file == NULL || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return;
    l->file_bytes = (size_t)size;
    if (size == 0 || used + PIECE_BYTES / 2 <= l->file_bytes)
        return; /* no header yet; or another made it longer */
    wanted = 2 * size > PIECE_BYTES ? 2 * size : PIECE_BYTES;
    if (wanted > (sqlite3_int64)l->most_bytes)
        wanted = (sqlite3_int64)l->most_bytes;
    if (wanted > size && fill(file, size, wanted))
        l->file_bytes = (size_t)wanted;
}
