#include "crawl/order.h"

#define DEPTHS (INT64_C(1) + GN_ORDER_DEPTH_MOST)

int64_t gn_order_rank(int64_t priority, int depth)
{
    if (priority > GN_ORDER_PRIORITY_MOST)
        priority = GN_ORDER_PRIORITY_MOST;
    if (priority < -GN_ORDER_PRIORITY_MOST)
        priority = -GN_ORDER_PRIORITY_MOST;
    if (depth > GN_ORDER_DEPTH_MOST)
        depth = GN_ORDER_DEPTH_MOST;
    return (GN_ORDER_PRIORITY_MOST - priority) * DEPTHS + depth;
}

int64_t gn_order_priority(int64_t rank)
{
    return GN_ORDER_PRIORITY_MOST - rank / DEPTHS;
}

int gn_order_depth(int64_t rank)
{
    return (int)(rank % DEPTHS);
}
