/*
 * blob.h - one value on a connection, read and written in pieces
 * (https://sqlite.org/c3ref/blob_open.html).
 *
 * Thread: the connection's.
 */
#ifndef GN_STORE_DRIVER_BLOB_H
#define GN_STORE_DRIVER_BLOB_H

#include "store/driver/sqlite.h"

/* Which value; all borrowed. */
struct gn_spot {
    const char *table;
    const char *column;
    int64_t rowid;
};

struct gn_blob;

/* Opens a value; with it begins a snapshot, unless there is one. Errors:
 * NOTFOUND (no such row), SQL, BUSY, IO, CORRUPT, NOMEM. */
enum garner_code gn_blob_open(struct gn_sqlite *c, const struct gn_spot *spot,
                              bool writes, struct gn_blob **out,
                              struct garner_error *err);

size_t gn_blob_size(const struct gn_blob *b);

/* at and size are within it. Errors: NOTFOUND (its row was changed), IO,
 * CORRUPT, NOMEM; SQL (opened for reading). */
enum garner_code gn_blob_read(struct gn_blob *b, size_t at, void *data,
                              size_t size, struct garner_error *err);
enum garner_code gn_blob_write(struct gn_blob *b, size_t at, const void *data,
                               size_t size, struct garner_error *err);

void gn_blob_close(struct gn_blob *b);

#endif
