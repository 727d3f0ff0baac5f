/*
 * flow.h - a job's first way: due -> fetch -> extract, and then to its
 * delivery.
 *
 * Back-pressure runs backward by refusal: while the store or the extractor has
 * no room, or bodies fill their budget, no source is taken from the schedule;
 * the schedule counts what is missed by that.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FLOW_H
#define GN_ENGINE_FLOW_H

#include "engine/state.h"

/* The flow's fields that are constant after the start are set before. Errors:
 * IO, NOMEM. */
enum garner_code gn_flow_init(struct gn_flow *f, struct garner_error *err);

/* Starts every source that is due and may start, and sets the alarm for the
 * next. */
void gn_flow_start_due(struct gn_flow *f);

/* Goes on with the jobs that other threads have handed back, and with those
 * that waited for room. */
void gn_flow_receive(struct gn_flow *f);

#endif
