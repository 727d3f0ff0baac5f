/*
 * gone.h - the stored rows that an answer's are not among, and whether writing
 * the answer would take them away: with conflict: replace and history all of
 * those, of a table with a parent those that belong to the answer's parents,
 * else none.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_GONE_H
#define GN_CLI_GONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "extract/rowset.h"
#include "garner/error.h"
#include "garner/store.h"

enum { GN_GONE_MOST = 1000 }; /* rows that are kept to be shown */

struct gn_gone {
    bool go;               /* they would be taken away; not, they stay */
    int64_t count;         /* of them */
    struct gn_rowset rows; /* the first that go, in the columns of the answer's;
                              GN_GONE_MOST at most */
};

/* The stored rows that rows of an answer stand for, by their keys as they are
 * stored. Without a key there is none. */
struct gn_met {
    struct gn_rowset keys; /* the first stands for none */
};

/* None was met yet. Free it with gn_rowset_fini of keys, after an error, too.
 * Errors: NOMEM. */
enum garner_code gn_met_begin(struct gn_met *met,
                              const struct gn_rows_spec *spec,
                              struct garner_error *err);
/* Adds one: the values of its key, copied. Errors: NOMEM. */
enum garner_code gn_met_add(struct gn_met *met, const struct garner_value *key,
                            struct garner_error *err);

/* An answer for a table that is there, with all columns of its key; all is
 * borrowed. */
struct gn_leaving {
    const struct gn_rows_spec *spec;
    const struct gn_rowset *rows;
    const struct gn_rowset *parents; /* rows of spec's parent in the answer;
                                        NULL: it has none */
    const bool *stored; /* for each column of rows: the table has it */
    struct gn_met *met;
};

/* Fills *gone; gn_gone_fini frees it, after an error, too. Reads the whole
 * table, or what belongs to the parents. Errors: those of the store, NOMEM. */
enum garner_code gn_gone_find(struct garner_store *store,
                              const struct gn_leaving *leaving,
                              struct gn_gone *gone, struct garner_error *err);
void gn_gone_fini(struct gn_gone *gone);

#endif
