/* spools.h - where a collector puts bodies that are too large for memory. */
#ifndef GN_CLI_SPOOLS_H
#define GN_CLI_SPOOLS_H

#include "garner/error.h"

/* Gives in *folder (free with gn_free) that of the database that store, a path
 * or URL of one that is there, names: it is written anyway, and there is room
 * in it. For one in memory: what TMPDIR says, else /var/tmp, as SQLite has it.
 * Errors: NOTFOUND, NOMEM. */
enum garner_code gn_spools_folder(const char *store, char **folder,
                                  struct garner_error *err);

#endif
