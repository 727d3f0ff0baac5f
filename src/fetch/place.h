/* place.h - whom a URL is asked of, for messages. Pure. */
#ifndef GN_FETCH_PLACE_H
#define GN_FETCH_PLACE_H

#include <stdbool.h>

enum { GN_PLACE = 160 };

/* Writes "host:port" of url into text or, if it is of no protocol of ours, its
 * scheme: true. */
bool gn_place_of(const char *url, char text[GN_PLACE]);

#endif
