/*
 * kept.h - all rows of a query, copied into memory.
 *
 * Memory: all of it lies in the caller's arena.
 */
#ifndef GN_STORE_ROWS_KEPT_H
#define GN_STORE_ROWS_KEPT_H

#include "base/arena.h"
#include "store/driver/cursor.h"

struct gn_kept_row {
    struct gn_kept_row *next;
    struct garner_value values[];
};

struct gn_kept {
    struct gn_arena *arena; /* set it before */
    size_t columns;
    const char **names;
    struct gn_kept_row *first;
};

/* Names of a cursor's columns; NULL: no memory. */
const char **gn_kept_names(struct gn_arena *arena,
                           const struct gn_cursor *cursor);

/* Runs s on c, to its end or deadline_ns. Errors: those of gn_cursor_open and
 * gn_cursor_next; NOMEM. */
enum garner_code gn_kept_read(struct gn_kept *kept, struct gn_sqlite *c,
                              const struct gn_statement *s, int64_t deadline_ns,
                              struct garner_error *err);

#endif
