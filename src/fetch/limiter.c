#include "fetch/limiter.h"

#define SECOND_NS INT64_C(1000000000)

bool gn_limiter_admits(const struct gn_limiter *l, int64_t now_ns)
{
    return now_ns >= l->paid_ns;
}

void gn_limiter_take(struct gn_limiter *l, int64_t bytes, int64_t now_ns)
{
    if (l->paid_ns < now_ns - GN_LIMITER_BURST_NS)
        l->paid_ns = now_ns - GN_LIMITER_BURST_NS;
    l->paid_ns += bytes * SECOND_NS / l->rate;
}
