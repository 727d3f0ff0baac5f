/* functions.h - SQL functions that every connection of a store has. */
#ifndef GN_STORE_DRIVER_FUNCTIONS_H
#define GN_STORE_DRIVER_FUNCTIONS_H

#include <sqlite3.h>

#include "garner/error.h"

/* Adds zstd(x) -> blob, unzstd(blob) -> blob (garner/codec.h) and
 * garner_slot(x) -> integer (garner/farm.h) to db; NULL gives NULL. Errors:
 * NOMEM. */
enum garner_code gn_functions_add(sqlite3 *db, struct garner_error *err);

#endif
