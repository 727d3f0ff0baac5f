/*
 * location.h - what the URL of a store says: a path, and options behind a "?".
 *
 * Options are what follows the last "?" if it starts like one, NAME=; so a
 * file may be called "what?.db", and be made by that name. One that is called
 * "what?a=b" is opened by its path, if it is there; not by a URL (sqlite:).
 */
#ifndef GN_STORE_LOCATION_H
#define GN_STORE_LOCATION_H

#include <stddef.h>

#include "garner/error.h"

struct gn_location {
    const char *path; /* in the URL: path_size bytes, at least one */
    size_t path_size;
    unsigned shards; /* 0: the URL does not say */
};

/* Splits url, borrowing it. Looks at the file system, with stat(2), only where
 * a plain path has what may be options. Errors: UNSUPPORTED (another kind of
 * database, no path, an option that is none, a number that is none). */
enum garner_code gn_location_parse(const char *url,
                                   struct gn_location *location,
                                   struct garner_error *err);

#endif
