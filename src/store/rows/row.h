/*
 * row.h - the current row of a cursor, copied so that it stays when the query
 * is ended: short values all at once, long ones when they are asked for.
 *
 * Memory: values are borrowed until the next gn_row_next, or gn_row_fini.
 * Thread: its cursor's. Calls that say so need the cursor to be in hand, BUSY
 * or ENDING (lease.h); the others may run beside them.
 */
#ifndef GN_STORE_ROWS_ROW_H
#define GN_STORE_ROWS_ROW_H

#include "base/arena.h"
#include "store/driver/cursor.h"

enum {
    GN_ROW_COLUMNS = 8, /* so many, ... */
    GN_ROW_BYTES = 512, /* ... and so many bytes, need no allocation */
    GN_ROW_LONG = 4096, /* a value of so many bytes is long */
};

struct gn_place {
    struct garner_value value;
    bool here; /* its thread copied it */
};

struct gn_row {
    size_t columns;
    bool current; /* there is a row, ... */
    bool begun;   /* ... of which the short values were copied */
    size_t room;
    struct gn_place *places;
    struct gn_arena bytes; /* texts and blobs */

    struct gn_place first_places[GN_ROW_COLUMNS];
    _Alignas(16) char first_bytes[GN_ROW_BYTES];
};

/* row is zeroed memory, and stays in place. */
void gn_row_init(struct gn_row *row);
void gn_row_fini(struct gn_row *row);

/* In hand: the cursor has come to its next row, which has so many columns.
 * Errors: NOMEM. */
enum garner_code gn_row_next(struct gn_row *row, size_t columns,
                             struct garner_error *err);

/* Its thread: the value at column, if it is here. */
bool gn_row_has(const struct gn_row *row, size_t column,
                struct garner_value *value);

/* In hand: gives the value at column, a copy. false: there was no memory for
 * one; *value is the cursor's own, until its next step or its end. */
bool gn_row_copy(struct gn_row *row, const struct gn_cursor *cursor,
                 size_t column, struct garner_value *value);

/* In hand, by any thread: copies what is not here. false: no memory. */
bool gn_row_copy_rest(struct gn_row *row, const struct gn_cursor *cursor);
/* Its thread: after that, the value at column. */
struct garner_value gn_row_rest(const struct gn_row *row, size_t column);

#endif
