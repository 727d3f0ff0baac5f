/* timezone.h - the names of zones of time in mail and feeds. Pure. */
#ifndef GN_EXTRACT_TIMEZONE_H
#define GN_EXTRACT_TIMEZONE_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds east of UTC of the zone of a name, in any case. false: it is none, or
 * one that several zones have, as IST does. */
bool gn_timezone_find(const char *name, size_t size, int *offset_s);

/* Reads +h, +hh, +hmm, +hhmm or +hh:mm, or with -, from its sign at *at on,
 * which is before end, and goes behind it. false: it is none. */
bool gn_timezone_offset(const char **at, const char *end, int *offset_s);

#endif
