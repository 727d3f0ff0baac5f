/*
 * xmlsql.h - the functions that read XML in SQL (docs/sql.md):
 * xml_each(doc, xpath[, namespaces]) and xml_text(doc, xpath[, namespaces]).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_XMLSQL_H
#define GN_EXTRACT_XMLSQL_H

#include <sqlite3.h>

#include "extract/document.h"
#include "extract/search.h"

/* What they work with; stays where it is until db is closed. */
struct gn_xmlsql {
    sqlite3 *db;
    struct gn_documents *documents; /* borrowed */
    struct gn_search *search;       /* borrowed */
};

/* SQLITE_OK, or why not. x but its db is filled in. */
int gn_xmlsql_register(sqlite3 *db, struct gn_xmlsql *x);

#endif
