/*
 * flow.h - a job's first way: what was fetched -> extract, and then to its
 * delivery.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FLOW_H
#define GN_ENGINE_FLOW_H

#include "engine/state.h"

/* The flow's fields that are constant after the start are set before. Errors:
 * IO, NOMEM. */
enum garner_code gn_flow_init(struct gn_flow *f, struct garner_error *err);

/* Goes on with the jobs that other threads have handed back, and with those
 * that waited for room. */
void gn_flow_receive(struct gn_flow *f);

#endif
