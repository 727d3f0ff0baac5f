/*
 * regexsql.h - regular expressions in SQL: regex_each, regex_get (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_REGEXSQL_H
#define GN_EXTRACT_REGEXSQL_H

#include <sqlite3.h>

#include "extract/budget.h"
#include "extract/held.h"
#include "extract/regex.h"

/* What the functions work with; stays where it is while db is open. */
struct gn_regexsql {
    struct gn_budget *budget; /* borrowed */
    struct gn_body body;      /* of the job going on */
    struct gn_regexes regexes;
};

/* SQLITE_OK, or why the functions are not there. */
int gn_regexsql_register(sqlite3 *db, struct gn_regexsql *r);

#endif
