/*
 * tablesql.h - html_table(doc, css) in SQL (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_TABLESQL_H
#define GN_EXTRACT_TABLESQL_H

#include <sqlite3.h>

#include "extract/htmlsql.h"

/* SQLITE_OK, or why not. h is borrowed until db is closed. */
int gn_tablesql_register(sqlite3 *db, struct gn_htmlsql *h);

#endif
