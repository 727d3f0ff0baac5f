/*
 * hosts.h - the hosts (scheme, host, port) that sources fetch from: how many at
 * a time, how soon after one another and how fast, and which are left alone
 * since they fail, or ask for it (Retry-After). Each limit holds for the
 * sources that set it; one that sets none takes no part. All that is kept over
 * restarts: see costs.h.
 *
 * A job that has to wait for its host does so in the host's queue; its source
 * counts as running.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOST_HOSTS_H
#define GN_ENGINE_HOST_HOSTS_H

#include "engine/host/host.h"
#include "engine/job.h"

/* Gives each of actives its host. Close it on an error, too.
 * Errors: NOMEM. */
enum garner_code gn_hosts_open(struct gn_hosts *h, struct gn_active **actives,
                               size_t count, struct garner_error *err);
void gn_hosts_close(struct gn_hosts *h);

/* Gives active, which comes later, its host: the one of that name that is there
 * already, else host, which is its own; host is taken in any case. Errors:
 * NOMEM. */
enum garner_code gn_hosts_join(struct gn_hosts *h, struct gn_active *active,
                               struct gn_host *host, struct garner_error *err);

/* The same of active, a hand whose URL is there: host is one of h's. */
void gn_hosts_use(struct gn_host *host, struct gn_active *active);

/* job was redirected to host, one of hosts', by its hop's target: what its
 * source says of hosts holds there, too. */
void gn_hosts_visit(struct gn_host *host, struct gn_job *job);

/* It needs to know of no such host any more. */
void gn_hosts_depart(struct gn_job *job);

/* Sources have gone: from now on bodies come as fast as those say who are there
 * yet, for each of whom gn_hosts_limit is called. */
void gn_hosts_unlimit(struct gn_hosts *h);

/* Bodies of host come no faster than source, which fetches from it, says. */
void gn_hosts_limit(struct gn_host *host, const struct gn_source *source);

/* Takes job, which waits, from its host's queue. */
void gn_hosts_take_back(struct gn_hosts *h, struct gn_job *job);

/* Whether a fetch from host (NULL: not known) for source, which is due or
 * waited, may not begin; until *until_ns it is of no use to ask again, and *why
 * says why. */
bool gn_hosts_turn_away(const struct gn_host *host,
                        const struct gn_source *source, int64_t now_ns,
                        int64_t *until_ns, enum gn_miss *why);

/* Puts a new job into its host's queue, and fills in its turn_ns. false: it may
 * begin at once. */
bool gn_hosts_wait(struct gn_hosts *h, struct gn_job *job, int64_t now_ns);

/* Puts a job that had its turn at the head of the queue; the same. false: no
 * memory. */
bool gn_hosts_return(struct gn_hosts *h, struct gn_job *job);

/* Takes a job that has waited long enough from its queue; NULL: none has. It
 * begins, or gn_hosts_next is not called again. */
struct gn_job *gn_hosts_next(struct gn_hosts *h, int64_t now_ns);

/* Takes any job that waits; NULL: none does. */
struct gn_job *gn_hosts_give_up(struct gn_hosts *h);

/* When to ask for the next one; INT64_MAX: when a fetch has ended. */
int64_t gn_hosts_next_ns(const struct gn_hosts *h);

/* job's fetch begins; has ended, if it began. response: NULL if there could be
 * none. status: its status, or 0 if that was what was expected. */
void gn_hosts_begin(struct gn_hosts *h, struct gn_job *job);
void gn_hosts_end(struct gn_hosts *h, struct gn_job *job,
                  const struct gn_response *response, int status,
                  double random);

#endif
