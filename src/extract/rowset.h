/* rowset.h - typed rows with named columns, in memory of their own. */
#ifndef GN_EXTRACT_ROWSET_H
#define GN_EXTRACT_ROWSET_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"
#include "garner/value.h"

struct gn_rowset {
    char **columns; /* names */
    size_t column_count;
    struct garner_value *values; /* row after row, column_count each */
    size_t row_count;
    size_t bytes;    /* memory held, for budgets */
    void *private;   /* chunks that texts and blobs live in */
    size_t *numbers; /* of the rows that were there when some were left out,
                        numbered of them; NULL: none was yet */
    size_t numbered;
    size_t dropped; /* rows that were left out */
};

/* Frees what it holds; it is empty again. */
void gn_rowset_fini(struct gn_rowset *rows);

/* Names the columns (copied) of an empty rowset. Errors: NOMEM. */
enum garner_code gn_rowset_columns(struct gn_rowset *rows,
                                   const char *const *names, size_t count,
                                   struct garner_error *err);

/* Appends a row of column_count values (copied). Errors: NOMEM. */
enum garner_code gn_rowset_add(struct gn_rowset *rows,
                               const struct garner_value *values,
                               struct garner_error *err);

/* Leaves out the rows whose gone, one for each, is true. What they hold stays
 * until the end. Errors: NOMEM (rows is as it was). */
enum garner_code gn_rowset_drop(struct gn_rowset *rows, const bool *gone,
                                struct garner_error *err);

/* Which row, from 1, that one (from 0) was before any was left out: as people
 * count those of an answer. */
size_t gn_rowset_number(const struct gn_rowset *rows, size_t row);

#endif
