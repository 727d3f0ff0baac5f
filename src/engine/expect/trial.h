/*
 * trial.h - a job held against what is expected of its source: its answer as
 * soon as that is there, its body before its SQL runs, its rows after that.
 * What is not as expected ends the job's good way: its run fails with the word
 * "expect", and its body goes into quarantine.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_EXPECT_TRIAL_H
#define GN_ENGINE_EXPECT_TRIAL_H

#include "engine/job.h"

/* Makes the regular expressions of active's source ready. Errors: INVALID,
 * NOMEM. */
enum garner_code gn_trial_open(struct gn_active *active,
                               struct garner_error *err);
void gn_trial_close(struct gn_active *active);

/* Whether bodies of active are matched, which takes long: on a worker. */
bool gn_trial_matches(const struct gn_active *active);

/* Begins, if anything is expected of job's source, with an answer that is no
 * failure of the transfer, and no 304. */
void gn_trial_answer(struct gn_job *job, const struct gn_response *response);

/* On a worker, that job is handed to: the body; false: the job is over. */
bool gn_trial_body(struct gn_job *job);

/* On a worker: the rows. */
void gn_trial_rows(struct gn_job *job);

/* Learns what the worker found. */
void gn_trial_learn(struct gn_job *job);

#endif
