/* bodies.h - the SQL function that gives a body of garner_body back. */
#ifndef GN_STORE_DRIVER_BODIES_H
#define GN_STORE_DRIVER_BODIES_H

#include <sqlite3.h>

#include "garner/error.h"

/* Adds body_of(id) -> blob to db: what garner_body keeps under that id,
 * whatever it was compressed against; NULL if there is no such row, or the body
 * is in a file. Errors: NOMEM. */
enum garner_code gn_bodies_add(sqlite3 *db, struct garner_error *err);

#endif
