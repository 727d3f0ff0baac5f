/* order.h - which URL of a crawl is fetched first: that with the highest
 * priority; of those, the one fewest links away; of those, the one found first.
 * Pure. */
#ifndef GN_CRAWL_ORDER_H
#define GN_CRAWL_ORDER_H

#include <stdint.h>

enum {
    GN_ORDER_PRIORITY_MOST = 1000000, /* what is beyond counts as this ... */
    GN_ORDER_DEPTH_MOST = 1000000,    /* ... and this */
};

/* A number to be sorted by, upwards, and then by when a URL was found. It may
 * be stored. depth is not negative. */
int64_t gn_order_rank(int64_t priority, int depth);

/* The two that a rank was made of. */
int64_t gn_order_priority(int64_t rank);
int gn_order_depth(int64_t rank);

#endif
