/*
 * sitemapsql.h - sitemap_each(doc) in SQL (docs/sql.md).
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_SITEMAPSQL_H
#define GN_EXTRACT_SITEMAPSQL_H

#include <sqlite3.h>

#include "extract/budget.h"
#include "extract/held.h"

/* What it works with; stays where it is until db is closed. */
struct gn_sitemapsql {
    struct gn_body body;
    struct gn_budget *budget; /* borrowed */
};

/* SQLITE_OK, or why not. */
int gn_sitemapsql_register(sqlite3 *db, struct gn_sitemapsql *s);

#endif
