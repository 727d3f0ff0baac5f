/*
 * start.h - a job's beginning: a source that is due, or that has waited for its
 * host, is fetched.
 *
 * Back-pressure runs backward by refusal: while the store or the extractor has
 * no room, or bodies fill their budget, no source is taken from the schedule;
 * the schedule counts what is missed by that.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_START_H
#define GN_ENGINE_START_H

#include "engine/state.h"

/* Starts every source that is due and may start, and sets the alarm for the
 * next. */
void gn_start_due(struct gn_flow *f);

/* Fetches job's target, for another time if need be: f->fetched is called, or
 * the job is delivered as one that could not be started. */
void gn_start_fetch(struct gn_job *job);

/* Fetches job where it was redirected to, once its turn comes there. */
void gn_start_hop(struct gn_job *job);

#endif
