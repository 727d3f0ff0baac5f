/*
 * compare.h - rows against those that a table has: what writing them would
 * change.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_COMPARE_H
#define GN_CLI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/gone.h"
#include "config/config.h"
#include "extract/rowset.h"
#include "garner/error.h"
#include "garner/store.h"

enum gn_change {
    GN_CHANGE_NEW,
    GN_CHANGE_CHANGED,
    GN_CHANGE_SAME,
    GN_CHANGE_TWICE, /* a later row has the same key, and wins */
    GN_CHANGE_KEPT,  /* another is stored, and stays (conflict: ignore) */
    GN_CHANGE_BAD,   /* the table refuses it, and it is left out (bad_rows) */
    GN_CHANGES
};

struct gn_compared {
    enum gn_change *changes;   /* one for each row */
    struct garner_value *was;  /* for each value of a row that is CHANGED or
                                  KEPT, what is stored */
    bool *differs;             /* for each of those, whether it is another */
    size_t counts[GN_CHANGES]; /* of rows, by enum gn_change */
    struct gn_gone gone;       /* stored rows whose key is not among these */
    void *private;             /* what the texts live in */
};

/* Compares rows with those that the table of spec has, by its key, as SQLite
 * compares (1 is '1' in a column of integers); without a key all are new,
 * and nothing is told of what stays. That a run would write them is looked at
 * before, but for rules of the table's own, such as CHECK.
 * store NULL: nothing is stored. parents: the answer's rows of spec's parent;
 * NULL: it has none. gn_compared_fini frees it, after an error,
 * too. Errors: INVALID (as a run would fail: no key column among the rows', a
 * NULL in it, a row that is there already, columns that the table may not get
 * or lacks), those of the store, NOMEM.
 */
enum garner_code
gn_compare_rows(struct garner_store *store, const struct gn_rows_spec *spec,
                const struct gn_rowset *rows, const struct gn_rowset *parents,
                struct gn_compared *diff, struct garner_error *err);
void gn_compared_fini(struct gn_compared *diff);

#endif
