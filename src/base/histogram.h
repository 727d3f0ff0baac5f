/* histogram.h - how long things took: counts in buckets 1/16 apart, so that a
 * quantile is true to 6 %. Plain data, copied as a whole. */
#ifndef GN_BASE_HISTOGRAM_H
#define GN_BASE_HISTOGRAM_H

#include <stdint.h>

enum { GN_HISTOGRAM_BUCKETS = 16 * 37 }; /* up to 2^40 */

struct gn_histogram {
    uint64_t count;
    int64_t sum;
    int64_t max;
    uint64_t buckets[GN_HISTOGRAM_BUCKETS];
};

/* Counts value (below 0 counts as 0). */
void gn_histogram_add(struct gn_histogram *h, int64_t value);

/* Counts what other has counted, too. */
void gn_histogram_merge(struct gn_histogram *h,
                        const struct gn_histogram *other);

/* The value below or at which q (0 to 1) of those counted lie, rounded up to
 * its bucket's edge but never over max; 0 when empty. */
int64_t gn_histogram_quantile(const struct gn_histogram *h, double q);

/* How many lie at or below value (to the bucket's edge). */
uint64_t gn_histogram_at_most(const struct gn_histogram *h, int64_t value);

#endif
