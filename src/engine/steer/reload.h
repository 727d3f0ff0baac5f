/*
 * reload.h - another configuration for a loop at work: sources that stay the
 * same go on undisturbed, others come and go (turnover.h).
 *
 * A configuration that changes something is kept until the loop is freed:
 * sources and tables borrow from it.
 */
#ifndef GN_ENGINE_STEER_RELOAD_H
#define GN_ENGINE_STEER_RELOAD_H

#include <pthread.h>

#include "engine/steer/change.h"
#include "engine/steer/turnover.h"

struct gn_plan;    /* a change to be made */
struct gn_posted;  /* a step of it that waits for the loop */
struct gn_earlier; /* a configuration */

struct gn_reload {
    /* constant, but for what that says */
    struct gn_turnover turnover; /* without over */
    /* Those of config are told of events from now on, if somebody is to be. */
    enum garner_code (*renew)(void *context, const struct gn_config *config,
                              struct garner_error *err);
    void *context;

    /* the loop's thread only */
    struct gn_earlier *earlier;

    pthread_mutex_t lock;
    pthread_cond_t answered;
    /* guarded by lock */
    struct gn_posted *posted; /* for the loop's thread */
    bool busy;                /* a change is being made */
    bool ended;               /* no more are made */
};

/* The constants are set. */
void gn_reload_init(struct gn_reload *r);
/* After the flow is closed and before the roster is; gn_reload_forget frees the
 * configurations, after it. */
void gn_reload_fini(struct gn_reload *r);
void gn_reload_forget(struct gn_reload *r);

/* A change is made in steps, so that several loops take it or none does. Any
 * thread but a loop's. Each plan is committed or dropped. */

/* Plans the change to config (borrowed until then): *changes says what it is.
 * Errors: INVALID (the message names the source), CLOSED (the engine ends or
 * does not run yet), BUSY (the change before is not over), NOMEM; there is no
 * plan then. */
enum garner_code gn_reload_plan(struct gn_reload *r, struct gn_config *config,
                                struct gn_changes *changes,
                                struct gn_plan **plan,
                                struct garner_error *err);

/* Does all that may fail before anything is changed, but for the memory of who
 * is told. Errors: INVALID (a table's), CLOSED, those of the store, NOMEM. */
enum garner_code gn_reload_prepare(struct gn_reload *r, struct gn_plan *plan,
                                   struct garner_error *err);

/* Has the loop change by plan, which is prepared, and whose configuration it
 * takes (that is empty then). Returns when it has begun: nobody has to wait for
 * jobs under way. On an error nothing has changed, and the plan is to be
 * dropped. Errors: CLOSED, NOMEM. */
enum garner_code gn_reload_commit(struct gn_reload *r, struct gn_plan *plan,
                                  struct garner_error *err);

void gn_reload_drop(struct gn_reload *r, struct gn_plan *plan);

/* Waits until the last change is over: those that were to go are gone. */
void gn_reload_await(struct gn_reload *r);

/* Does what there is to do. The loop's thread, whenever it was woken. */
void gn_reload_tend(struct gn_reload *r);

/* Sources are yet to come or go. The loop's thread. */
bool gn_reload_is_under_way(const struct gn_reload *r);

/* No more changes; who waits for one is told. The loop's thread. */
void gn_reload_end(struct gn_reload *r);

#endif
