/*
 * headersql.h - headers_each(headers) in SQL (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_HEADERSQL_H
#define GN_EXTRACT_HEADERSQL_H

#include <sqlite3.h>

#include "extract/held.h"

/* What it works with; stays where it is until db is closed. */
struct gn_headersql {
    sqlite3 *db;
    struct gn_body body;
};

/* SQLITE_OK, or why not. h but its db is filled in. */
int gn_headersql_register(sqlite3 *db, struct gn_headersql *h);

#endif
