/*
 * record.h - all that a fetch causes, as one batch: its run, its body, its
 * rows, and the due times its source missed.
 *
 * Thread: the engine's, but for gn_record_pack.
 */
#ifndef GN_ENGINE_RECORD_H
#define GN_ENGINE_RECORD_H

#include "engine/job.h"

/* Bodies of this size and more are compressed on another thread. */
enum { GN_RECORD_LARGE = 256 * 1024 };

/* Builds job->batch from the job. body is what it got (NULL: nothing new to
 * keep); codec compresses it, unless it is packed already. A failure in the
 * rows (no key column ...) becomes the run's. Errors: NOMEM. */
enum garner_code gn_record_build(struct gn_job *job, const void *body,
                                 size_t body_size, struct garner_codec *codec,
                                 int64_t now_ns, struct garner_error *err);

/* Builds job->batch anew after its transaction failed with message: the run
 * alone, with the message as its error. Errors: NOMEM. */
enum garner_code gn_record_build_failed(struct gn_job *job, const char *message,
                                        struct garner_error *err);

/* Adds what active missed and has not told the store yet; notes in missed[]
 * what was added. Errors: NOMEM. */
enum garner_code gn_record_add_missed(struct gn_active *active,
                                      struct garner_batch *batch,
                                      int64_t wall_us, uint64_t missed[],
                                      struct garner_error *err);

/* Compresses job->body into job->packed. Any thread, while the job is its. */
void gn_record_pack(struct gn_job *job);

#endif
