/*
 * events.h - what a run has to tell: which events it is, to whom, in which
 * words; as messages in the run's own batch.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_TELL_EVENTS_H
#define GN_ENGINE_TELL_EVENTS_H

#include "engine/job.h"

/* Adds the messages that job's run causes, and what is to be remembered of its
 * source, to its batch. Call when the run's row was added last. Errors: NOMEM.
 */
enum garner_code gn_events_add(struct gn_job *job, struct garner_error *err);

/* Adds the messages that active is stale, which text says for people. Errors:
 * NOMEM. */
enum garner_code gn_events_add_stale(const struct gn_active *active,
                                     struct garner_batch *batch,
                                     const char *text,
                                     struct garner_error *err);

/* job, which is stored, leads on to another page: what it has to tell is told
 * with the last one. */
void gn_events_gather(struct gn_job *job);

/* The batch did not get into the store: what it told is untold. */
void gn_events_take_back(struct gn_job *job);

#endif
