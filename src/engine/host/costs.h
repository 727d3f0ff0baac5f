/*
 * costs.h - what fetching costs each host, until when it is left alone, and its
 * robots.txt, on the way to the store and back: written with a run, so that
 * none costs a transaction. How long it is left alone goes with the run that
 * changed it; what is only counted, with one a second, so that it costs next to
 * nothing.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOST_COSTS_H
#define GN_ENGINE_HOST_COSTS_H

#include "engine/host/hosts.h"
#include "engine/job.h"

/* Counts the requests of job that have ended in response, each for its host. */
void gn_costs_note(struct gn_job *job, const struct gn_response *response);

/* Adds to job's batch what its host has to have told by now, if anything.
 * Errors: NOMEM. */
enum garner_code gn_costs_add(struct gn_job *job, int64_t now_ns,
                              struct garner_error *err);

/* job's batch has ended in the store, or did not get there: then what it told
 * is told again. */
void gn_costs_ended(struct gn_job *job, bool stored);

/* Hands what hosts still have to tell to the store, which writes it when it
 * can. What it has no room for is not told, nor what it refuses; both are to be
 * told another time. Errors: NOMEM. */
enum garner_code gn_costs_store_rest(struct gn_hosts *h,
                                     struct garner_store *store,
                                     struct garner_error *err);

/* The same of host, one of h's, which a job leaves by a redirect, if there is
 * something to tell by now. */
void gn_costs_leave(struct gn_hosts *h, struct gn_host *host,
                    struct garner_store *store, int64_t now_ns);

/* When many hosts are known, forgets those that are not needed any more, once
 * the store has what they have to tell; not often. */
void gn_costs_trim(struct gn_hosts *h, struct garner_store *store,
                   int64_t now_ns);

/* The host of url for source, which comes to it later: it is left alone for as
 * long as the store remembers, unless it begins anew, and knows its robots.txt,
 * if source obeys that. Any thread. Errors: those of the store, NOMEM. */
enum garner_code gn_costs_new_host(const struct gn_source *source,
                                   const char *url, bool anew,
                                   struct garner_store *store,
                                   struct gn_host **out,
                                   struct garner_error *err);

/* The host of url, to which job is led: a look into the store, once for each
 * that nothing else leads to. The engine's thread. NULL: err says why. */
struct gn_host *gn_costs_find(struct gn_job *job, const char *url,
                              struct garner_error *err);

/* Leaves each host alone for as long as the store remembers. Errors: those of
 * the store. */
enum garner_code gn_costs_resume(struct gn_hosts *h, struct garner_store *store,
                                 int64_t now_ns, struct garner_error *err);

#endif
