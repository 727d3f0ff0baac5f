/*
 * beside.h - the files that garner keeps beside a database.
 *
 * They belong to the database's file, not to its name: links are followed.
 * A farm's stand beside its folder. Thread: any.
 */
#ifndef GN_CONTROL_BESIDE_H
#define GN_CONTROL_BESIDE_H

#include "garner/error.h"

/* Gives in *path (free with gn_free) the database or folder that store, a path
 * or URL as garner_open takes it, names; it is absolute, and NULL for one in
 * memory. Opens nothing. Errors: NOTFOUND (it is not there), NOMEM. */
enum garner_code gn_beside_store(const char *store, char **path,
                                 struct garner_error *err);

/* Gives in *path (free with gn_free) the file beside that database with suffix
 * after its name; NULL for one in memory. Errors: the same. */
enum garner_code gn_beside(const char *store, const char *suffix, char **path,
                           struct garner_error *err);

#endif
