/*
 * turnover.h - sources that come and go while a loop works.
 *
 *   a new source       is entered in the store (on another thread), and starts
 *   one that is gone   is not started any more; once its last job has settled,
 *                      it is marked retired
 *   a changed one      goes, and then its successor comes: to this loop, or to
 *                      another one of the team
 *
 * Thread: the loop's.
 */
#ifndef GN_ENGINE_STEER_TURNOVER_H
#define GN_ENGINE_STEER_TURNOVER_H

#include "engine/roster.h"
#include "engine/state.h"
#include "engine/team.h"

struct gn_turnover {
    /* constant */
    struct gn_flow *flow;
    struct gn_roster *roster;
    struct gn_team *team;
    size_t index; /* the loop's, in it */
    bool once;    /* nothing that was put off before is so now */
    /* Gives a source its place in the schedule; the flow's lock is held. */
    enum garner_code (*admit)(void *context, struct gn_active *active,
                              int64_t now_ns, int64_t wall_us,
                              struct garner_error *err);
    void *context;

    /* the loop's thread only */
    size_t leaving;  /* sources with a job that is to settle yet */
    size_t entering; /* works under way */
    size_t holds;    /* on the team, for those from other loops */
    uint64_t came;   /* sources so far */

    /* guarded by the flow's lock */
    SLIST_HEAD(, gn_active) arrivals; /* successors from other loops */
    size_t arrived;                   /* how many */
    bool ended;                       /* no more come */
};

/* Sources that are entered in the store together. */
struct gn_entry;

/* Room for so many. NULL: no memory. */
struct gn_entry *gn_entry_new(size_t most);
/* NULL is fine. */
void gn_entry_free(struct gn_entry *e);
/* There is room. */
void gn_entry_add(struct gn_entry *e, struct gn_active *active);

/* Has those of e, which it takes, entered; the roster has room for them, as it
 * has for those from other loops. */
void gn_turnover_come(struct gn_turnover *t, struct gn_entry *e);

/* active goes: it is not started any more, nor does it wait for its host, which
 * may take as long as the host says. */
void gn_turnover_go(struct gn_turnover *t, struct gn_active *active);

/* Has those entered that have come from other loops, whenever the loop was
 * woken. */
void gn_turnover_receive(struct gn_turnover *t);

/* Lets go of those whose jobs have settled, whenever the loop was woken; when
 * the flow is closed, of those alone that nothing is to succeed. */
void gn_turnover_tend(struct gn_turnover *t);

/* Nothing is about to come. */
bool gn_turnover_rests(struct gn_turnover *t);

/* Something is to come, or to go, yet. */
bool gn_turnover_is_under_way(const struct gn_turnover *t);

/* The loop has ended: nothing comes to it any more. */
void gn_turnover_end(struct gn_turnover *t);

#endif
