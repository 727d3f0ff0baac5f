#include "cli/estimate.h"

#include <string.h>

#define SECOND INT64_C(1000000)
/* Samples are so far apart: with all of them, that is what "of late" means. */
#define APART_US (2 * SECOND)
/* It is not told of less than this. */
#define LEAST_US SECOND
/* Nor is more told, which would be a guess in any case. */
#define MOST_US (INT64_C(1000) * 86400 * SECOND)

/* Puts now behind those that are kept: in place of the last one, while that is
 * not old enough to stay. */
static void keep(struct gn_estimate *e, struct gn_estimate_sample now)
{
    const size_t n = e->count;

    if (n >= 2 && e->samples[n - 1].at_us - e->samples[n - 2].at_us < APART_US)
        e->count--;
    if (e->count == GN_ESTIMATE_SAMPLES) {
        memmove(e->samples, e->samples + 1,
                (GN_ESTIMATE_SAMPLES - 1) * sizeof now);
        e->count--;
    }
    e->samples[e->count++] = now;
}

void gn_estimate_add(struct gn_estimate *e, int64_t at_us, uint64_t done,
                     uint64_t total)
{
    const struct gn_estimate_sample now = {at_us, done, total};
    const struct gn_estimate_sample *first = &e->samples[0];
    const struct gn_estimate_sample *last =
        e->count > 0 ? &e->samples[e->count - 1] : &now;
    const uint64_t left = total > done ? total - done : 0;
    double left_us;

    if (done < last->done || at_us < last->at_us)
        e->count = 0;
    keep(e, now);
    e->per_s = 0;
    e->left_us = left == 0 ? 0 : -1;
    e->grows = total > first->total;
    if (at_us - first->at_us < LEAST_US || done == first->done)
        return;
    e->per_s =
        (double)(done - first->done) * 1e6 / (double)(at_us - first->at_us);
    left_us = (double)left / e->per_s * 1e6;
    e->left_us = left_us < (double)MOST_US ? (int64_t)left_us : MOST_US;
}
