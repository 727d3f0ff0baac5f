/*
 * away.h - a job that comes to a host which is left alone by then: it goes back
 * to where it was taken from, and begins again when that is over; or has
 * failed. What somebody asked for by hand goes there all the same.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_AWAY_H
#define GN_ENGINE_AWAY_H

#include "engine/state.h"

/* Whether job, whose turn at its host has come, is taken back for that. One
 * that was led there is looked at by the other one. With the lock held. */
bool gn_away_waited(struct gn_job *job, int64_t now_ns);

/* The same of one that was led there, and counts as fetching. A page, a retry,
 * and what is made up for begin again, unless that would be sent twice; else it
 * has a run that failed, and is tried again as its source says. */
bool gn_away_led(struct gn_job *job, int64_t now_ns);

#endif
