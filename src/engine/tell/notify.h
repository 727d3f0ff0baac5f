/*
 * notify.h - sends what is in the outbox: runs hooks, posts to webhooks, tells
 * notifiers; and notes in the store what came of it.
 *
 * The store is the only list of what is to be sent: it is read, off the loop,
 * when something was put there or falls due. A source has one hook under way at
 * a time, a notifier one message (or digest); each in the order in which they
 * came about. A hook that is a command runs once for its event, however it
 * ends; whatever else fails is tried again, less and less often, for a day.
 *
 * Thread: the loop's.
 */
#ifndef GN_ENGINE_TELL_NOTIFY_H
#define GN_ENGINE_TELL_NOTIFY_H

#include <stdbool.h>
#include <uv.h>

#include "config/config.h"
#include "fetch/fetcher.h"
#include "garner/store.h"

struct gn_notify;

struct gn_notify_options {
    uv_loop_t *loop; /* borrowed, like all of these */
    struct garner_store *store;
    struct gn_fetcher *fetcher;
    const struct gn_config *config;
    void (*rest)(void *context); /* it has nothing more to do for now */
    void *context;
};

/* Errors: NOMEM. */
enum garner_code gn_notify_new(const struct gn_notify_options *options,
                               struct gn_notify **out,
                               struct garner_error *err);

/* Those of config are told from now on; both it and the one before are borrowed
 * until it is freed. Errors: NOMEM, and nothing is changed. */
enum garner_code gn_notify_renew(struct gn_notify *n,
                                 const struct gn_config *config,
                                 struct garner_error *err);

/* Looks for messages soon. */
void gn_notify_wake(struct gn_notify *n);

/* true: nothing is being sent, or due to be. */
bool gn_notify_rests(const struct gn_notify *n);

/* true: a message that could not be sent is to be tried again. What a notifier
 * is to hear later, after its quiet hours or with its digest, does not count.
 */
bool gn_notify_waits(const struct gn_notify *n);

/* Ends what is under way: it stays in the outbox, and is sent again one day.
 * Nothing is begun any more. */
void gn_notify_give_up(struct gn_notify *n);

/* The same, and closes its handles: run the loop until it is done (uv_run
 * returns 0), and then free it. NULL is fine for both. */
void gn_notify_close(struct gn_notify *n);
void gn_notify_free(struct gn_notify *n);

#endif
