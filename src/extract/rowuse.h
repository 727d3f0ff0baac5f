/*
 * rowuse.h - what a statement does with a row that a table gives as one value:
 * if ->> reads all that it is asked for, the value need not be made.
 *
 * It is seen in the program that SQLite made of the statement (EXPLAIN), whose
 * form is SQLite's own: what looks otherwise than it is known to look counts as
 * another use.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_ROWUSE_H
#define GN_EXTRACT_ROWUSE_H

#include <stdbool.h>

#include <sqlite3.h>

/* Whether what sql reads from a column of this number, of whatever virtual
 * tables, goes to a function called ->> at once, and nowhere else; false also
 * if it reads none, and if there is no memory to see it. Which function ->> is
 * cannot be seen: it may be SQLite's own. */
bool gn_rowuse_arrow_alone(sqlite3 *db, const char *sql, int column);

#endif
