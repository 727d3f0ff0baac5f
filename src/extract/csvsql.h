/*
 * csvsql.h - CSV and lines in SQL: csv_each, lines_each (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_CSVSQL_H
#define GN_EXTRACT_CSVSQL_H

#include <stdint.h>

#include <sqlite3.h>

#include "extract/arrow.h"
#include "extract/held.h"
#include "extract/skipped.h"

enum { GN_CSVSQL_REC = 1 }; /* csv_each's column: the record as an object */

/* What the functions work with; stays where it is while db is open. */
struct gn_csvsql {
    sqlite3 *db;
    struct gn_body body;           /* of the job going on */
    struct gn_arrow *arrow;        /* borrowed */
    struct gn_csv_skipped skipped; /* since gn_csvsql_forget */
    int64_t skipped_of_body;       /* of those: the body's */
};

/* SQLITE_OK, or why the functions are not there. */
int gn_csvsql_register(sqlite3 *db, struct gn_csvsql *c);

/* Another job begins: no record has been left out. */
void gn_csvsql_forget(struct gn_csvsql *c);

#endif
