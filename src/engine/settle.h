/*
 * settle.h - a job's end: what became of it is counted, logged and remembered,
 * and its source and memory are free for what comes next.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_SETTLE_H
#define GN_ENGINE_SETTLE_H

#include "engine/state.h"

/* job, which the store has or never will (stored), ends: it is not to be used
 * any more. Its next page, if there is one, begins. */
void gn_settle(struct gn_job *job, bool stored);

/* Lets the source start again, and the body go unless it may be needed: what
 * the source does next cannot overtake a job that is in the store's queue. */
void gn_settle_let_go(struct gn_job *job, bool source_too, bool body_too);

#endif
