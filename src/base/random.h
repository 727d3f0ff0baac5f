/* random.h - numbers that look random, from a seed: the same seed gives the
 * same ones. Not for secrets. Pure. */
#ifndef GN_BASE_RANDOM_H
#define GN_BASE_RANDOM_H

#include <stdint.h>

/* The next of the numbers that *state, any seed at first, stands for. */
uint64_t gn_random_next(uint64_t *state);

/* The same as a fraction, 0 to below 1. */
double gn_random_fraction(uint64_t *state);

#endif
