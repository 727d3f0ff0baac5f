/* statement.h - what calling a connection with SQL gives: proof that it can be
 * prepared. */
#ifndef GP_STATEMENT_H
#define GP_STATEMENT_H

#include "connection.h"

PyTypeObject *gp_statement_make_type(PyObject *module);

/* NULL: an exception is set, that of preparing sql (a str). */
PyObject *gp_statement_new(struct gp_connection *c, PyObject *sql);

#endif
