/* records.h - what garner/record.h offers, for a connection: put, get, find,
 * and taking as from a queue. Records are one transaction each; a thread that
 * has one of its own open is told to end it first. */
#ifndef GP_RECORDS_H
#define GP_RECORDS_H

#include "connection.h"

PyTypeObject *gp_records_make_type(PyObject *module);

PyObject *gp_records_put(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_records_get(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_records_find(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_records_remove(PyObject *self, PyObject *args, PyObject *kwargs);

PyObject *gp_records_pop(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_records_ack(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_records_give_back(PyObject *self, PyObject *args,
                               PyObject *kwargs);
PyObject *gp_records_extend(PyObject *self, PyObject *args, PyObject *kwargs);

#endif
