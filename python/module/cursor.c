#include "cursor.h"

#include <structmember.h>

#include "errors.h"
#include "rows.h"
#include "run.h"

static struct gp_cursor *as_cursor(PyObject *self)
{
    return (struct gp_cursor *)self;
}

/* --- calls ---------------------------------------------------------------- */

static bool check(struct gp_cursor *cursor)
{
    struct gp_state *state;

    if (cursor->connection == NULL) {
        state = gp_state_of_type(Py_TYPE(cursor));
        PyErr_SetString(state->ProgrammingError,
                        "Base Cursor.__init__ not called.");
        return false;
    }
    state = cursor->connection->state;
    if (cursor->locked) {
        PyErr_SetString(state->ProgrammingError,
                        "Recursive use of cursors not allowed.");
        return false;
    }
    if (cursor->closed) {
        PyErr_SetString(state->ProgrammingError,
                        "Cannot operate on a closed cursor.");
        return false;
    }
    return true;
}

static struct gp_session *enter(struct gp_cursor *cursor)
{
    return check(cursor) ? gp_connection_enter(cursor->connection) : NULL;
}

/* The same for what begins a statement: nobody else does meanwhile. */
static struct gp_session *enter_alone(struct gp_cursor *cursor)
{
    struct gp_session *s;

    if (!check(cursor))
        return NULL;
    cursor->locked = true;
    s = gp_connection_enter(cursor->connection);
    cursor->locked = s != NULL;
    return s;
}

/* What was there before ends. */
static void clear(struct gp_cursor *cursor)
{
    gp_cursor_forget(cursor);
    Py_CLEAR(cursor->kept);
    cursor->kept_at = 0;
}

static PyObject *leave(struct gp_cursor *cursor, struct gp_session *s,
                       bool done)
{
    cursor->locked = false;
    if (!gp_connection_leave(s) || !done) {
        cursor->rowcount = -1;
        return NULL;
    }
    return Py_NewRef(cursor);
}

static bool is_text(PyObject *sql, const char *method)
{
    if (PyUnicode_Check(sql))
        return true;
    PyErr_Format(PyExc_TypeError, "%s() argument 1 must be str, not %.50s",
                 method, Py_TYPE(sql)->tp_name);
    return false;
}

static bool is_count(Py_ssize_t count, Py_ssize_t least, Py_ssize_t most,
                     const char *method)
{
    if (count >= least && count <= most)
        return true;
    PyErr_Format(PyExc_TypeError, "%s expected %s%zd argument%s, got %zd",
                 method,
                 least == most   ? ""
                 : count < least ? "at least "
                                 : "at most ",
                 count < least ? least : most,
                 (count < least ? least : most) == 1 ? "" : "s", count);
    return false;
}

PyObject *gp_cursor_execute(PyObject *self, PyObject *const *args,
                            Py_ssize_t count)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_session *s;
    bool done;

    if (!is_count(count, 1, 2, "execute") || !is_text(args[0], "execute"))
        return NULL;
    s = enter_alone(cursor);
    if (s == NULL)
        return NULL;
    clear(cursor);
    done = gp_run_once(cursor, s, args[0], count > 1 ? args[1] : NULL) &&
           gp_rows_read_first(cursor, s);
    return leave(cursor, s, done);
}

PyObject *gp_cursor_executemany(PyObject *self, PyObject *const *args,
                                Py_ssize_t count)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_session *s;
    PyObject *many;
    bool done;

    if (!is_count(count, 2, 2, "executemany") ||
        !is_text(args[0], "executemany"))
        return NULL;
    s = enter_alone(cursor);
    if (s == NULL)
        return NULL;
    clear(cursor);
    many = PyObject_GetIter(args[1]);
    done = many != NULL && gp_run_many(cursor, s, args[0], many);
    Py_XDECREF(many);
    return leave(cursor, s, done);
}

/* The script as UTF-8; NULL: an exception is set. */
static const char *script_text(struct gp_cursor *cursor, PyObject *sql)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(sql, &size);

    if (text == NULL)
        return NULL;
    if (strlen(text) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return NULL;
    }
    if (size >
        gp_connection_limit(cursor->connection, SQLITE_LIMIT_SQL_LENGTH)) {
        PyErr_SetString(cursor->connection->state->DataError,
                        "query string is too large");
        return NULL;
    }
    return text;
}

PyObject *gp_cursor_executescript(PyObject *self, PyObject *sql)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_session *s;
    const char *text;
    bool done;

    if (!is_text(sql, "executescript"))
        return NULL;
    s = enter_alone(cursor);
    if (s == NULL)
        return NULL;
    text = script_text(cursor, sql);
    done = text != NULL && gp_run_script(s, text);
    return leave(cursor, s, done);
}

static PyObject *fetch_list(struct gp_cursor *cursor, Py_ssize_t most)
{
    struct gp_session *s = enter(cursor);
    PyObject *rows;
    bool done;

    if (s == NULL)
        return NULL;
    rows = PyList_New(0);
    done = rows != NULL && gp_rows_fetch(cursor, s, rows, most);
    if (!gp_connection_leave(s) || !done)
        Py_CLEAR(rows);
    return rows;
}

static PyObject *fetchall(PyObject *self, PyObject *unused)
{
    (void)unused;
    return fetch_list(as_cursor(self), PY_SSIZE_T_MAX);
}

static PyObject *fetchmany(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"size", NULL};
    int most = as_cursor(self)->arraysize;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|i:fetchmany", names,
                                     &most))
        return NULL;
    return fetch_list(as_cursor(self), most > 0   ? most
                                       : most < 0 ? PY_SSIZE_T_MAX
                                                  : 0);
}

static PyObject *next_row(PyObject *self)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_session *s = enter(cursor);
    PyObject *row;

    if (s == NULL)
        return NULL;
    row = gp_rows_next(cursor, s);
    if (row != NULL)
        row = gp_rows_made(cursor, row);
    if (!gp_connection_leave(s))
        Py_CLEAR(row);
    return row;
}

static PyObject *fetchone(PyObject *self, PyObject *unused)
{
    PyObject *row = next_row(self);

    (void)unused;
    if (row == NULL && !PyErr_Occurred())
        Py_RETURN_NONE;
    return row;
}

static PyObject *close_it(PyObject *self, PyObject *unused)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_session *s;

    (void)unused;
    if (cursor->closed && cursor->connection != NULL && !cursor->locked)
        Py_RETURN_NONE;
    s = enter(cursor);
    if (s == NULL)
        return NULL;
    clear(cursor);
    cursor->closed = true;
    if (!gp_connection_leave(s))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *ignore_one(PyObject *self, PyObject *sizes)
{
    (void)self;
    (void)sizes;
    Py_RETURN_NONE;
}

static PyObject *setoutputsize(PyObject *self, PyObject *args)
{
    PyObject *size;
    PyObject *column;

    (void)self;
    if (!PyArg_ParseTuple(args, "O|O:setoutputsize", &size, &column))
        return NULL;
    Py_RETURN_NONE;
}

/* --- the type ------------------------------------------------------------- */

static int init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct gp_cursor *cursor = as_cursor(self);
    struct gp_state *state = gp_state_of_type(Py_TYPE(self));
    PyObject *connection;

    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0 &&
        Py_TYPE(self) == state->cursor_type) {
        PyErr_SetString(PyExc_TypeError, "Cursor() takes no keyword arguments");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "O!:Cursor", state->connection_type,
                          &connection))
        return -1;
    if (cursor->locked) {
        PyErr_SetString(state->ProgrammingError,
                        "Recursive use of cursors not allowed.");
        return -1;
    }
    clear(cursor);
    Py_XSETREF(cursor->description, Py_NewRef(Py_None));
    Py_XSETREF(cursor->lastrowid, Py_NewRef(Py_None));
    Py_XSETREF(cursor->row_factory, Py_NewRef(Py_None));
    Py_CLEAR(cursor->converters);
    cursor->arraysize = 1;
    cursor->rowcount = -1;
    cursor->closed = false;
    Py_XSETREF(cursor->connection,
               (struct gp_connection *)Py_NewRef(connection));
    return gp_connection_check(cursor->connection) ? 0 : -1;
}

PyObject *gp_cursor_new(struct gp_connection *c)
{
    return PyObject_CallOneArg((PyObject *)c->state->cursor_type,
                               (PyObject *)c);
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    struct gp_cursor *cursor = as_cursor(self);
    PyObject *const held[] = {
        (PyObject *)Py_TYPE(self),
        (PyObject *)cursor->connection,
        cursor->description,
        cursor->row_factory,
        cursor->lastrowid,
        cursor->converters,
        cursor->kept,
    };

    for (size_t i = 0; i < Py_ARRAY_LENGTH(held); i++)
        Py_VISIT(held[i]);
    return 0;
}

static int clear_all(PyObject *self)
{
    struct gp_cursor *cursor = as_cursor(self);

    clear(cursor);
    Py_CLEAR(cursor->description);
    Py_CLEAR(cursor->row_factory);
    Py_CLEAR(cursor->lastrowid);
    Py_CLEAR(cursor->converters);
    Py_CLEAR(cursor->connection);
    return 0;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject *exception, *value, *traceback;

    PyObject_GC_UnTrack(self);
    if (as_cursor(self)->weak != NULL)
        PyObject_ClearWeakRefs(self);
    PyErr_Fetch(&exception, &value, &traceback);
    (void)clear_all(self);
    PyErr_Restore(exception, value, traceback);
    type->tp_free(self);
    Py_DECREF(type);
}

#define FAST(f) (PyCFunction)(void (*)(void))(f)

static PyMethodDef methods[] = {
    {"execute", FAST(gp_cursor_execute), METH_FASTCALL,
     "execute($self, sql, parameters=(), /)\n--\n\nRun one statement."},
    {"executemany", FAST(gp_cursor_executemany), METH_FASTCALL,
     "executemany($self, sql, seq_of_parameters, /)\n--\n\nRun one INSERT, "
     "UPDATE, DELETE or REPLACE for each of them, in one transaction."},
    {"executescript", gp_cursor_executescript, METH_O,
     "executescript($self, sql_script, /)\n--\n\nRun all statements of a "
     "text."},
    {"fetchall", fetchall, METH_NOARGS,
     "fetchall($self, /)\n--\n\nThe rows that are left, as a list."},
    {"fetchmany", FAST(fetchmany), METH_VARARGS | METH_KEYWORDS,
     "fetchmany($self, size=1)\n--\n\nUp to size rows, as a list."},
    {"fetchone", fetchone, METH_NOARGS,
     "fetchone($self, /)\n--\n\nThe next row; None at the end."},
    {"close", close_it, METH_NOARGS,
     "close($self, /)\n--\n\nClose the cursor."},
    {"setinputsizes", ignore_one, METH_O,
     "setinputsizes($self, sizes, /)\n--\n\nNothing, as PEP 249 allows."},
    {"setoutputsize", setoutputsize, METH_VARARGS,
     "setoutputsize($self, size, column=None, /)\n--\n\nNothing, as PEP 249 "
     "allows."},
    {NULL, NULL, 0, NULL},
};

static struct PyMemberDef members[] = {
    {"connection", T_OBJECT, offsetof(struct gp_cursor, connection), READONLY,
     NULL},
    {"description", T_OBJECT, offsetof(struct gp_cursor, description), READONLY,
     NULL},
    {"arraysize", T_INT, offsetof(struct gp_cursor, arraysize), 0, NULL},
    {"lastrowid", T_OBJECT, offsetof(struct gp_cursor, lastrowid), READONLY,
     NULL},
    {"rowcount", T_LONG, offsetof(struct gp_cursor, rowcount), READONLY, NULL},
    {"row_factory", T_OBJECT, offsetof(struct gp_cursor, row_factory), 0, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(struct gp_cursor, weak),
     READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_doc, "A cursor of a connection."},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, next_row},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_init, init},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear_all},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "garner.Cursor",
    .basicsize = sizeof(struct gp_cursor),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *gp_cursor_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
