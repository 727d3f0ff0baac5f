/*
 * merge.h - the rows of several cursors as those of one: those of one after the
 * other, or in an order that each of them has.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_FARM_MERGE_H
#define GN_STORE_FARM_MERGE_H

#include "garner/farm.h"
#include "store/rows/joined.h"

/* Says which of the cursors an error came from, by its number: gn_fleet_blame.
 * Not asked when the farm was closed. */
typedef enum garner_code gn_merge_blame(void *context, size_t number,
                                        enum garner_code code,
                                        struct garner_error *err);

struct gn_merge_options {
    const struct garner_sort *sort; /* borrowed for the call; NULL: one after
                                       the other */
    gn_merge_blame *blame;
    void *context;
};

/* Gives a cursor over the rows of all[0..count), which it takes, on OK only;
 * count is 1 or more. Errors: NOMEM, MISUSE (a column that is not there). */
enum garner_code gn_merge_open(struct garner_rows *const *all, size_t count,
                               const struct gn_merge_options *options,
                               struct garner_rows **rows,
                               struct garner_error *err);

/* SQLite's order of values (https://sqlite.org/datatype3.html section 4.1, with
 * BINARY collation): below, above or 0. Pure. */
int gn_merge_compare(const struct garner_value *a,
                     const struct garner_value *b);

#endif
