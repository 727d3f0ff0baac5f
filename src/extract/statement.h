/*
 * statement.h - one SELECT, prepared in a sandbox, and its parameters bound by
 * name; with messages for those who wrote it.
 *
 * Thread: the sandbox's.
 */
#ifndef GN_EXTRACT_STATEMENT_H
#define GN_EXTRACT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "extract/extractor.h"
#include "extract/rowset.h"
#include "extract/sandbox.h"
#include "garner/error.h"

/* Prepares sql, which must be one SELECT (or WITH ... SELECT, or VALUES) whose
 * columns all have different names, into *out; free with sqlite3_finalize. On a
 * connection that is lent: one statement of any kind that only reads.
 * Errors: SQL, NOMEM; *out is NULL then. */
enum garner_code gn_statement_prepare(struct gn_sandbox *s, const char *sql,
                                      sqlite3_stmt **out,
                                      struct garner_error *err);

/* Binds each parameter of the SQL to the value of its name, a text without its
 * byte order mark. Borrows the values until sqlite3_clear_bindings. A value the
 * SQL does not use is fine. Errors: SQL (the SQL has a parameter that is not
 * among params), INVALID (a value is too large for SQLite), NOMEM. */
enum garner_code gn_statement_bind(sqlite3_stmt *stmt,
                                   const struct gn_param *params, size_t count,
                                   struct garner_error *err);

/* Names the columns of rows, which is empty, as the statement does.
 * Errors: NOMEM. */
enum garner_code gn_statement_columns(sqlite3_stmt *stmt,
                                      struct gn_rowset *rows,
                                      struct garner_error *err);

/* Gives in *v the value of column i (from 0) of the row that the statement
 * stands on; its bytes are borrowed until the next step. false: no memory. */
bool gn_statement_value(sqlite3_stmt *stmt, int i, struct garner_value *v);

/* Fills in *err for a statement whose sqlite3_step returned rc, which is
 * neither ROW nor DONE. params are those it was bound to.
 * Errors: TIMEOUT, CANCELED, INVALID (the body is not JSON), SQL, NOMEM. */
enum garner_code gn_statement_failed(struct gn_sandbox *s, sqlite3_stmt *stmt,
                                     int rc, const struct gn_param *params,
                                     size_t count, struct garner_error *err);

#endif
