/* later.h - more than sqlite3 has: writes that are not waited for, flush,
 * counters; and what garner.aio does for a connection. */
#ifndef GP_LATER_H
#define GP_LATER_H

#include "connection.h"

PyTypeObject *gp_later_make_type(PyObject *module);
/* A Result; NULL: an exception is set. */
PyObject *gp_later_result(struct gp_state *state,
                          const struct garner_result *result);

PyObject *gp_later_submit(PyObject *self, PyObject *const *args,
                          Py_ssize_t count);
PyObject *gp_later_flush(PyObject *self, PyObject *unused);
PyObject *gp_later_stats(PyObject *self, PyObject *unused);

PyObject *gp_later_aexecute(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *gp_later_aexecutemany(PyObject *self, PyObject *args,
                                PyObject *kwargs);
PyObject *gp_later_aexecutescript(PyObject *self, PyObject *args,
                                  PyObject *kwargs);
PyObject *gp_later_atransaction(PyObject *self, PyObject *args,
                                PyObject *kwargs);

/* At the interpreter's end: what was submitted is done first. */
PyObject *gp_later_flush_all(PyObject *module, PyObject *unused);

#endif
