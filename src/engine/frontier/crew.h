/*
 * crew.h - the hands of passes at work: each takes a page that may be fetched,
 * and is a source like any other until its job is settled.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_CREW_H
#define GN_ENGINE_FRONTIER_CREW_H

#include "engine/state.h"

/* A hand with a page that may be fetched now; NULL: none is. It comes back by
 * one of the three below. */
struct gn_active *gn_crew_next(struct gn_flow *f, int64_t now_ns);

/* The fetch of job is over: if it is that of a hand, another one may fetch
 * while this goes its way to the store. */
void gn_crew_fetched(struct gn_job *job);

/* job of a hand is settled; stored: with its last batch. */
void gn_crew_settled(struct gn_job *job, bool stored);

/* hand did not fetch its page after all. With the lock held or not. */
void gn_crew_give_back(struct gn_active *hand);

/* hand's host is left alone until then. The same. */
void gn_crew_turned_away(struct gn_active *hand, int64_t until_ns,
                         int64_t now_ns);

/* Adds to job's batch, for the page that it fetched, how that ended. Errors:
 * NOMEM. */
enum garner_code gn_crew_add_end(struct gn_job *job, struct garner_error *err);

/* Whether hand is asked for whole answers, whatever their version. */
bool gn_crew_is_whole(const struct gn_active *hand);

/* Whether somebody asked for the pass that hand is at. */
bool gn_crew_is_by_hand(const struct gn_active *hand);

/* The i-th hand of active that fetches; NULL: there are no more. */
struct gn_active *gn_crew_hand(const struct gn_active *active, size_t i);

/* Has the hosts of all pages in memory limited by their sources. */
void gn_crew_limit(const struct gn_flow *f);

/* --- for pass.c ---------------------------------------------------------- */

/* Whether hands of p may begin something. Takes the flow's lock. */
bool gn_crew_may_begin(const struct gn_pass *p);

/* Whether p, of a crawl, is to have no more pages than those it has begun. */
bool gn_crew_is_enough(const struct gn_pass *p);

/* There is something to do by then. */
void gn_crew_look_at(struct gn_pass *p, int64_t at_ns);

/* When what was refused is tried again. */
int64_t gn_crew_again_ns(struct gn_pass *p, int64_t now_ns);

/* Frees page, which is in no list. */
void gn_crew_free_page(struct gn_page *page);

#endif
