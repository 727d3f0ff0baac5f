/*
 * htmlsql.h - HTML in SQL: html_each, xpath_each, html_text, html_attr
 * (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_HTMLSQL_H
#define GN_EXTRACT_HTMLSQL_H

#include <sqlite3.h>

#include "extract/document.h"
#include "extract/search.h"

/* What the functions work with; stays where it is while db is open. */
struct gn_htmlsql {
    struct gn_documents documents;
    struct gn_search *search;
};

/* SQLITE_OK, or why the functions are not there. */
int gn_htmlsql_register(sqlite3 *db, struct gn_htmlsql *h);

#endif
