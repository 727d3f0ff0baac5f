/*
 * keyed.h - a table whose rows are placed by a key, in one shard: its shape,
 * and the SQL that finds and moves the rows of a slot.
 *
 * Thread: the connection's, then one at a time. Memory: all is in the shape.
 */
#ifndef GN_STORE_FARM_KEYED_H
#define GN_STORE_FARM_KEYED_H

#include "store/farm/layout.h"
#include "store/farm/shape.h"

struct gn_keyed {
    struct gn_shape shape;
    /* SQL; ? is a slot, except in insert */
    const char *make_index;
    const char *count;  /* all slots and their number of rows */
    const char *select; /* in the order in which they came */
    const char *remove;
    const char *insert; /* ?: a value for each column of select */
};

/* Free it with gn_keyed_fini after an error too. Errors: NOTFOUND (the shard
 * has no such table), SQL (the table has no such column), those of reading. */
enum garner_code gn_keyed_read(struct gn_sqlite *c,
                               const struct gn_layout_key *key,
                               struct gn_keyed *keyed,
                               struct garner_error *err);
void gn_keyed_fini(struct gn_keyed *keyed);

/* Drops the indexes of all tables. */
enum garner_code gn_keyed_drop_indexes(struct gn_sqlite *c,
                                       struct garner_error *err);

#endif
