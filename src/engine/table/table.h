/*
 * table.h - the user's tables that rows are written to: made and widened as the
 * rows need it.
 *
 * What is known of a table is what the store had at the last look, and what
 * was handed to it since. When that may be wrong (a transaction failed, or
 * somebody else changed the table), it is forgotten; a look, which may wait for
 * the store and so is taken on another thread, learns it again.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_TABLE_TABLE_H
#define GN_ENGINE_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "engine/table/look.h"
#include "engine/table/pen.h"
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
 * at the store, for which it may wait. Makes the unique index that its key
 * needs, if the table is there without one. Borrows spec.
 * Errors: INVALID (a view, one of garner's own tables, a key or a way to write
 * that is another one for the same table, a second source for one that is
 * written as a whole, a key column it lacks), CONSTRAINT (rows with the same
 * key are in it already), those of the store. */
enum garner_code gn_tables_find(struct gn_tables *tables,
                                struct garner_store *store,
                                const struct gn_rows_spec *spec,
                                struct gn_table **table,
                                struct garner_error *err);

/* Sources may come and go: gn_tables_find passes over a table that is set
 * aside, since all that write it are to go, and would make it anew. */
void gn_table_set_aside(struct gn_table *table, bool aside);

/* How many there are; and frees those that came since there were count, which
 * nobody uses. */
size_t gn_tables_count(const struct gn_tables *tables);
void gn_tables_cut(struct gn_tables *tables, size_t count);

/* Whether rows can be written to a table that is known. Errors: INVALID (no key
 * column among the rows', a NULL in it, a column that the table lacks and may
 * not get, or none that it has). */
enum garner_code gn_table_check_rows(const struct gn_table *table,
                                     const struct gn_rowset *rows,
                                     struct garner_error *err);

/* Whether a table that is known was there at the last look, or was made since.
 */
bool gn_table_exists(const struct gn_table *table);

/* The first column of rows that a table lacks, which is known; NULL: it has
 * all. */
const char *gn_table_lacks(const struct gn_table *table,
                           const struct gn_rowset *rows);

/* What gn_table_add_rows added. */
struct gn_added {
    bool changes; /* the table itself: it must be forgotten if the batch fails
                   */
    size_t first; /* the number in the batch, from 1, of the first row's first
                     statement ... */
    size_t each;  /* ... and how many each row has */
};

/* What an answer has for a table. */
struct gn_offer {
    const struct gn_rowset *rows;    /* checked */
    const struct gn_rowset *parents; /* those of the table's parent; NULL: it
                                        has none */
    int64_t now_us;                  /* when it came, on the wall clock */
};

/* Adds to batch what writes an answer's rows to a table that is known: first
 * the table or columns that are missing, then what its way to write (conflict,
 * parent) takes. Errors: NOMEM. */
enum garner_code gn_table_add_rows(struct gn_table *table,
                                   struct garner_batch *batch,
                                   const struct gn_offer *offer,
                                   struct gn_added *added,
                                   struct garner_error *err);

/* Does the same at once, in pen's transaction; if that is rolled back, the
 * table, one of gn_tables of its own, is to be forgotten. Errors: those of
 * garner_tx_exec. */
enum garner_code gn_table_try_rows(struct gn_table *table,
                                   const struct gn_pen *pen,
                                   const struct gn_offer *offer,
                                   struct garner_error *err);

/* A batch that changes the table is on its way to the store; has ended there.
 * In between, what is known of the table is not certain. */
void gn_table_change_begun(struct gn_table *table);
void gn_table_change_ended(struct gn_table *table);
bool gn_table_is_certain(const struct gn_table *table);

/* What is known of the table may be wrong. */
void gn_table_forget(struct gn_table *table);
bool gn_table_is_known(const struct gn_table *table);

/* Begins a look at the table: run it on any thread, then learn from it. */
void gn_table_look(const struct gn_table *table, struct gn_look *look);
/* Learns what was found (moves it), unless the table was forgotten once more
 * since. */
void gn_table_learn(struct gn_table *table, struct gn_look *look);

#endif
