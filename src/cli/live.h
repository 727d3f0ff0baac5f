/*
 * live.h - shows a run while it goes on: a screen redrawn in place on a
 * terminal, a line in the log now and then elsewhere.
 *
 * The terminal keeps its settings (nothing is left to restore after a kill).
 * Lines that are logged meanwhile go above the screen. Only the thread that
 * ticks writes to the terminal, so that one who logs never waits for it.
 *
 * Thread: tick, resized, status and finish on one at a time; logging on any.
 */
#ifndef GN_CLI_LIVE_H
#define GN_CLI_LIVE_H

#include <stdbool.h>

#include "engine/engine.h"
#include "garner/error.h"

enum { GN_LIVE_SCREEN_MS = 250, GN_LIVE_LOG_MS = 10000 };

struct gn_live;

struct gn_live_options {
    struct gn_engine *engine;
    const char *store;  /* its name for people */
    const char *listen; /* URL; NULL: none */
    bool screen;        /* stderr is a terminal and may be used */
};

/* Borrows all. From now on gn_log's lines pass through it if there is a
 * screen. Errors: NOMEM. */
enum garner_code gn_live_new(const struct gn_live_options *options,
                             struct gn_live **out, struct garner_error *err);

/* Draws anew, or logs the line. */
void gn_live_tick(struct gn_live *l);

/* The terminal has another size. */
void gn_live_resized(struct gn_live *l);

/* Logs the line now. */
void gn_live_status(struct gn_live *l);

/* Tells that the run was told to end, times over. Any thread. */
void gn_live_ending(struct gn_live *l, int times);

/* Draws a last time, gives the log back, and frees. NULL is fine. */
void gn_live_finish(struct gn_live *l);

#endif
