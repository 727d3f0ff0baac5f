/*
 * sqlcheck.h - the SQL of a source, known to be wrong before anything is
 * fetched: it is prepared as the workers do, with the parameters that it will
 * have there, and its columns are held against what the configuration says of
 * them.
 *
 * Thread: any. Errors: SQL (the message has the position), INVALID, NOMEM; none
 * of them names the source.
 */
#ifndef GN_ENGINE_SQLCHECK_H
#define GN_ENGINE_SQLCHECK_H

#include "config/config.h"
#include "extract/rowset.h"
#include "garner/error.h"

/* The SQL of rows, which source makes. Gives the names of its columns in
 * *columns (free with gn_rowset_fini, on an error, too) unless that is NULL.
 * INVALID: a column that the key or another rule names is none of them. */
enum garner_code gn_sqlcheck_rows(const struct gn_source *source,
                                  const struct gn_rows_spec *rows,
                                  struct gn_rowset *columns,
                                  struct garner_error *err);

/* The SQL that says where its next page is, if there is one. */
enum garner_code gn_sqlcheck_next(const struct gn_source *source,
                                  struct garner_error *err);

/* What it follows, SQL or a selector, if it is a crawl. INVALID: the selector
 * is wrong, or the SQL's columns are not those of links. */
enum garner_code gn_sqlcheck_follow(const struct gn_source *source,
                                    struct garner_error *err);

#endif
