/*
 * ldjsonsql.h - ldjson_each(doc) in SQL (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_LDJSONSQL_H
#define GN_EXTRACT_LDJSONSQL_H

#include <sqlite3.h>

#include "extract/document.h"

/* SQLITE_OK, or why not. documents is borrowed until db is closed. */
int gn_ldjsonsql_register(sqlite3 *db, struct gn_documents *documents);

#endif
