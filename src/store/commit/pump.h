/*
 * pump.h - the store's one background thread: leads for submitted batches,
 * runs their callbacks, and uses idle gaps for checkpoints.
 */
#ifndef GN_STORE_COMMIT_PUMP_H
#define GN_STORE_COMMIT_PUMP_H

#include "store/commit/commit.h"

struct gn_pump;

/* Starts the thread for c (borrowed). Errors: NOMEM. */
enum garner_code gn_pump_start(struct gn_commit *c, struct gn_pump **out,
                               struct garner_error *err);

/* Waits until it has done all there is to do, after gn_commit_close. NULL is
 * fine. */
void gn_pump_join(struct gn_pump *p);

#endif
