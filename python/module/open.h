/* open.h - a connection is opened: the arguments of connect, and what they
 * mean. */
#ifndef GP_OPEN_H
#define GP_OPEN_H

#include "connection.h"

/* Connection.__init__, which may come again. -1: an exception is set. */
int gp_open(PyObject *self, PyObject *args, PyObject *kwargs);

/* What isolation_level and autocommit may be. false: an exception is set. */
bool gp_open_level(PyObject *value, const char **level);
bool gp_open_autocommit(PyObject *value, enum gp_autocommit *mode);

#endif
