/*
 * reload.h - another configuration for an engine at work: sources that stay the
 * same go on undisturbed, others come and go.
 *
 *   a new source       is entered in the store (on another thread), and starts
 *   one that is gone   is not started any more; once its last job has settled,
 *                      it is marked retired
 *   a changed one      goes, and then its successor comes
 *
 * A configuration that changes something is kept until the engine is freed:
 * sources and tables borrow from it.
 */
#ifndef GN_ENGINE_STEER_RELOAD_H
#define GN_ENGINE_STEER_RELOAD_H

#include <pthread.h>

#include "engine/roster.h"
#include "engine/state.h"
#include "engine/steer/change.h"

struct gn_posted;  /* a change that waits for the engine */
struct gn_earlier; /* a configuration */

struct gn_reload {
    /* constant */
    struct gn_flow *flow;
    struct gn_roster *roster;
    bool once; /* nothing that was put off before is so now */
    /* Gives a source its place in the schedule; the flow's lock is held. */
    enum garner_code (*admit)(void *context, struct gn_active *active,
                              int64_t now_ns, int64_t wall_us,
                              struct garner_error *err);
    /* Those of config are told of events from now on, if somebody is to be. */
    enum garner_code (*renew)(void *context, const struct gn_config *config,
                              struct garner_error *err);
    void *context;

    /* the engine's thread only */
    size_t leaving;  /* sources with a job that is to settle yet */
    size_t entering; /* works under way */
    uint64_t came;   /* sources so far */
    struct gn_earlier *earlier;

    pthread_mutex_t lock;
    pthread_cond_t answered;
    /* guarded by lock */
    struct gn_posted *posted; /* for the engine's thread */
    bool busy;                /* a change is being made */
    bool ended;               /* no more are made */
};

/* The constants are set. */
void gn_reload_init(struct gn_reload *r);
/* After the flow is closed and before the roster is; gn_reload_forget frees the
 * configurations, after it. */
void gn_reload_fini(struct gn_reload *r);
void gn_reload_forget(struct gn_reload *r);

/* Has the engine change to config, which it takes (*config is empty then).
 * Returns when that has begun: nobody has to wait for jobs under way. On an
 * error nothing has changed. Any thread but the engine's. Errors: INVALID (the
 * message names the source), CLOSED (the engine ends or does not run yet), BUSY
 * (the change before is not over), those of the store, NOMEM. */
enum garner_code gn_reload_change(struct gn_reload *r, struct gn_config *config,
                                  struct gn_changes *changes,
                                  struct garner_error *err);

/* Does what there is to do. The engine's thread, whenever it was woken. */
void gn_reload_tend(struct gn_reload *r);

/* Sources are yet to come or go. The engine's thread. */
bool gn_reload_is_under_way(const struct gn_reload *r);

/* No more changes; who waits for one is told. The engine's thread. */
void gn_reload_end(struct gn_reload *r);

#endif
