/*
 * callbacks.h - Python's callables as SQLite's functions, collations and hooks.
 * What they raise is printed if that is wanted (errors.h), and becomes SQLite's
 * own error.
 *
 * SQLite calls them on whichever thread runs a statement, without the GIL. A
 * callable of NULL takes what was there away.
 */
#ifndef GP_CALLBACKS_H
#define GP_CALLBACKS_H

#include "connection.h"

/* All give SQLite's result. */
int gp_callbacks_function(struct gp_state *state, sqlite3 *db, const char *name,
                          int arguments, int flags, PyObject *callable);
int gp_callbacks_aggregate(struct gp_state *state, sqlite3 *db,
                           const char *name, int arguments, PyObject *callable);
int gp_callbacks_window(struct gp_state *state, sqlite3 *db, const char *name,
                        int arguments, PyObject *callable);
int gp_callbacks_collation(struct gp_state *state, sqlite3 *db,
                           const char *name, PyObject *callable);

/* The hooks' callables must last as long as the link, or until the next is
 * set. */
int gp_callbacks_trace(struct gp_link *link, PyObject *callable);
void gp_callbacks_progress(struct gp_link *link, struct garner_loan *loan,
                           int steps, PyObject *callable);
void gp_callbacks_authorizer(struct gp_link *link, struct garner_loan *loan,
                             PyObject *callable);

#endif
