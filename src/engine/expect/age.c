#include "engine/expect/age.h"

enum { US = 1000, NS = 1000000 }; /* in a millisecond */

int64_t gn_age_from(int64_t good_us, int64_t watched_us, int64_t wall_us,
                    int64_t now_ns)
{
    const int64_t from_us = good_us > watched_us ? good_us : watched_us;

    if (from_us >= wall_us)
        return now_ns;
    return now_ns - (wall_us - from_us) * (NS / US);
}

bool gn_age_is_stale(int64_t max_age_ms, int64_t from_ns, int64_t now_ns)
{
    return max_age_ms > 0 && now_ns - from_ns > max_age_ms * NS;
}
