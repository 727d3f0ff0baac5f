/*
 * estimate.h - how fast something goes of late, and how long what is left of it
 * takes. Pure.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_ESTIMATE_H
#define GN_CLI_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GN_ESTIMATE_SAMPLES = 12 };

/* All zero knows nothing. */
struct gn_estimate {
    struct gn_estimate_sample {
        int64_t at_us;
        uint64_t done;
        uint64_t total;
    } samples[GN_ESTIMATE_SAMPLES]; /* oldest first; count of them */
    size_t count;

    /* what follows from them */
    double per_s;
    bool grows;      /* there was less in all, a while ago */
    int64_t left_us; /* below 0: it cannot be told */
};

/* Takes note of how it stands at at_us: done of total. One that begins anew, or
 * a clock that was set back, is noticed. */
void gn_estimate_add(struct gn_estimate *e, int64_t at_us, uint64_t done,
                     uint64_t total);

#endif
