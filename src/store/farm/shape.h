/*
 * shape.h - the shape of a table: which columns its rows have, and the SQL that
 * copies them as they are.
 *
 * Thread: the connection's, then one at a time. Memory: all is in the shape.
 */
#ifndef GN_STORE_FARM_SHAPE_H
#define GN_STORE_FARM_SHAPE_H

#include <stdbool.h>

#include "base/arena.h"
#include "store/driver/sqlite.h"

struct gn_shape {
    struct gn_arena arena;
    const char *table;    /* as it is spelled in the database */
    const char *quoted;   /* "table", for SQL */
    const char **columns; /* "name" each, those that are stored */
    size_t count;
    const char *list;        /* all of them: "a","b" */
    const char *marks;       /* as many: ?,? */
    const char *const *keys; /* those of a table WITHOUT ROWID ... */
    size_t key_count;
    const char *rowid; /* ... else a name that means its rowid */
    size_t id;         /* place + 1 of the INTEGER PRIMARY KEY; 0: none */
};

/* Reads the shape of a table (not a view, nor a virtual one). Free it with
 * gn_shape_fini after an error too. Errors: NOTFOUND (no such table), SQL,
 * NOMEM, those of reading. */
enum garner_code gn_shape_read(struct gn_sqlite *c, const char *table,
                               struct gn_shape *shape,
                               struct garner_error *err);
void gn_shape_fini(struct gn_shape *shape);

/* true: a table of garner's or SQLite's own. Pure. */
bool gn_shape_is_own(const char *table);

/* The place of a column (in any case of letters, unquoted) + 1; 0: none. */
size_t gn_shape_column(const struct gn_shape *shape, const char *name);

/* "name" with its quotes doubled, for SQL; NULL: no memory. */
char *gn_shape_quote(struct gn_arena *arena, const char *name);

#endif
