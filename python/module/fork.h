/*
 * fork.h - os.fork beside threads that use connections.
 *
 * A child has copies of the locks that other threads held at that moment, and
 * nobody to release them: SQLite's own among them, which all its connections
 * share. So who forks waits for a moment at which no thread is within SQLite,
 * a little while at most: what lasts longer than that is in no short lock.
 */
#ifndef GP_FORK_H
#define GP_FORK_H

#include "state.h"

/* For os.register_at_fork. */
PyObject *gp_fork_before(PyObject *module, PyObject *unused);
PyObject *gp_fork_after_in_parent(PyObject *module, PyObject *unused);
PyObject *gp_fork_after_in_child(PyObject *module, PyObject *unused);

#endif
