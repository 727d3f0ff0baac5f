/*
 * watch.h - the thread that ends what has had its time: a transaction that is
 * past a deadline, or open still when its store is closed. A thread of its own,
 * since the pump runs users' callbacks, which may take long, or wait for room
 * behind the very transaction. It is started with the first one.
 *
 * Thread: any, except that gn_watch_free is the last call.
 */
#ifndef GN_STORE_COMMIT_WATCH_H
#define GN_STORE_COMMIT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"

struct gn_watch;

/* What is watched: one at a time. Part of a larger struct of its owner's. */
struct gn_watched {
    /* When it is to be looked at again, at the latest; or 0: it is over, and
     * from now on the watch's, which forgets it and calls end. The lock is
     * held, so that its owner cannot take it back meanwhile: it may not wait.
     * closing: its store waits for it no longer. */
    int64_t (*look)(struct gn_watched *w, int64_t now_ns, bool closing);
    /* Ends it, without the lock. Its owner may free it before this returns, but
     * the watch itself is freed only after it. */
    void (*end)(struct gn_watched *w);
};

/* Errors: NOMEM. */
enum garner_code gn_watch_new(struct gn_watch **out, struct garner_error *err);

/* Starts the thread, unless it runs. Errors: NOMEM. */
enum garner_code gn_watch_start(struct gn_watch *w, struct garner_error *err);

/* Watches this (borrowed), which need not be looked at before due_ns, until it
 * is over or taken back; the thread runs. */
void gn_watch_set(struct gn_watch *w, struct gn_watched *watched,
                  int64_t due_ns);
void gn_watch_take_back(struct gn_watch *w);

/* Whatever is watched at until_ns or later is told to end. */
void gn_watch_close(struct gn_watch *w, int64_t until_ns);

/* Ends the thread; nothing may be watched any more. NULL is fine. */
void gn_watch_free(struct gn_watch *w);

#endif
