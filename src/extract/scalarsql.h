/*
 * scalarsql.h - what single values are, in SQL: parse_time, parse_number,
 * text_norm, text_hash, url_norm, url_part (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_SCALARSQL_H
#define GN_EXTRACT_SCALARSQL_H

#include <sqlite3.h>

/* SQLITE_OK, or why the functions are not there. */
int gn_scalarsql_register(sqlite3 *db);

#endif
