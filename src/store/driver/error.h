/* error.h - SQLite's result codes as garner's, with what to do about them. */
#ifndef GN_STORE_DRIVER_ERROR_H
#define GN_STORE_DRIVER_ERROR_H

#include <sqlite3.h>
#include <stdbool.h>

#include "garner/error.h"

/* Fills *err from db's last error (rc is its result code, extended or not);
 * sql may be NULL. Returns the code. Only with the connection still ours. */
enum garner_code gn_sqlite_fail(sqlite3 *db, int rc, const char *sql,
                                struct garner_error *err);

/* What to do about rc, db's last error, to be put behind SQLite's own words
 * where it is not plain from them; else "". */
const char *gn_sqlite_advice(sqlite3 *db, int rc);

/* true: db's last error, rc, is that no more files may be opened. */
bool gn_sqlite_lacks_files(sqlite3 *db, int rc);

/* The code that rc stands for. Pure. */
enum garner_code gn_sqlite_code(int rc);

#endif
