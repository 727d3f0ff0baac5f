/* clock.h - what time it is. Rules take the time as an argument; only those
 * who start something ask here. Thread: any. */
#ifndef GN_BASE_CLOCK_H
#define GN_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of the monotonic clock: never set back, starts anywhere. */
int64_t gn_clock_monotonic_ns(void);

/* Microseconds since 1970-01-01 UTC by the machine's clock, which may be set.
 */
int64_t gn_clock_wall_us(void);

/* Writes wall_us as "2026-11-23T02:16:00.123Z" (RFC 3339) into text. */
void gn_clock_format(int64_t wall_us, char text[32]);

#endif
