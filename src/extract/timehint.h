/* timehint.h - what is to be known of a text to read a time from it. Pure. */
#ifndef GN_EXTRACT_TIMEHINT_H
#define GN_EXTRACT_TIMEHINT_H

#include <stdbool.h>
#include <stddef.h>

/* What 7/9/2026 is. */
enum gn_timehint_order {
    GN_TIMEHINT_UNKNOWN, /* no time, unless a number is above 12 */
    GN_TIMEHINT_DAY_FIRST,
    GN_TIMEHINT_MONTH_FIRST
};

/* All zero is good. */
struct gn_timehint {
    int offset_s; /* of the zone of a text that names none, east of UTC */
    enum gn_timehint_order order;
};

/* Reads a hint: "dmy" or "mdy", and a zone: its name, an offset ("+01:00"), or
 * both ("GMT+1"). false: it is none. */
bool gn_timehint_read(const char *text, size_t size, struct gn_timehint *out);

#endif
