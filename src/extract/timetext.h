/*
 * timetext.h - times as people, servers and feeds write them, as seconds since
 * 1970: the dates of HTTP and mail (RFC 822, 850, 1123, asctime) with what is
 * wrong with them in feeds, ISO 8601 (RFC 3339), dates in figures, and the
 * seconds, milliseconds and so on since 1970 that programs write. What may mean
 * two times is none. Pure.
 */
#ifndef GN_EXTRACT_TIMETEXT_H
#define GN_EXTRACT_TIMETEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "extract/timehint.h"
#include "extract/timeunix.h"

/* Reads all of a text, white space around it left out. false: it is no time, or
 * none of the years 1 to 9999. */
bool gn_timetext_read(const char *text, size_t size,
                      const struct gn_timehint *hint, struct gn_timeunix *out);

#endif
