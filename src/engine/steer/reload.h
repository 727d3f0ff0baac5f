/*
 * reload.h - another configuration for a loop at work: sources that stay the
 * same go on undisturbed, others come and go (turnover.h).
 *
 * Any thread but a loop's makes a change (change.h) in steps that all loops
 * take one after the other, so that they make it or none does: it holds all of
 * them, waits for each to rest, plans, has each prepare and then commit (or
 * undo), and lets them go on. One change at a time. What is under way is not
 * waited for: a change may find sources that are yet to go for the one before.
 *
 * A configuration that changes something is kept by who makes the change until
 * the loops are freed: sources and tables borrow from it.
 */
#ifndef GN_ENGINE_STEER_RELOAD_H
#define GN_ENGINE_STEER_RELOAD_H

#include <pthread.h>

#include "engine/steer/change.h"
#include "engine/steer/turnover.h"

struct gn_posted; /* a step that waits for the loop */

struct gn_reload {
    /* constant, but for what that says */
    struct gn_turnover turnover;
    /* Those of config are told of events from now on, if somebody is to be. */
    enum garner_code (*renew)(void *context, const struct gn_config *config,
                              struct garner_error *err);
    void *context;

    /* the loop's thread only */
    bool held;     /* no source leaves */
    bool prepared; /* for a change; then: */
    size_t tables; /* there were so many before */
    struct gn_entry *entry;

    pthread_mutex_t lock;
    pthread_cond_t answered;
    /* guarded by lock */
    struct gn_posted *posted; /* for the loop's thread */
    bool ended;               /* no more changes are made */
};

/* The constants are set. */
void gn_reload_init(struct gn_reload *r);
/* After the flow is closed and before the roster is. */
void gn_reload_fini(struct gn_reload *r);

/* --- the steps ------------------------------------------------------------ */

/* No source leaves the loop until gn_reload_go_on. Errors: CLOSED (it ends or
 * does not run yet). */
enum garner_code gn_reload_hold(struct gn_reload *r, struct garner_error *err);

/* Waits until none is about to come, for which it may wait for the store. All
 * loops are held. Errors: CLOSED. */
enum garner_code gn_reload_await(struct gn_reload *r, struct garner_error *err);

/* Does all that may fail before anything is changed, but for the memory of who
 * is told. Errors: INVALID (a table's), CLOSED, those of the store, NOMEM. */
enum garner_code gn_reload_prepare(struct gn_reload *r, struct gn_change *c,
                                   struct garner_error *err);

/* Has the loop change, which is prepared. Returns when it has begun: nobody has
 * to wait for jobs under way. On an error it has not changed. Errors: CLOSED,
 * NOMEM (the first loop's only). */
enum garner_code gn_reload_commit(struct gn_reload *r, struct gn_change *c,
                                  struct garner_error *err);

/* It is as it was, if it was prepared and not committed. */
void gn_reload_undo(struct gn_reload *r, struct gn_change *c);

/* However the change went. */
void gn_reload_go_on(struct gn_reload *r);

/* --- the loop's thread ---------------------------------------------------- */

/* Does what there is to do, whenever it was woken. */
void gn_reload_tend(struct gn_reload *r);

/* Sources are yet to come or go. */
bool gn_reload_is_under_way(const struct gn_reload *r);

/* No more changes; who waits for one is told. */
void gn_reload_end(struct gn_reload *r);

#endif
