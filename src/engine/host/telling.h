/*
 * telling.h - a batch of its own that tells the store of hosts, on its way
 * there. A host is not forgotten meanwhile, and what the store does not take is
 * to be told again.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_HOST_TELLING_H
#define GN_ENGINE_HOST_TELLING_H

#include "engine/host/host.h"
#include "garner/write.h"

struct gn_telling;

/* host has told all, in a batch. */
void gn_telling_done(struct gn_host *host, int64_t now_ns);

/* The store did not take the batch in which host told of cost, and, if rules
 * says so, of its robots.txt. */
void gn_telling_undo(struct gn_host *host, const struct gn_cost *cost,
                     bool rules);

/* One of most hosts; free it with gn_telling_free, or send it. Errors: NOMEM.
 */
enum garner_code gn_telling_new(size_t most, struct gn_telling **out,
                                struct garner_error *err);
/* NULL is fine. */
void gn_telling_free(struct gn_telling *t);

/* Where what its hosts tell is to be put. */
struct garner_batch *gn_telling_batch(const struct gn_telling *t);

/* All that host, one of h's, has to tell is in the batch of t. */
void gn_telling_add(struct gn_telling *t, struct gn_host *host);

/* Sends t, of hosts of h, and waits for nothing; t is taken in any case. If
 * the store has no room for it, it told nothing. Errors: NOMEM. */
enum garner_code gn_telling_send(struct gn_hosts *h, struct gn_telling *t,
                                 struct garner_store *store, int64_t now_ns,
                                 struct garner_error *err);

/* Lets go of those that have ended by now. */
void gn_telling_reap(struct gn_hosts *h);

/* The hosts of h are to go: nobody asks any more how those end that are under
 * way. */
void gn_telling_abandon(struct gn_hosts *h);

#endif
