/*
 * plan.h - in which order the rows of a unit are written: see
 * garner/unit.h.
 *
 * Thread: one at a time. Memory: what comes out is the arena's.
 */
#ifndef GN_STORE_UNIT_PLAN_H
#define GN_STORE_UNIT_PLAN_H

#include "store/unit/rows.h"
#include "store/unit/schema.h"

struct gn_unit_plan {
    const struct gn_unit_row **rows; /* in the order in which to write them */
    size_t count;
    bool defer; /* foreign keys that are deferrable must be deferred */
};

/* Plans, when gn_unit_check has found the tables. Errors: INVALID (rows that
 * need each other), NOMEM. */
enum garner_code gn_unit_plan_make(const struct gn_unit_rows *rows,
                                   struct gn_arena *arena,
                                   struct gn_unit_plan *plan,
                                   struct garner_error *err);

/* true: rows of t that are deleted may hold each other, so that all must go in
 * one statement, at whose end that is checked. */
bool gn_unit_plan_holds_itself(const struct gn_unit_table *t);

#endif
