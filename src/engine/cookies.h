/*
 * cookies.h - the jar of a source that keeps cookies: what servers set, sent
 * from its next fetch on, and stored in the transaction of the fetch that
 * brought it, be that a failure or a 304.
 *
 * A jar is text, lines as in a response's cookies. It is the one place in the
 * store where secrets of a server's making are.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_COOKIES_H
#define GN_ENGINE_COOKIES_H

#include "engine/job.h"

/* Gives those of actives that keep cookies their jars; what the store has of
 * one that does so no more is deleted. Errors: those of the store, NOMEM. */
enum garner_code gn_cookies_open(struct garner_store *store,
                                 struct gn_active *const *actives, size_t count,
                                 struct garner_error *err);
void gn_cookies_close(struct gn_active *active);

/* Takes what response has of them, if the jar is another now. */
void gn_cookies_take(struct gn_job *job, const struct gn_response *response);

/* Adds the jar to job->batch, if it is not as stored: a statement that changes
 * one row. Errors: NOMEM. */
enum garner_code gn_cookies_add(struct gn_job *job, struct garner_error *err);

/* job is settled; stored: with its last batch. */
void gn_cookies_settled(struct gn_job *job, bool stored);

#endif
