#include "extract/budget.h"

#include <stddef.h>

#include "base/clock.h"

void gn_budget_arm(struct gn_budget *b, int64_t limit_ms)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    b->limit_ms = limit_ms;
    b->deadline_ns = limit_ms < (INT64_MAX - now_ns) / 1000000
                         ? now_ns + limit_ms * 1000000
                         : INT64_MAX;
    b->expired = false;
}

bool gn_budget_is_stopped(const struct gn_budget *b)
{
    return b->stop != NULL && atomic_load(b->stop);
}

bool gn_budget_spent(struct gn_budget *b)
{
    if (gn_budget_is_stopped(b) || gn_clock_monotonic_ns() >= b->deadline_ns)
        b->expired = true;
    return b->expired;
}
