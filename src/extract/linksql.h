/*
 * linksql.h - links_each(doc[, base[, css]]) and url_join(base, url) in SQL
 * (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_LINKSQL_H
#define GN_EXTRACT_LINKSQL_H

#include <sqlite3.h>

#include "extract/htmlsql.h"

/* SQLITE_OK, or why not. h is borrowed until db is closed. */
int gn_linksql_register(sqlite3 *db, struct gn_htmlsql *h);

#endif
