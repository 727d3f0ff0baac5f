/*
 * check.h - the tables of what was added to a unit, found in the database;
 * and what does not fit them.
 *
 * Thread: one at a time.
 */
#ifndef GN_STORE_UNIT_CHECK_H
#define GN_STORE_UNIT_CHECK_H

#include "store/unit/rows.h"
#include "store/unit/schema.h"

/* Sets found of each shape of rows. It is the schema's, until that is asked
 * again; the arena holds what is needed on the way. Errors: NOTFOUND (a table,
 * a column), INVALID (a generated column), NOMEM, those of
 * gn_unit_schema_find. */
enum garner_code gn_unit_check(struct gn_unit_rows *rows,
                               struct gn_unit_schema *schema,
                               struct garner_store *store,
                               struct gn_arena *arena,
                               struct garner_error *err);

#endif
