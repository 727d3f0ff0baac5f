/* span.h - a blob as a sequence of bytes: its length, its items and slices. */
#ifndef GP_SPAN_H
#define GP_SPAN_H

#include "state.h"

/* Slots of the type Blob. */
Py_ssize_t gp_span_length(PyObject *self);
PyObject *gp_span_get(PyObject *self, PyObject *key);
int gp_span_set(PyObject *self, PyObject *key, PyObject *value);

#endif
