/*
 * functions.h - all of garner's own functions in SQL (docs/sql.md), made known
 * to a connection. They see their arguments alone.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_FUNCTIONS_H
#define GN_EXTRACT_FUNCTIONS_H

#include <stdbool.h>

#include <sqlite3.h>

#include "extract/arrow.h"
#include "extract/budget.h"
#include "extract/csvsql.h"
#include "extract/feedsql.h"
#include "extract/headersql.h"
#include "extract/htmlsql.h"
#include "extract/jsonsql.h"
#include "extract/regexsql.h"
#include "extract/sitemapsql.h"
#include "extract/xmlsql.h"
#include "garner/error.h"

/* Stays where it is while the connection is open. */
struct gn_functions {
    struct gn_arrow arrow;
    struct gn_htmlsql html;
    struct gn_csvsql csv;
    struct gn_regexsql regex;
    struct gn_jsonsql json;
    struct gn_xmlsql xml;
    struct gn_feedsql feed;
    struct gn_sitemapsql sitemap;
    struct gn_headersql headers;
};

/* Registers all. f can be finished even after an error. Errors: NOMEM, IO. */
enum garner_code gn_functions_init(struct gn_functions *f, sqlite3 *db,
                                   struct gn_budget *budget,
                                   struct garner_error *err);

/* Before db is closed: finalizes its own statements. */
void gn_functions_stop(struct gn_functions *f);

/* After db is closed. */
void gn_functions_fini(struct gn_functions *f);

/* The body of the job that begins: it stays where it is until clear, so that it
 * need not be copied. */
void gn_functions_body(struct gn_functions *f, const char *data, size_t size);

/* Forgets what was parsed, and the body. No statement may be under way. */
void gn_functions_clear(struct gn_functions *f);

/* The names of the table-valued ones, one by one; NULL: no more. */
const char *gn_functions_table(size_t i);

#endif
