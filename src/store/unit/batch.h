/*
 * batch.h - the batch that writes the rows of a plan, and which of them a
 * failed statement of it wrote.
 *
 * Several rows go in one statement where that was measured to be faster: 32
 * rows appended to a table without indexes take 0.45 to 0.75 of the time (2 to
 * 12 columns, SQLite 3.40; bench/unit.c has the whole). Elsewhere they take 1.4
 * to 2 times as long, for a statement that may fail after its first row has
 * SQLite save each page that it touches once more (its statement journal,
 * https://sqlite.org/tempfiles.html). Deletes gain next to nothing.
 *
 * Thread: one at a time. Memory: arena's, but for the batch.
 */
#ifndef GN_STORE_UNIT_BATCH_H
#define GN_STORE_UNIT_BATCH_H

#include "garner/write.h"
#include "store/unit/plan.h"

struct gn_unit_batch {
    struct garner_batch *batch; /* whose caller takes it or frees it */
    const struct gn_unit_plan *plan;
    size_t *starts; /* statement i, from 0, writes rows starts[i] to
                       starts[i + 1] - 1 of the plan */
    size_t count;
};

/* Makes the batch. A trial has a statement for each inserted row, and an end
 * that fails, so that it never commits: it finds the row to blame. On an error
 * there is none. Errors: NOMEM. */
enum garner_code gn_unit_batch_make(const struct gn_unit_plan *plan, bool trial,
                                    struct gn_arena *arena,
                                    struct gn_unit_batch *b,
                                    struct garner_error *err);

enum gn_unit_blame {
    GN_UNIT_NOBODY,  /* it was no row's fault */
    GN_UNIT_TOLD,    /* it says all that can be told */
    GN_UNIT_SEVERAL, /* it was one of several, which a trial may tell apart */
};

/* Whose fault it was that the batch failed with *err, which then says so. */
enum gn_unit_blame gn_unit_batch_blame(const struct gn_unit_batch *b,
                                       struct garner_error *err);

#endif
