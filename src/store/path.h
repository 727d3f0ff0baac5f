/* path.h - what the URL of a store says. Pure. */
#ifndef GN_STORE_PATH_H
#define GN_STORE_PATH_H

#include "garner/error.h"

/* Gives the file that url names, borrowed from it. Errors: UNSUPPORTED (another
 * kind of database, or no file). */
enum garner_code gn_path_of(const char *url, const char **path,
                            struct garner_error *err);

#endif
