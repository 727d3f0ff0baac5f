#include "base/histogram.h"

/* Values below 16 have a bucket each; above, each power of two has 16. */
static unsigned bucket_of(int64_t value)
{
    unsigned power;

    if (value < 16)
        return value < 0 ? 0 : (unsigned)value;
    power = 63U - (unsigned)__builtin_clzll((unsigned long long)value);
    if (power > 39)
        return GN_HISTOGRAM_BUCKETS - 1;
    return (power - 3) * 16 + (unsigned)((value >> (power - 4)) & 15);
}

/* The largest value of bucket; the last one has no bound. */
static int64_t edge_of(unsigned bucket)
{
    unsigned shift;

    if (bucket < 16)
        return bucket;
    if (bucket == GN_HISTOGRAM_BUCKETS - 1)
        return INT64_MAX;
    shift = bucket / 16 - 1;
    return ((int64_t)(16 + bucket % 16 + 1) << shift) - 1;
}

void gn_histogram_add(struct gn_histogram *h, int64_t value)
{
    if (value < 0)
        value = 0;
    h->count++;
    if (__builtin_add_overflow(h->sum, value, &h->sum))
        h->sum = INT64_MAX;
    if (value > h->max)
        h->max = value;
    h->buckets[bucket_of(value)]++;
}

void gn_histogram_merge(struct gn_histogram *h,
                        const struct gn_histogram *other)
{
    h->count += other->count;
    h->sum += other->sum;
    if (other->max > h->max)
        h->max = other->max;
    for (int i = 0; i < GN_HISTOGRAM_BUCKETS; i++)
        h->buckets[i] += other->buckets[i];
}

int64_t gn_histogram_quantile(const struct gn_histogram *h, double q)
{
    const double wanted = q * (double)h->count;
    uint64_t seen = 0;

    for (unsigned i = 0; i < GN_HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (h->buckets[i] > 0 && (double)seen >= wanted)
            return edge_of(i) < h->max ? edge_of(i) : h->max;
    }
    return h->max;
}

uint64_t gn_histogram_at_most(const struct gn_histogram *h, int64_t value)
{
    const unsigned last = bucket_of(value);
    uint64_t seen = 0;

    for (unsigned i = 0; i <= last && value >= 0; i++)
        seen += h->buckets[i];
    return seen;
}
