/*
 * adapt.h - an interval that follows how often a page changes. Pure.
 *
 * It is halved when a fetch finds a change, and grows by half when it does not.
 * So it settles where both cancel out: where about three fetches in eight find
 * something new (ln 1.5 / (ln 2 + ln 1.5) = 0.37), which for changes at random
 * is an interval of 0.46 of the mean time between them. That is often enough to
 * see most of them, and rarely enough to be polite. One that was estimated from
 * counts would be steadier; but this one needs no memory beyond itself, is at
 * either bound in a few fetches, and forgets as fast that a page once changed
 * more often.
 */
#ifndef GN_SCHEDULE_ADAPT_H
#define GN_SCHEDULE_ADAPT_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: the interval stays. */
struct gn_adapt {
    int64_t least_ms;
    int64_t most_ms;
};

bool gn_adapts(const struct gn_adapt *a);

/* interval_ms within the bounds. */
int64_t gn_adapt_bound_ms(const struct gn_adapt *a, int64_t interval_ms);

/* The interval after a fetch that found a change, or none. */
int64_t gn_adapt_next_ms(const struct gn_adapt *a, int64_t interval_ms,
                         bool changed);

/* How long to wait until the next fetch: the interval, or for as long as the
 * answer is fresh if that is longer, at most most_ms. */
int64_t gn_adapt_wait_ms(const struct gn_adapt *a, int64_t interval_ms,
                         int64_t fresh_ms);

#endif
