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

/* Gives a cursor over the rows of all[0..count), those of the shards of folder,
 * which it takes, on OK only; count is 1 or more. sort may be NULL: one after
 * the other. Both are copied: the cursor may outlive the farm. Errors: NOMEM,
 * MISUSE (a column that is not there). */
enum garner_code gn_merge_open(struct garner_rows *const *all, size_t count,
                               const struct garner_sort *sort,
                               const char *folder, struct garner_rows **rows,
                               struct garner_error *err);

/* SQLite's order of values (https://sqlite.org/datatype3.html section 4.1, with
 * BINARY collation): below, above or 0. Pure. */
int gn_merge_compare(const struct garner_value *a,
                     const struct garner_value *b);

#endif
