/*
 * hand.h - one of those who fetch a source's many URLs, one after another: a
 * gn_active of its own, so that a fetch of it is like one of any other source,
 * but what its runs count for is its owner's.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_HAND_H
#define GN_ENGINE_FRONTIER_HAND_H

#include "engine/frontier/page.h"
#include "engine/job.h"

struct gn_hand {
    struct gn_active active;
    struct gn_source source; /* the owner's, with the page's URL */
    struct gn_hand *next;    /* among those that rest */
    bool fetches;            /* its page's fetch is not over */
    int64_t bytes;           /* of its answer, when it is */
};

/* Makes one that rests. Errors: NOMEM. */
enum garner_code gn_hand_new(struct gn_active *owner, struct gn_hand **out,
                             struct garner_error *err);
/* NULL is fine. */
void gn_hand_free(struct gn_hand *hand);

/* Gives hand, which rests, page to fetch, whose host is known (borrowed until
 * it is put down). Errors: INVALID (its URL), NOMEM. */
enum garner_code gn_hand_take(struct gn_hand *hand, struct gn_page *page,
                              struct garner_error *err);

/* Its fetch is over: its host may be asked for another page. */
void gn_hand_have_fetched(struct gn_hand *hand);

/* It rests again, whether it has fetched or not; gives back its page. */
struct gn_page *gn_hand_put_down(struct gn_hand *hand);

/* That which active is. */
struct gn_hand *gn_hand_of(struct gn_active *active);

#endif
