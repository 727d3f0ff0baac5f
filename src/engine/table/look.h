/*
 * look.h - a look at the store: what a user's table is like there.
 *
 * Thread: one at a time, any; it may wait for the store.
 */
#ifndef GN_ENGINE_TABLE_LOOK_H
#define GN_ENGINE_TABLE_LOOK_H

#include <stdbool.h>

#include "config/config.h"
#include "engine/table/names.h"
#include "garner/store.h"

struct gn_look {
    const struct gn_rows_spec *spec; /* whose table it is; borrowed */
    unsigned forgotten;              /* the table's own mark */
    bool strict;                     /* a STRICT table */
    struct gn_names columns;         /* none: there is no such table */
};

/* Fills strict and columns of a look of which spec is set, and writes nothing.
 * Errors: INVALID (a view, a column it lacks that spec needs), those of the
 * store, NOMEM. */
enum garner_code gn_look_read(struct gn_look *look, struct garner_store *store,
                              struct garner_error *err);

/* The same, and makes the unique index that the key needs, if the table is
 * there without one; and that of the rows that are valid, for conflict:
 * history. Errors: CONSTRAINT (rows with the same key are in it already), too.
 */
enum garner_code gn_look_run(struct gn_look *look, struct garner_store *store,
                             struct garner_error *err);

void gn_look_fini(struct gn_look *look);

#endif
