/*
 * record.h - all that a fetch causes, as one batch: its body, its rows, its
 * run, and the due times its source lost.
 *
 * Thread: the engine's, but for gn_record_prepare.
 */
#ifndef GN_ENGINE_RECORD_H
#define GN_ENGINE_RECORD_H

#include "engine/history/delta.h"
#include "engine/job.h"

/* Bodies of this size and more are compressed on another thread. */
enum { GN_RECORD_LARGE = GN_DELTA_LARGE };

/* Whether another thread is to prepare job, since that takes long or may wait:
 * a large body is to be kept, its source's last one to be read back, a table to
 * be looked at, a file to be put in its place, which waits for what that look
 * finds: then it is to be asked once more. Begins those looks.
 * Without memory for that, job fails. */
bool gn_record_needs_preparation(struct gn_job *job);

/* Whether job's body is needed once it is in the batch: should the store refuse
 * the rows, it is stored without them; and for the next one (delta.h). */
bool gn_record_keeps_body(const struct gn_job *job);

/* Puts job->body, compressed, into a new batch of the job's (and frees it, if
 * it is not needed any more), and looks at tables. Any thread, while the job is
 * its. */
void gn_record_prepare(struct gn_job *job, struct garner_store *store);

/* Learns what gn_record_prepare found; a failure becomes the run's. */
void gn_record_learn(struct gn_job *job);

/* Builds job->batch. body is what it got, if it is new (NULL: it cannot be
 * kept); codec compresses it. Rows that cannot be written (no key column ...)
 * become the run's failure. Errors: NOMEM. */
enum garner_code gn_record_build(struct gn_job *job, const void *body,
                                 size_t body_size, struct garner_codec *codec,
                                 int64_t now_ns, struct garner_error *err);

/* Call when a batch of job's has ended in the store, or did not get there. If
 * it failed, what was built on it is forgotten. */
void gn_record_ended(struct gn_job *job, bool stored);

/* Forgets the tables of job's rows. */
void gn_record_forget_tables(struct gn_job *job);

/* Adds what active lost and has not told the store yet; notes in losses[] what
 * was added. Errors: NOMEM. */
enum garner_code gn_record_add_losses(struct gn_active *active,
                                      struct garner_batch *batch,
                                      int64_t wall_us, uint64_t losses[],
                                      struct garner_error *err);

/* Adds the run of job, which may be with others, as given up. Errors: NOMEM. */
enum garner_code gn_record_add_canceled(const struct gn_job *job,
                                        struct garner_batch *batch,
                                        struct garner_error *err);

#endif
