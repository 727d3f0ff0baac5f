/*
 * textsql.h - functions that SQLite has, once more, with the same results: its
 * own take the product of the lengths of their arguments, and cannot be stopped
 * in the midst of that.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_TEXTSQL_H
#define GN_EXTRACT_TEXTSQL_H

#include <sqlite3.h>

#include "extract/budget.h"

/* instr, replace, and the trims with two arguments; budget is borrowed until db
 * is closed. SQLITE_OK or why not. */
int gn_textsql_register(sqlite3 *db, struct gn_budget *budget);

#endif
