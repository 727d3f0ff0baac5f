/*
 * sift.h - rows that a table refuses are left out of their answer, if their
 * bad_rows says so, and perhaps kept apart.
 *
 * That there is one shows when the batch of a job has failed. Which they are is
 * found out then: its rows are tried one by one in a transaction that is rolled
 * back, and the batch is made anew without those that were refused. Those with
 * NULL in a column of the key are left out before.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_TABLE_SIFT_H
#define GN_ENGINE_TABLE_SIFT_H

#include "engine/job.h"

/* Leaves out the rows of job that lack a key. On a worker, when its rows are
 * there. */
void gn_sift_keys(struct gn_job *job);

/* Whether job, whose batch the store has refused, is worth to be sifted; begins
 * it. why: the sentence of that, should it not help. */
bool gn_sift_begin(struct gn_job *job, const char *why);

/* Tries the rows of job. Any thread, while the job is its. */
void gn_sift_run(struct gn_job *job, struct garner_store *store);

/* Takes over what was found: if it did not help, the run has failed, and is to
 * be stored alone. */
void gn_sift_learn(struct gn_job *job);

/* Adds to job's batch the rows that are kept apart, before its run, and the
 * statements that tell them which one that was, right behind it. Errors: NOMEM.
 */
enum garner_code gn_sift_add(const struct gn_job *job,
                             struct garner_error *err);
enum garner_code gn_sift_add_run(const struct gn_job *job,
                                 struct garner_error *err);

#endif
