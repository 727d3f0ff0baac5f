/*
 * team.h - what the loops of an engine have to know of one another: that none
 * has anything to do any more; that the first, which sends what is in the
 * outbox, has something to send; that all are alive.
 *
 * Each loop ends when all rest at the same time, since any may be asked for
 * more until then (by hand, by another configuration), and the first hears of
 * what the others fetch.
 *
 * Thread: any.
 */
#ifndef GN_ENGINE_TEAM_H
#define GN_ENGINE_TEAM_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/inbox.h"
#include "garner/error.h"

struct gn_team;

/* A team of count loops. beat: called with context when each of them has beaten
 * again; it may be NULL. Errors: NOMEM. */
enum garner_code gn_team_new(size_t count, void (*beat)(void *context),
                             void *context, struct gn_team **out,
                             struct garner_error *err);
/* NULL is fine. */
void gn_team_free(struct gn_team *t);

/* Loop i is woken through inbox (borrowed), before any of them works. */
void gn_team_join(struct gn_team *t, size_t i, struct gn_inbox *inbox);

/* Loop i has nothing to do now, or has. true: nor has any other, nor will one
 * have: all are to end, and have been woken for it. */
bool gn_team_rests(struct gn_team *t, size_t i, bool rests);

/* Loop i has ended, whatever the others do. */
void gn_team_leave(struct gn_team *t, size_t i);

/* Keeps all of them from ending until gn_team_release, which has each of them
 * look again whether it rests. false: they end already. */
bool gn_team_hold(struct gn_team *t);
void gn_team_release(struct gn_team *t);

/* There is something in the outbox: wakes the first loop, ... */
void gn_team_tell(struct gn_team *t);
/* ... which takes note of it so. */
bool gn_team_was_told(struct gn_team *t);

/* Loop i is alive. */
void gn_team_beat(struct gn_team *t, size_t i);

#endif
