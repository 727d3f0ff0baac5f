/*
 * hosts.h - the hosts (scheme, host, port) that sources fetch from, and which
 * of them are left alone since they fail. Sources that set no limit to that
 * take no part in it.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOSTS_H
#define GN_ENGINE_HOSTS_H

#include "engine/job.h"
#include "fetch/circuit.h"

struct gn_host {
    char *name; /* "https://example.org:443" */
    struct gn_circuit circuit;
};

struct gn_hosts {
    struct gn_host *all;
    size_t count;
};

/* Gives each of actives that takes part its host. Close it on an error, too.
 * Errors: NOMEM. */
enum garner_code gn_hosts_open(struct gn_hosts *h, struct gn_active *actives,
                               size_t count, struct garner_error *err);
void gn_hosts_close(struct gn_hosts *h);

/* Whether a fetch of active, which is due, may not begin; until *until_ns it is
 * of no use to ask again. */
bool gn_hosts_turn_away(const struct gn_active *active, int64_t now_ns,
                        int64_t *until_ns);

/* job's fetch begins; has ended. */
void gn_hosts_begin(struct gn_job *job);
void gn_hosts_end(struct gn_job *job, enum gn_failure failure, int status,
                  double random);

#endif
