/*
 * pass_state.h - a pass and its crew, as crew.c and pass.c share it.
 */
#ifndef GN_ENGINE_FRONTIER_PASS_STATE_H
#define GN_ENGINE_FRONTIER_PASS_STATE_H

#include <stdatomic.h>

#include "engine/frontier/ahead.h"
#include "engine/frontier/hand.h"
#include "engine/frontier/home.h"
#include "engine/frontier/intake.h"
#include "engine/frontier/refill.h"
#include "engine/state.h"

enum gn_pass_state {
    GN_PASS_RESTS,
    GN_PASS_OPENING,
    GN_PASS_GOING,
    GN_PASS_CLOSING, /* of a crawl: what it did not come to goes */
    GN_PASS_FAILED
};

enum {
    GN_PASS_FETCHES = 64, /* most at a time for one source */
    /* Most of its hands: those that have fetched stay with their page until the
     * store has it, which takes its time to have many in one transaction. */
    GN_PASS_HANDS = 1024
};

struct gn_pass {
    /* constant after the start */
    struct gn_active *owner;
    int64_t spec;           /* see fingerprint.h */
    struct gn_links *links; /* of a crawl; NULL: it is a list */
    struct gn_home *home;   /* the same; where it begins */
    char *follow; /* SQL for the links that its selector means; NULL: it is SQL
                     itself */

    /* the engine's thread only */
    struct gn_flow *flow; /* while it does not rest */
    TAILQ_ENTRY(gn_pass) next;
    enum gn_pass_state state;
    int64_t number;
    uint64_t by_hand;
    bool whole;
    int64_t begun_ns;
    int64_t rows;
    uint64_t done;    /* pages, those before a restart too */
    uint64_t unasked; /* of those, left alone before anybody was asked */
    int64_t bytes;    /* of their answers, and of those not stored yet */
    struct gn_ahead ahead;
    struct gn_hand *hands[GN_PASS_HANDS];
    size_t hand_count;
    size_t fetching; /* hands whose fetch is not over */
    struct gn_hand *resting;
    bool more;        /* the store has more that are due, as far as is known */
    int64_t tally_ns; /* when they are counted: see tally.h */
    uint64_t tally_done; /* pages that were done when that began */
    bool dirty;          /* one was settled since the store was last read */
    int64_t look_ns; /* when the next one is due; INT64_MAX: not known of any */
    int64_t pause_ns; /* the store is not read before */
    int refusals;     /* in a row, of the store, or of memory */
    uv_work_t work;
    bool working;

    /* the pool's thread's, while working */
    struct gn_intake intake;
    struct gn_refill refill;
    int64_t *ids;
    enum garner_code code;
    struct garner_error err;

    atomic_bool stop; /* any thread */
};

#endif
