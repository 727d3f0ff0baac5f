/*
 * leftover.h - what a loop leaves when it has ended: what the store has not
 * heard of is told it, and what it does not have yet is told whoever ran it.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_LEFTOVER_H
#define GN_ENGINE_LEFTOVER_H

#include "engine/roster.h"
#include "engine/state.h"

/* Stores what r's sources lost, what f's jobs did not settle, so that due =
 * runs + missed in the store, too, and what hosts have to tell; and has the
 * status say how much is left of crawls. Waits for the
 * store for wait_ms at most (0: as long as its options say). Errors: those of
 * the store, NOMEM. */
enum garner_code gn_leftover_store(struct gn_flow *f, struct gn_roster *r,
                                   int wait_ms, struct garner_error *err);

/* How it ended, when all that can be stored is: OK when nothing was given up.
 * twice: it was stopped twice; late_ms: what was under way did not end within
 * so long (0: it did). Errors: CANCELED if twice, else TIMEOUT. */
enum garner_code gn_leftover_tell(const struct gn_flow *f, bool twice,
                                  int64_t late_ms, struct garner_error *err);

#endif
