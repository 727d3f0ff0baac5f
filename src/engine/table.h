/*
 * table.h - the user's tables that rows are written to: made and widened as the
 * rows need it.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_TABLE_H
#define GN_ENGINE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "extract/rowset.h"
#include "garner/store.h"
#include "garner/write.h"

struct gn_tables; /* those of one store */
struct gn_table;  /* one of them, with the key it is written by */

/* Errors: NOMEM. */
enum garner_code gn_tables_new(struct gn_tables **out,
                               struct garner_error *err);
/* NULL is fine. */
void gn_tables_free(struct gn_tables *tables);

/* Gives the table that spec names, in *table (the tables' own), after a look
 * at the store. Makes the unique index that its key needs, if the table is
 * there without one.
 * Errors: INVALID (a view, one of garner's own tables, a key that is another
 * one for the same table, a key column it lacks), CONSTRAINT (rows with the
 * same key are in it already), those of the store. */
enum garner_code gn_tables_find(struct gn_tables *tables,
                                struct garner_store *store,
                                const struct gn_rows_spec *spec,
                                struct gn_table **table,
                                struct garner_error *err);

/* Adds to batch what writes rows: first the table or columns that are missing
 * (a new column's affinity is that of its first value), then an insert a row,
 * or an upsert where there is a key. *changed: the batch changes the table,
 * so that gn_table_forget must be called if it fails.
 * Errors: INVALID (no key column among the rows', a NULL in it), NOMEM. */
enum garner_code gn_table_add_rows(struct gn_table *table,
                                   struct garner_batch *batch,
                                   const struct gn_rowset *rows, bool *changed,
                                   struct garner_error *err);

/* What is known of the table may be wrong: look again before the next use. */
void gn_table_forget(struct gn_table *table);

/* Looks at the table again if it was forgotten. Errors: those of the store. */
enum garner_code gn_table_refresh(struct gn_table *table,
                                  struct garner_store *store,
                                  struct garner_error *err);

#endif
