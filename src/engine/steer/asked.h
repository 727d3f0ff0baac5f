/*
 * asked.h - fetches that were asked for by hand: each has a number among its
 * source's, by which whoever asked finds out what became of it. One that was
 * not begun yet serves all who ask meanwhile.
 *
 * Thread: whoever holds the flow's lock.
 */
#ifndef GN_ENGINE_STEER_ASKED_H
#define GN_ENGINE_STEER_ASKED_H

#include "engine/history/history.h"
#include "engine/status.h"

/* One more asks; whole: for the whole answer, whatever its version. Returns the
 * number to look for. */
uint64_t gn_asked_add(struct gn_asked *asked, bool whole);

/* The fetch that was asked for begins: its number, and whether it is to be
 * whole. */
uint64_t gn_asked_begin(struct gn_asked *asked, bool *whole);

/* The fetch with that number ended so. failure: NULL if it went well; error
 * says more, or is NULL. */
void gn_asked_answer(struct gn_asked *asked, uint64_t number,
                     const struct gn_run *run, const char *failure,
                     const char *error);

/* It did not even begin. 0 is no number. */
void gn_asked_refuse(struct gn_asked *asked, uint64_t number, const char *why);

#endif
