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

#include "engine/host/host_history.h"
#include "engine/host/rules.h"
#include "engine/job.h"
#include "fetch/circuit.h"
#include "fetch/limiter.h"

struct gn_host {
    char *name;         /* "https://example.org:443" */
    int64_t longest_ms; /* that it may be left alone for */
    struct gn_circuit circuit;
    int64_t off_until_ns;      /* as it asked */
    struct gn_limiter limiter; /* of bodies; rate 0: none says so */
    int active;                /* fetches under way, of those with a limit */
    int64_t next_ns;           /* none begins before */
    struct gn_jobs waiting;    /* in their order */
    struct gn_heap_node node; /* in the heap while jobs wait; key: when to look;
                                 INT64_MAX: when a fetch has ended */

    /* permit.h's */
    struct gn_target *robots; /* its robots.txt, as it was asked for last; NULL:
                                 it was not */
    struct gn_rules rules;
    bool recalled; /* they were, at the start */
    bool asking;   /* it is being fetched: who obeys it waits */
    bool learned;  /* something new, since the store was told */

    /* costs.h's */
    struct gn_cost untold; /* since the store was told */
    int64_t last_us;       /* the last request, on the wall clock; 0: none */
    bool changed;          /* how long it is left alone, since then */
    int64_t told_ns;       /* when that was; 0: never */
};

struct gn_hosts {
    struct gn_host **all; /* by name; each one's own memory */
    size_t count;
    struct gn_heap heap;
};

/* Gives each of actives its host. Close it on an error, too.
 * Errors: NOMEM. */
enum garner_code gn_hosts_open(struct gn_hosts *h, struct gn_active **actives,
                               size_t count, struct garner_error *err);
void gn_hosts_close(struct gn_hosts *h);

/* A host as active needs it, which is nobody's yet. Any thread, as long as
 * active is no other's. NULL: no memory. */
struct gn_host *gn_host_new(const struct gn_active *active);
/* NULL is fine. */
void gn_host_free(struct gn_host *host);

/* Gives active, which comes later, its host: the one of that name that is there
 * already, else host, which is its own; host is taken in any case. Errors:
 * NOMEM. */
enum garner_code gn_hosts_join(struct gn_hosts *h, struct gn_active *active,
                               struct gn_host *host, struct garner_error *err);

/* Sources have gone: from now on bodies come as fast as actives, who are all
 * there are, say. */
void gn_hosts_relimit(struct gn_hosts *h, struct gn_active *const *actives,
                      size_t count);

/* Takes active's job from its host's queue; NULL: none waits there. */
struct gn_job *gn_hosts_take_back(struct gn_hosts *h,
                                  const struct gn_active *active);

/* Whether a fetch of active, which is due or waited, may not begin; until
 * *until_ns it is of no use to ask again. */
bool gn_hosts_turn_away(const struct gn_active *active, int64_t now_ns,
                        int64_t *until_ns);

/* Puts a new job into its host's queue. false: it may begin at once. */
bool gn_hosts_wait(struct gn_hosts *h, struct gn_job *job, int64_t now_ns);

/* Puts a job that had its turn at the head of the queue. false: no memory. */
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
