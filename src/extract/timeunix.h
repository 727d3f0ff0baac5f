/*
 * timeunix.h - the seconds, milliseconds and so on since 1970 that programs
 * write. Pure.
 */
#ifndef GN_EXTRACT_TIMEUNIX_H
#define GN_EXTRACT_TIMEUNIX_H

#include <stdbool.h>
#include <stdint.h>

struct gn_timeunix {
    int64_t seconds; /* since 1970 */
    int nanoseconds; /* after that; never negative */
};

/* What number is: seconds, or if that were before the year -1200 or after 5138,
 * milli-, micro- or nanoseconds. false: none of the years 1 to 9999. */
bool gn_timeunix_integer(int64_t number, struct gn_timeunix *out);
bool gn_timeunix_real(double number, struct gn_timeunix *out);

#endif
