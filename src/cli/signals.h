/*
 * signals.h - signals taken by a thread that waits for them, so that nothing
 * runs in a signal handler; between signals the thread keeps time.
 *
 * Thread: start and stop on one thread; the callbacks run on the waiting one.
 */
#ifndef GN_CLI_SIGNALS_H
#define GN_CLI_SIGNALS_H

#include "garner/error.h"

struct gn_signals;

/* Any may be NULL. */
struct gn_signals_calls {
    void *context;
    /* SIGINT, SIGTERM, and SIGHUP unless it is ignored or below; 1: the first
     */
    void (*end)(void *context, int times);
    void (*hangup)(void *context);  /* SIGHUP; NULL: it ends, as above */
    void (*status)(void *context);  /* SIGUSR1 */
    void (*resized)(void *context); /* SIGWINCH */
    void (*tick)(void *context);    /* every tick_ms */
    int tick_ms;
};

/* Blocks in this thread, and in those it makes from now on, the signals that
 * gn_signals_start will wait for. At the start, before any other thread. */
void gn_signals_block(void);

/* Starts the waiting thread. Copies calls. Errors: NOMEM, IO. */
enum garner_code gn_signals_start(const struct gn_signals_calls *calls,
                                  struct gn_signals **out,
                                  struct garner_error *err);

/* Ends the thread; no callback runs after it. NULL is fine. */
void gn_signals_stop(struct gn_signals *s);

/* How often the end was asked for. Any thread. */
int gn_signals_times(struct gn_signals *s);

#endif
