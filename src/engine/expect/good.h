/*
 * good.h - the last good run of a source, for what is expected of the next
 * ones: how many rows it had, and when it was. It is written in the transaction
 * of the run, and counts from its acknowledgement on.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_EXPECT_GOOD_H
#define GN_ENGINE_EXPECT_GOOD_H

#include "engine/job.h"

/* Adds the statement that notes, in the store, the age that source may reach;
 * wall_us: from now on, if it had none before. Errors: NOMEM. */
enum garner_code gn_good_add_watch(struct garner_batch *batch,
                                   const struct gn_source *source,
                                   int64_t wall_us, struct garner_error *err);

/* Makes room for what source's expectations ask for, and reads it from the
 * store. Free it with gn_good_close, after an error, too. Errors: NOMEM, those
 * of the store. */
enum garner_code gn_good_open(struct gn_active *active,
                              struct garner_store *store,
                              struct garner_error *err);
void gn_good_close(struct gn_active *active);

/* Adds the statement that makes job, which went well, the last good run, if
 * anybody asks for that. It changes a row. Errors: NOMEM. */
enum garner_code gn_good_add(struct gn_job *job, struct garner_error *err);

/* job, which went well, is stored. With the flow's lock held; true: that ended
 * its source's being stale. */
bool gn_good_settled(struct gn_job *job);

#endif
