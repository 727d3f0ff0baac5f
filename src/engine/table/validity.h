/*
 * validity.h - rows kept with the time they were valid (conflict: history): the
 * statements that close those which have changed or are gone, and add what is
 * new. What has not changed is not touched.
 *
 * A row is valid from valid_from on and, unless valid_to is NULL, until then.
 * Of a key one row at most is valid at a time, whatever the clock does.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_TABLE_VALIDITY_H
#define GN_ENGINE_TABLE_VALIDITY_H

#include <stdint.h>

#include "config/config.h"
#include "engine/table/names.h"
#include "engine/table/pen.h"
#include "extract/rowset.h"

/* The SQL for a row; all zero is none. */
struct gn_validity {
    char *close; /* the row of its key that is valid, if it differs; NULL: there
                    is nothing in which it could */
    char *open;  /* this one, if none is */
    char *seen;  /* its key was in the answer */
    size_t seen_count; /* parameters of seen */
};

/* Frees what it holds; it is none again. */
void gn_validity_fini(struct gn_validity *v);

/* Makes the SQL for rows like these, of which the table has columns.
 * Errors: NOMEM. */
enum garner_code gn_validity_make(struct gn_validity *v,
                                  const struct gn_rows_spec *spec,
                                  const struct gn_rowset *rows,
                                  const struct gn_names *columns,
                                  struct garner_error *err);

/* How many statements a row takes. */
size_t gn_validity_each(const struct gn_validity *v);

/* Adds the statements that come before all rows ... */
enum garner_code gn_validity_begin(const struct gn_pen *pen,
                                   const struct gn_rows_spec *spec,
                                   struct garner_error *err);
/* ... those of each, which are all that is valid from now_us on ... */
enum garner_code gn_validity_add(const struct gn_validity *v,
                                 const struct gn_pen *pen,
                                 const struct gn_rowset *rows, int64_t now_us,
                                 struct garner_error *err);
/* ... and those behind them, for what is gone. Errors: NOMEM. */
enum garner_code gn_validity_end(const struct gn_pen *pen,
                                 const struct gn_rows_spec *spec,
                                 int64_t now_us, struct garner_error *err);

#endif
