/*
 * limiter.h - so many bytes a second, shared by all who take them: a token
 * bucket, kept as the time until which what was taken is paid for. Pure: time
 * comes in as an argument.
 *
 * What has arrived cannot be refused: who takes may run into debt, and is then
 * admitted again when that is over. What nobody took is lost, but for that of
 * the last GN_LIMITER_BURST_NS.
 */
#ifndef GN_FETCH_LIMITER_H
#define GN_FETCH_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#define GN_LIMITER_BURST_NS INT64_C(100000000)

struct gn_limiter {
    int64_t rate;    /* bytes a second, more than 0 */
    int64_t paid_ns; /* 0 at first */
};

/* Whether bytes may be taken now. */
bool gn_limiter_admits(const struct gn_limiter *l, int64_t now_ns);

/* Takes bytes, of 0 to 1 GB. */
void gn_limiter_take(struct gn_limiter *l, int64_t bytes, int64_t now_ns);

#endif
