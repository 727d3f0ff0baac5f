/*
 * closing.h - how a flow ends: nothing new, then nothing more, then nothing
 * left.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_CLOSING_H
#define GN_ENGINE_CLOSING_H

#include "engine/state.h"

/* No source is started from now on; what is due and finds no room, or waits for
 * its host, is missed. */
void gn_closing_stop(struct gn_flow *f);

/* Gives up what has not been fetched and extracted yet; each settles as
 * canceled, but those that an extraction worker has right now. */
void gn_closing_cancel(struct gn_flow *f);

/* Adds a row, as canceled, for each job that the store does not have. Errors:
 * NOMEM. */
enum garner_code gn_closing_add_unsettled(const struct gn_flow *f,
                                          struct garner_batch *batch,
                                          struct garner_error *err);

/* Frees all a flow has, jobs, fetcher and extractor among it: waits for what
 * other threads are at, and leaves to the store what that has. Runs the loop
 * until nothing is left in it. */
void gn_closing_free(struct gn_flow *f);

#endif
