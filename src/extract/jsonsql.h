/*
 * jsonsql.h - large JSON in SQL: json_rows (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_JSONSQL_H
#define GN_EXTRACT_JSONSQL_H

#include <sqlite3.h>

#include "extract/arrow.h"
#include "extract/held.h"

/* What the function works with; stays where it is while db is open. */
struct gn_jsonsql {
    struct gn_body body;    /* of the job going on */
    struct gn_arrow *arrow; /* borrowed */
};

/* SQLITE_OK, or why the function is not there. */
int gn_jsonsql_register(sqlite3 *db, struct gn_jsonsql *j);

#endif
