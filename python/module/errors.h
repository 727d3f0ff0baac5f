/* errors.h - SQLite's and garner's errors as the exceptions of PEP 249, with
 * sqlite_errorcode and sqlite_errorname. */
#ifndef GP_ERRORS_H
#define GP_ERRORS_H

#include <sqlite3.h>

#include "garner/error.h"
#include "state.h"

/* Makes the exception classes. -1: an exception is set. */
int gp_errors_init(struct gp_state *state, PyObject *module);
/* Adds SQLite's constants. -1: an exception is set. */
int gp_errors_add_constants(PyObject *module);

/* Sets db's last error. */
void gp_errors_sqlite(struct gp_state *state, sqlite3 *db);
/* Sets the error with SQLite's result code rc and these words. */
void gp_errors_set(struct gp_state *state, int rc, const char *words);
void gp_errors_garner(struct gp_state *state, const struct garner_error *err);
/* The same of a statement in a group: it has no deadline, so that only
 * interrupt() ends it early. */
void gp_errors_group(struct gp_state *state, const struct garner_error *err);

/* What a callback raised cannot be passed through SQLite: it is printed, if
 * that is wanted, and forgotten. */
void gp_errors_callback(struct gp_state *state, PyObject *callable);

#endif
