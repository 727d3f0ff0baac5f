/*
 * garner/blob.h - large values in pieces: read and written at offsets, without
 * ever being in memory whole.
 *
 * A value (BLOB or TEXT) is named by its table, its column, and the rowid of
 * its row (https://sqlite.org/lang_createtable.html#rowid), and has a size that
 * does not change while it is open. To make room for one of a given size, store
 * zeroblob(size), which is not in memory whole either if the column is the last
 * one of its table. This adds a row with a large value:
 *
 *   garner_begin(store, NULL, &tx, &err);
 *   garner_tx_exec(tx, "insert into file values (?, zeroblob(?))",
 *                  GARNER_ARGS(garner_text(name), garner_integer(size)),
 *                  &result, &err);
 *   garner_tx_blob_open(tx, "file", "body", result.last_rowid, &blob, &err);
 *   garner_blob_write(blob, 0, piece, piece_size, &err); ...
 *   garner_blob_close(blob);
 *   garner_commit(tx, NULL, &err);
 *
 * and garner_blob_import and garner_blob_export do such things in one call.
 *
 * Thread: a blob belongs to one thread at a time; one in a transaction to that
 * transaction's. In a forked child each call says MISUSE.
 */
#ifndef GARNER_BLOB_H
#define GARNER_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "garner/store.h"
#include "garner/tx.h"

#ifdef __cplusplus
extern "C" {
#endif

struct garner_blob;

/*
 * Opens a value for reading, on a read connection of its own, for which it
 * waits up to the store's timeout_ms. It is that of one moment, whatever is
 * written meanwhile; the log is not emptied until it is closed. In databases
 * without WAL (:memory:) it is read here, into memory.
 * Errors: NOTFOUND (no such row), SQL (no such table or column, or the value is
 * neither BLOB nor TEXT), TIMEOUT, BUSY, IO, CORRUPT, CLOSED, NOMEM. *blob is
 * NULL then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_blob_open(struct garner_store *store, const char *table,
                 const char *column, int64_t rowid, struct garner_blob **blob,
                 struct garner_error *err);

/*
 * Opens a value in a transaction, for reading and writing. Another change of
 * its row, and the end of the transaction, ends it: its next call says so
 * (NOTFOUND, MISUSE); it is still to be closed, before or after.
 * Errors: as garner_blob_open, without waiting; SQL (the column is part of an
 * index or a foreign key, and cannot be written so); and as garner_tx_exec.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_tx_blob_open(struct garner_tx *tx, const char *table, const char *column,
                    int64_t rowid, struct garner_blob **blob,
                    struct garner_error *err);

/* Bytes of the value. */
GARNER_API size_t garner_blob_size(const struct garner_blob *blob);

/* Copies size bytes of the value, from its offset at on, to data. Errors:
 * MISUSE (they are not all in it), NOTFOUND, TIMEOUT, CLOSED, IO, CORRUPT,
 * NOMEM. */
GARNER_CHECKED GARNER_API enum garner_code
garner_blob_read(struct garner_blob *blob, size_t at, void *data, size_t size,
                 struct garner_error *err);

/* Writes size bytes at data over those of the value, from its offset at on; in
 * a transaction. Errors: as garner_blob_read, and MISUSE (opened for reading).
 * Some of them may have been written then. */
GARNER_CHECKED GARNER_API enum garner_code
garner_blob_write(struct garner_blob *blob, size_t at, const void *data,
                  size_t size, struct garner_error *err);

/* Closes and frees it. NULL is fine. */
GARNER_API void garner_blob_close(struct garner_blob *blob);

/* Where a value comes from: size bytes. */
struct garner_source {
    /* Puts up to room bytes into buffer and says how many in *size: 0 when
     * there are no more. Any other code than OK ends the import, which returns
     * it with *err (never NULL). */
    enum garner_code (*read)(void *context, void *buffer, size_t room,
                             size_t *size, struct garner_error *err);
    void *context;
    int64_t size; /* of all: as many must come */
};

/* Where a value goes. */
struct garner_sink {
    /* Takes size bytes at data. Any other code than OK ends the export, which
     * returns it with *err (never NULL). */
    enum garner_code (*write)(void *context, const void *data, size_t size,
                              struct garner_error *err);
    void *context;
};

/* From where the file that descriptor is open on is read on to its end; and to
 * where it is written on (a pipe, for one). Borrows the descriptor for the
 * import or export. Errors: IO, UNSUPPORTED (its size is not known: no regular
 * file). */
GARNER_CHECKED GARNER_API enum garner_code
garner_source_of_file(int descriptor, struct garner_source *source,
                      struct garner_error *err);
GARNER_API struct garner_sink garner_sink_of_file(int descriptor);

/*
 * Puts what comes from source in place of a value, as one transaction of the
 * store's level. The row is there already; its triggers on update run once. All
 * writers wait until source has given all: one that is slow is better written
 * to a file first, and one from which nothing comes for ten seconds ends it
 * (TIMEOUT). The value may have any size that SQLite allows (1,000,000,000
 * bytes); but if the column is not the last one of its table it is in memory
 * whole for a moment.
 * Errors: those of source, garner_begin, garner_tx_exec and garner_blob_open;
 * INVALID (source gave more or fewer bytes than it said). The value is as it
 * was then.
 */
GARNER_CHECKED GARNER_API enum garner_code
garner_blob_import(struct garner_store *store, const char *table,
                   const char *column, int64_t rowid,
                   const struct garner_source *source,
                   struct garner_error *err);

/* Gives a value to sink, in pieces. Errors: those of sink, garner_blob_open
 * and garner_blob_read. */
GARNER_CHECKED GARNER_API enum garner_code
garner_blob_export(struct garner_store *store, const char *table,
                   const char *column, int64_t rowid,
                   const struct garner_sink *sink, struct garner_error *err);

#ifdef __cplusplus
}
#endif

#endif
