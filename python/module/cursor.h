/*
 * cursor.h - a cursor: one statement at a time, on the writer or a reader, and
 * its rows. Where the connection it runs on must go on to others, what is left
 * of its rows is kept in memory.
 */
#ifndef GP_CURSOR_H
#define GP_CURSOR_H

#include "session.h"

struct gp_cursor {
    PyObject_HEAD struct gp_connection
        *connection; /* NULL: __init__ was not called */
    PyObject *description;
    PyObject *row_factory;
    PyObject *lastrowid;
    int arraysize;
    long rowcount;
    bool closed;
    bool locked; /* in a call: they may not nest */

    /* A SELECT that is not at its end stands on a row. */
    struct gp_statement *statement; /* NULL: there is none */
    struct gp_session *session;     /* whose; NULL: it was let go */
    struct gp_reader *reader;       /* NULL: it is on the writer */
    bool counts;                    /* its changes, at its end */
    PyObject *converters;           /* NULL: none */
    LIST_ENTRY(gp_cursor) in_session;

    int ahead;      /* so many rows were read at a time */
    PyObject *kept; /* a list of rows; NULL: none */
    Py_ssize_t kept_at;

    PyObject *weak;
};

PyTypeObject *gp_cursor_make_type(PyObject *module);

/* A cursor of c, and one with sql run on it. */
PyObject *gp_cursor_new(struct gp_connection *c);

/* What s has under way on the writer goes into memory; only_writes: but for
 * what just reads. false: an exception is set. */
bool gp_cursor_keep_all(struct gp_session *s, bool only_writes);

/* The same of all cursors of s, on readers too. */
bool gp_cursor_keep_every(struct gp_session *s);

/* Its statement ends here. */
void gp_cursor_forget(struct gp_cursor *cursor);

PyObject *gp_cursor_execute(PyObject *self, PyObject *const *args,
                            Py_ssize_t count);
PyObject *gp_cursor_executemany(PyObject *self, PyObject *const *args,
                                Py_ssize_t count);
PyObject *gp_cursor_executescript(PyObject *self, PyObject *sql);

#endif
