/* value.h - garner's values into SQLite's statements, and out of them. */
#ifndef GN_STORE_DRIVER_VALUE_H
#define GN_STORE_DRIVER_VALUE_H

#include <sqlite3.h>

#include "garner/value.h"
#include "store/commit/batch.h"

/* Binds *v to parameter at (from 1); lifetime says whether SQLite copies its
 * bytes. Returns SQLite's result; MISUSE for a type that is none. */
int gn_value_bind(sqlite3_stmt *stmt, int at, const struct garner_value *v,
                  sqlite3_destructor_type lifetime);

/* Binds all of s's arguments to stmt, which is s's. Errors: SQL (another number
 * of parameters, or too large), NOMEM. */
enum garner_code gn_value_bind_all(sqlite3_stmt *stmt,
                                   const struct gn_statement *s,
                                   sqlite3_destructor_type lifetime,
                                   struct garner_error *err);

/* Column at (from 0) of the current row; its bytes are SQLite's until the next
 * step. Where SQLite had no memory to make them, they are at NULL, with a size.
 */
struct garner_value gn_value_of_column(sqlite3_stmt *stmt, int at);

#endif
