#include "schedule/adapt.h"

bool gn_adapts(const struct gn_adapt *a)
{
    return a->most_ms > 0;
}

int64_t gn_adapt_bound_ms(const struct gn_adapt *a, int64_t interval_ms)
{
    if (interval_ms > a->most_ms)
        return a->most_ms;
    return interval_ms < a->least_ms ? a->least_ms : interval_ms;
}

int64_t gn_adapt_next_ms(const struct gn_adapt *a, int64_t interval_ms,
                         bool changed)
{
    const int64_t bound_ms = gn_adapt_bound_ms(a, interval_ms);
    const int64_t more_ms = bound_ms / 2 > 0 ? bound_ms / 2 : 1;

    return gn_adapt_bound_ms(a, changed ? bound_ms / 2 : bound_ms + more_ms);
}

int64_t gn_adapt_wait_ms(const struct gn_adapt *a, int64_t interval_ms,
                         int64_t fresh_ms)
{
    return gn_adapt_bound_ms(a,
                             fresh_ms > interval_ms ? fresh_ms : interval_ms);
}
