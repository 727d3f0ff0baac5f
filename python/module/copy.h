/* copy.h - whole databases: Connection.backup, serialize, deserialize. */
#ifndef GP_COPY_H
#define GP_COPY_H

#include "state.h"

PyObject *gp_copy_backup(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_copy_serialize(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_copy_deserialize(PyObject *self, PyObject *args, PyObject *kwargs);

#endif
