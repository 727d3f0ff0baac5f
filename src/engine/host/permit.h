/*
 * permit.h - whether a source that obeys robots.txt may be fetched.
 *
 * A host's robots.txt is fetched by the first job that needs it, in its turn at
 * the host, as a fetch like others: it keeps the host's limits and counts among
 * its failures. Others wait in the host's queue meanwhile; then the job goes
 * back there, to its head. A job that may not fetch leaves a run that says why.
 *
 *   WAITING -> FETCHING (robots.txt) -> WAITING -> FETCHING ...
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOST_PERMIT_H
#define GN_ENGINE_HOST_PERMIT_H

#include "engine/state.h"

/* Recalls what is known of the robots.txt of hosts with sources that obey it.
 * gn_hosts_close frees that. Errors: those of the store, NOMEM. */
enum garner_code gn_permit_open(struct gn_active *const *actives, size_t count,
                                struct garner_store *store,
                                struct garner_error *err);

/* What is known of the rules for job's URL, and of the delay they ask for,
 * counts from now on. */
void gn_permit_refresh(struct gn_job *job);

/* Whether job, which has room and whose turn it is, may be fetched. false: it
 * has gone another way. */
bool gn_permit_ask(struct gn_job *job);

#endif
