/*
 * version.h - asking for what changed alone, and what a 304 is worth.
 *
 * A source's version is what its server said (validators, RFC 9110 section 8.8)
 * of the answer whose rows and body the store has: it is stored in their
 * transaction and counts from its acknowledgement on. So a 304 always speaks of
 * something that is stored, whatever failed or crashed in between. While a
 * change of the version is on its way to the store, the source asks for the
 * whole answer.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_VERSION_H
#define GN_ENGINE_VERSION_H

#include "engine/job.h"

/* Makes job's target ask for another version alone, if it can. */
void gn_version_ask(struct gn_job *job);

/* Makes it ask for the whole answer, whatever the version. */
void gn_version_ask_whole(struct gn_job *job);

enum gn_verdict {
    GN_VERDICT_WHOLE, /* an answer, or none: no 304 */
    GN_VERDICT_SAME,  /* the version that the store has */
    GN_VERDICT_DOUBT, /* a 304 that speaks of another: ask again, whole */
    GN_VERDICT_WRONG, /* a 304, and nobody asked so */
};

/* Learns the reply's version, and judges it. Sets job->unmodified. */
enum gn_verdict gn_version_judge(struct gn_job *job,
                                 const struct gn_response *response);

/* Decides, on the way to the store, whether job changes the source's version.
 * Settled with gn_version_settled. */
void gn_version_decide(struct gn_job *job);

/* Adds the run of a 304, which must be one, to job->batch: by statements that
 * each change a row as long as the store has what it speaks of. Errors: NOMEM.
 */
enum garner_code gn_version_add_unmodified(struct gn_job *job,
                                           struct garner_error *err);

/* Adds the version of job's answer to its batch, after its body and rows, if
 * that is a change. Errors: NOMEM. */
enum garner_code gn_version_add(struct gn_job *job, struct garner_error *err);

/* The store turned out not to have what job's 304 spoke of (deleted, or
 * replaced by another process): its version is forgotten, and job is a run that
 * got nothing. */
void gn_version_lost(struct gn_job *job);

/* job is settled; stored: with its last batch. */
void gn_version_settled(struct gn_job *job, bool stored);

#endif
