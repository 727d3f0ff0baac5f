/* whom.h - whom a URL is asked of, for messages. Pure. */
#ifndef GN_FETCH_WHOM_H
#define GN_FETCH_WHOM_H

#include <stdbool.h>

enum { GN_WHOM = 160 };

/* Writes "host:port" of url into text or, if it is of no protocol of ours, its
 * scheme: true. */
bool gn_whom(const char *url, char text[GN_WHOM]);

#endif
