/* age.h - how old the last good run of a source is, and whether that is too
 * old. Pure. */
#ifndef GN_ENGINE_EXPECT_AGE_H
#define GN_ENGINE_EXPECT_AGE_H

#include <stdbool.h>
#include <stdint.h>

/* The instant of the monotonic clock, which shows now_ns while the wall's shows
 * wall_us, from which the age counts: the end of the last good run (0: none),
 * or since when it is looked after, whichever was later. What lies ahead, by a
 * clock that was set, is now. */
int64_t gn_age_from(int64_t good_us, int64_t watched_us, int64_t wall_us,
                    int64_t now_ns);

/* Whether it is over max_age_ms; 0: any age will do. */
bool gn_age_is_stale(int64_t max_age_ms, int64_t from_ns, int64_t now_ns);

#endif
