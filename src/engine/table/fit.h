/*
 * fit.h - whether rows may be written to a table as its configuration says.
 * Pure.
 */
#ifndef GN_ENGINE_TABLE_FIT_H
#define GN_ENGINE_TABLE_FIT_H

#include "config/config.h"
#include "engine/table/names.h"
#include "extract/rowset.h"
#include "garner/error.h"

/* Whether rows have the columns of the key, without a NULL in them. Errors:
 * INVALID (it names the row by its number in the answer). */
enum garner_code gn_fit_key(const struct gn_rows_spec *spec,
                            const struct gn_rowset *rows,
                            struct garner_error *err);

/* Whether a table that has these columns (NULL: it is not there yet) may be
 * given those of rows. Errors: INVALID (it lacks one that it may not get, or
 * has none of them). */
enum garner_code gn_fit_columns(const struct gn_rows_spec *spec,
                                const struct gn_names *has,
                                const struct gn_rowset *rows,
                                struct garner_error *err);

#endif
