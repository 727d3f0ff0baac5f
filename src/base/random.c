#include "base/random.h"

/* splitmix64: https://prng.di.unimi.it/splitmix64.c (public domain) */
uint64_t gn_random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double gn_random_fraction(uint64_t *state)
{
    /* 53 bits: what a double holds exactly */
    return (double)(gn_random_next(state) >> 11) * 0x1p-53;
}
