/*
 * quarantine.h - bodies that were not what was expected of them: the statements
 * that fill garner_quarantine.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_HISTORY_QUARANTINE_H
#define GN_ENGINE_HISTORY_QUARANTINE_H

#include <stdint.h>

#include "engine/history/history.h"
#include "garner/error.h"
#include "garner/write.h"

enum { GN_QUARANTINE_MOST = 20 }; /* kept of a source: its newest */

/* The rule that was broken, and by which rows. */
struct gn_charge {
    const char *rule;
    const char *rows; /* JSON; NULL: it was none of rows */
};

/* Adds the statements that keep body apart, and delete what is over
 * GN_QUARANTINE_MOST. Errors: NOMEM. */
enum garner_code gn_quarantine_add(struct garner_batch *batch,
                                   const struct gn_run *run,
                                   const struct gn_charge *charge,
                                   const struct gn_body *body,
                                   struct garner_error *err);

/* Adds the one that tells it which run it was of, right behind that run's own:
 * it changes one row. Errors: NOMEM. */
enum garner_code gn_quarantine_add_run(struct garner_batch *batch,
                                       int64_t source,
                                       struct garner_error *err);

#endif
