/*
 * pour.h - rows into tables, made and widened as a collector does it, which may
 * be at work on the same tables.
 *
 * Thread: one at a time. It waits for the store.
 */
#ifndef GN_CLI_POUR_H
#define GN_CLI_POUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "extract/rowset.h"
#include "garner/error.h"
#include "garner/store.h"

struct gn_pour;

/* Rows for one of the tables. */
struct gn_pour_set {
    size_t table; /* index of its spec */
    const struct gn_rowset *rows;
    const struct gn_rowset *parents; /* see gn_offer; NULL: none */
};

/* Looks at the tables of specs (borrowed, as store), count of them. Errors: as
 * gn_tables_find. */
enum garner_code gn_pour_new(struct garner_store *store,
                             const struct gn_rows_spec *specs, size_t count,
                             enum garner_ack ack, struct gn_pour **out,
                             struct garner_error *err);
/* NULL is fine. */
void gn_pour_free(struct gn_pour *pour);

/* From now on tables that are there are not widened: rows with other columns
 * are INVALID. */
void gn_pour_freeze(struct gn_pour *pour);

/* Writes count sets in one transaction, in their order; once more, if they met
 * a table that somebody had changed. Errors: INVALID (no key column among the
 * rows', a NULL in it), those of the store. *changes (NULL: nobody asks): rows
 * that were added or changed. */
enum garner_code gn_pour_write(struct gn_pour *pour,
                               const struct gn_pour_set *sets, size_t count,
                               int64_t *changes, struct garner_error *err);

/* The row that was refused: a number of a set, and of a row in it. */
struct gn_pour_bad {
    bool is_known;
    size_t set;
    size_t row;
};

/* The same, in place of all that the tables have: that is deleted in the same
 * transaction, and so stays if any row is refused, which *bad says then.
 * *changes: without what was deleted. */
enum garner_code gn_pour_anew(struct gn_pour *pour,
                              const struct gn_pour_set *sets, size_t count,
                              int64_t *changes, struct gn_pour_bad *bad,
                              struct garner_error *err);

#endif
