/*
 * tally.h - how many pages a crawl has left, for people who wait for its end.
 * What it found is in the store: so they are counted there now and then, as
 * often as that costs next to nothing, and guessed from what was done in
 * between. At the end they are counted once more.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_TALLY_H
#define GN_ENGINE_FRONTIER_TALLY_H

#include "engine/frontier/pass_state.h"

/* The pages of p that are done and count against its budget. */
uint64_t gn_tally_asked(const struct gn_pass *p);

/* Whether p, which reads pages from the store, is to count them, too. */
bool gn_tally_begin(struct gn_pass *p, int64_t now_ns);

/* When they are to be counted, though no pages are read; INT64_MAX: they need
 * not be. */
int64_t gn_tally_next_ns(const struct gn_pass *p);

/* They were: left of them, which took so long. Takes the flow's lock. */
void gn_tally_end(struct gn_pass *p, uint64_t left, int64_t took_ns,
                  int64_t now_ns);

/* p->done was counted on, by a page that is still among those ahead. With the
 * lock held. */
void gn_tally_done(struct gn_pass *p);

/* Nothing is left. Takes the flow's lock. */
void gn_tally_over(struct gn_pass *p);

/* f has ended, and the store has all that was done: what it says is left of the
 * crawls that are not over. Takes the flow's lock. Errors: those of the store.
 */
enum garner_code gn_tally_rest(struct gn_flow *f, struct garner_error *err);

#endif
