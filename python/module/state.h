/*
 * state.h - what one import of the module holds: its types, exceptions and
 * registries. Nothing in this extension is global, so that each interpreter has
 * its own.
 *
 * Thread: all of this extension's structures are guarded by the GIL, except
 * where a header says otherwise.
 */
#ifndef GP_STATE_H
#define GP_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct gp_connection;
struct gp_quiet;

struct gp_state {
    PyObject *module; /* borrowed: it owns this */

    PyObject *Warning;
    PyObject *Error;
    PyObject *InterfaceError;
    PyObject *DatabaseError;
    PyObject *DataError;
    PyObject *OperationalError;
    PyObject *IntegrityError;
    PyObject *InternalError;
    PyObject *ProgrammingError;
    PyObject *NotSupportedError;

    PyTypeObject *connection_type;
    PyTypeObject *cursor_type;
    PyTypeObject *row_type;
    PyTypeObject *blob_type;
    PyTypeObject *statement_type;
    PyTypeObject *prepare_protocol_type;
    PyTypeObject *result_type; /* of submit */
    PyTypeObject *record_type;
    PyTypeObject *farm_type;
    PyTypeObject *shard_type;

    PyObject *adapters;     /* (type, protocol) -> callable */
    PyObject *converters;   /* NAME -> callable */
    PyObject *no_arguments; /* an empty tuple */
    PyObject *thread_key;   /* in each thread's state */
    bool adapts_basics;     /* somebody registered one for int, str, ... */
    bool tracebacks;        /* of callbacks are printed */
    unsigned forks;         /* since the interpreter started */

    LIST_HEAD(, gp_connection) connections; /* those that are open */
    LIST_HEAD(, gp_quiet) quiet;            /* while this process forks */
};

extern struct PyModuleDef gp_module;

/* The module's state, from the module or a type of it (or a subclass). */
struct gp_state *gp_state_of(PyObject *module);
struct gp_state *gp_state_of_type(PyTypeObject *type);

#endif
