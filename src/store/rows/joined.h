/*
 * joined.h - a cursor over the rows that other cursors give.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_ROWS_JOINED_H
#define GN_STORE_ROWS_JOINED_H

#include "garner/read.h"

struct gn_rows_source {
    struct garner_rows **all; /* those cursors, and their number */
    size_t count;
    /* Gives the one that stands on the next row, with ROW; DONE; or an error.
     */
    enum garner_code (*next)(struct gn_rows_source *source,
                             struct garner_rows **at, struct garner_error *err);
    /* Closes the cursors and frees source. */
    void (*close)(struct gn_rows_source *source);
};

/* Gives a cursor over the rows of source (count is 1 or more), which it takes
 * on OK. Errors: NOMEM. */
enum garner_code gn_rows_join(struct gn_rows_source *source,
                              struct garner_rows **rows,
                              struct garner_error *err);

#endif
