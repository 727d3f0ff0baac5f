/* methods.c - the type Connection: its own methods, and those that other files
 * have. */
#include "connection.h"

#include <structmember.h>

#include "attributes.h"
#include "blob.h"
#include "copy.h"
#include "cursor.h"
#include "later.h"
#include "open.h"
#include "records.h"
#include "session.h"
#include "settings.h"
#include "statement.h"

static struct gp_connection *as_connection(PyObject *self)
{
    return (struct gp_connection *)self;
}

static PyObject *cursor(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"factory", NULL};
    struct gp_connection *c = as_connection(self);
    PyObject *factory = NULL;
    PyObject *made;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:cursor", names,
                                     &factory) ||
        !gp_connection_check(c))
        return NULL;
    made =
        factory == NULL ? gp_cursor_new(c) : PyObject_CallOneArg(factory, self);
    if (made == NULL)
        return NULL;
    if (!PyObject_TypeCheck(made, c->state->cursor_type)) {
        PyErr_Format(PyExc_TypeError,
                     "factory must return a cursor, not %.100s",
                     Py_TYPE(made)->tp_name);
        Py_DECREF(made);
        return NULL;
    }
    if (c->row_factory != Py_None)
        Py_XSETREF(((struct gp_cursor *)made)->row_factory,
                   Py_NewRef(c->row_factory));
    return made;
}

/* A method of a new cursor. */
static PyObject *on_cursor(PyObject *self, const char *method,
                           PyObject *const *args, Py_ssize_t count)
{
    PyObject *made = PyObject_CallMethod(self, "cursor", NULL);
    PyObject *bound;
    PyObject *result = NULL;

    if (made == NULL)
        return NULL;
    bound = PyObject_GetAttrString(made, method);
    if (bound != NULL)
        result = PyObject_Vectorcall(bound, args, (size_t)count, NULL);
    Py_XDECREF(bound);
    Py_DECREF(made);
    return result;
}

/* The common case: nothing of a subclass is in between. */
static bool is_plain(PyObject *self)
{
    return Py_TYPE(self) == as_connection(self)->state->connection_type;
}

static PyObject *execute(PyObject *self, PyObject *const *args,
                         Py_ssize_t count)
{
    PyObject *made;
    PyObject *result;

    if (!as_connection(self)->initialized || !is_plain(self))
        return on_cursor(self, "execute", args, count);
    made = cursor(self, as_connection(self)->state->no_arguments, NULL);
    if (made == NULL)
        return NULL;
    result = gp_cursor_execute(made, args, count);
    Py_DECREF(made);
    return result;
}

static PyObject *executemany(PyObject *self, PyObject *const *args,
                             Py_ssize_t count)
{
    return on_cursor(self, "executemany", args, count);
}

static PyObject *executescript(PyObject *self, PyObject *sql)
{
    return on_cursor(self, "executescript", &sql, 1);
}

typedef bool ending(struct gp_session *s);

static PyObject *end(PyObject *self, ending *how)
{
    struct gp_connection *c = as_connection(self);
    struct gp_session *s = gp_connection_enter(c);
    bool done;

    if (s == NULL)
        return NULL;
    done = c->autocommit == GP_AUTO || how(s);
    if (!gp_connection_leave(s) || !done)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *commit(PyObject *self, PyObject *unused)
{
    (void)unused;
    return end(self, gp_session_commit);
}

static PyObject *rollback(PyObject *self, PyObject *unused)
{
    (void)unused;
    return end(self, gp_session_rollback);
}

static PyObject *close_it(PyObject *self, PyObject *unused)
{
    struct gp_connection *c = as_connection(self);

    (void)unused;
    if (!c->initialized) {
        PyErr_SetString(gp_state_of_type(Py_TYPE(self))->ProgrammingError,
                        "Base Connection.__init__ not called.");
        return NULL;
    }
    if (gp_connection_is_called(c)) {
        PyErr_SetString(c->state->ProgrammingError,
                        "a connection cannot be closed within a call on it");
        return NULL;
    }
    (void)gp_connection_shut(c);
    Py_RETURN_NONE;
}

/* Ends what runs on it now, of all threads. A group's statements run on the
 * write connection while nobody has it lent. */
static PyObject *interrupt(PyObject *self, PyObject *unused)
{
    struct gp_connection *c = as_connection(self);
    struct gp_link *link;

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    LIST_FOREACH(link, &c->links, in_connection)
    if (link->depth > 0)
        sqlite3_interrupt(link->db);
    if (c->pooled && c->written != NULL)
        sqlite3_interrupt(c->written);
    Py_RETURN_NONE;
}

static PyObject *iterdump(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *module;
    PyObject *dump;
    PyObject *all;
    PyObject *result = NULL;

    if (!gp_connection_check(as_connection(self)))
        return NULL;
    module = PyImport_ImportModule("garner.dump");
    dump = module != NULL ? PyObject_GetAttrString(module, "_iterdump") : NULL;
    all = PyTuple_Pack(1, self);
    if (dump != NULL && all != NULL && PyTuple_GET_SIZE(args) == 0)
        result = PyObject_Call(dump, all, kwargs);
    else if (dump != NULL && all != NULL)
        PyErr_SetString(PyExc_TypeError,
                        "iterdump() takes no positional arguments");
    Py_XDECREF(module);
    Py_XDECREF(dump);
    Py_XDECREF(all);
    return result;
}

static PyObject *call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct gp_connection *c = as_connection(self);
    PyObject *sql;
    PyObject *made;

    if (!gp_connection_check(c))
        return NULL;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError,
                        "Connection() takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "U:Connection", &sql))
        return NULL;
    made = gp_statement_new(c, sql);
    return made;
}

static PyObject *enter_with(PyObject *self, PyObject *unused)
{
    (void)unused;
    return gp_connection_check(as_connection(self)) ? Py_NewRef(self) : NULL;
}

static PyObject *exit_with(PyObject *self, PyObject *const *args,
                           Py_ssize_t count)
{
    const bool well = count == 3 && args[0] == Py_None;
    PyObject *type, *value, *traceback;
    PyObject *done;

    if (count != 3) {
        PyErr_SetString(PyExc_TypeError, "__exit__ expected 3 arguments");
        return NULL;
    }
    if (!well) {
        done = rollback(self, NULL);
        if (done == NULL)
            return NULL;
        Py_DECREF(done);
        Py_RETURN_FALSE;
    }
    done = commit(self, NULL);
    if (done != NULL) {
        Py_DECREF(done);
        Py_RETURN_FALSE;
    }
    PyErr_Fetch(&type, &value, &traceback); /* why it could not */
    done = rollback(self, NULL);
    if (done == NULL)
        _PyErr_ChainExceptions(type, value, traceback);
    else
        PyErr_Restore(type, value, traceback);
    Py_XDECREF(done);
    return NULL;
}

/* --- the type ------------------------------------------------------------- */

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    struct gp_connection *c = as_connection(self);

    Py_VISIT(Py_TYPE(self));
    Py_VISIT(c->module);
    Py_VISIT(c->row_factory);
    Py_VISIT(c->text_factory);
    return gp_settings_traverse(c, visit, arg);
}

static int clear(PyObject *self)
{
    struct gp_connection *c = as_connection(self);

    Py_CLEAR(c->row_factory);
    Py_CLEAR(c->text_factory);
    return 0;
}

static void dealloc(PyObject *self)
{
    struct gp_connection *c = as_connection(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject *module = c->module;
    PyObject *exception, *value, *traceback;

    PyObject_GC_UnTrack(self);
    PyErr_Fetch(&exception, &value, &traceback);
    if (c->initialized && gp_connection_shut(c) &&
        PyErr_ResourceWarning(NULL, 1,
                              "a connection was dropped with a transaction "
                              "open, which was rolled back: commit it and "
                              "close the connection before") < 0)
        PyErr_WriteUnraisable(NULL);
    (void)clear(self);
    PyErr_Restore(exception, value, traceback);
    if (c->drained != NULL) {
        PyThread_release_lock(c->drained);
        PyThread_free_lock(c->drained);
    }
    if (c->turn != NULL)
        PyThread_free_lock(c->turn);
    type->tp_free(self);
    Py_DECREF(type);
    Py_XDECREF(module);
}

#define FAST(f) (PyCFunction)(void (*)(void))(f)
#define BOTH    (METH_VARARGS | METH_KEYWORDS)

static PyMethodDef methods[] = {
    {"cursor", FAST(cursor), BOTH,
     "cursor($self, factory=Cursor)\n--\n\nA cursor."},
    {"execute", FAST(execute), METH_FASTCALL,
     "execute($self, sql, parameters=(), /)\n--\n\nRun a statement on a new "
     "cursor, which is returned."},
    {"executemany", FAST(executemany), METH_FASTCALL,
     "executemany($self, sql, seq_of_parameters, /)\n--\n\nThe same for many "
     "sets of parameters."},
    {"executescript", executescript, METH_O,
     "executescript($self, sql_script, /)\n--\n\nThe same for a text of "
     "statements."},
    {"commit", commit, METH_NOARGS,
     "commit($self, /)\n--\n\nCommit the calling thread's transaction."},
    {"rollback", rollback, METH_NOARGS,
     "rollback($self, /)\n--\n\nRoll back the calling thread's transaction."},
    {"close", close_it, METH_NOARGS,
     "close($self, /)\n--\n\nClose the connection, for all threads. "
     "Transactions that are open are rolled back."},
    {"interrupt", interrupt, METH_NOARGS,
     "interrupt($self, /)\n--\n\nEnd what runs on it now, on any thread."},
    {"iterdump", FAST(iterdump), BOTH,
     "iterdump($self, /, *, filter=None)\n--\n\nThe SQL that makes the "
     "database anew."},
    {"create_function", FAST(gp_settings_create_function), BOTH,
     "create_function($self, name, narg, func, *, "
     "deterministic=False)\n--\n\nMake func callable from SQL."},
    {"create_aggregate", FAST(gp_settings_create_aggregate), BOTH,
     "create_aggregate($self, name, n_arg, aggregate_class)\n--\n\nMake a "
     "class with step and finalize an aggregate of SQL."},
    {"create_window_function", gp_settings_create_window_function, METH_VARARGS,
     "create_window_function($self, name, num_params, aggregate_class, "
     "/)\n--\n\nThe same with value and inverse: a window function."},
    {"create_collation", gp_settings_create_collation, METH_VARARGS,
     "create_collation($self, name, callback, /)\n--\n\nMake callback an "
     "order."},
    {"set_authorizer", FAST(gp_settings_set_authorizer), BOTH,
     "set_authorizer($self, authorizer_callback)\n--\n\nAsk it what is "
     "allowed."},
    {"set_progress_handler", FAST(gp_settings_set_progress_handler), BOTH,
     "set_progress_handler($self, progress_handler, n)\n--\n\nCall it every n "
     "steps of SQLite's machine."},
    {"set_trace_callback", FAST(gp_settings_set_trace_callback), BOTH,
     "set_trace_callback($self, trace_callback)\n--\n\nCall it with each "
     "statement that runs."},
    {"setlimit", gp_settings_setlimit, METH_VARARGS,
     "setlimit($self, category, limit, /)\n--\n\nSet a limit; return the "
     "former."},
    {"getlimit", gp_settings_getlimit, METH_VARARGS,
     "getlimit($self, category, /)\n--\n\nA limit."},
    {"enable_load_extension", gp_settings_enable_load_extension, METH_VARARGS,
     "enable_load_extension($self, enable, /)\n--\n\nAllow load_extension."},
    {"load_extension", FAST(gp_settings_load_extension), BOTH,
     "load_extension($self, name, /, *, entrypoint=None)\n--\n\nLoad one."},
    {"backup", FAST(gp_copy_backup), BOTH,
     "backup($self, target, *, pages=-1, progress=None, name='main', "
     "sleep=0.25)\n--\n\nCopy the database into that of another connection."},
    {"serialize", FAST(gp_copy_serialize), BOTH,
     "serialize($self, *, name='main')\n--\n\nThe database as bytes."},
    {"deserialize", FAST(gp_copy_deserialize), BOTH,
     "deserialize($self, data, /, *, name='main')\n--\n\nBecome what serialize "
     "gave."},
    {"blobopen", FAST(gp_blob_open), BOTH,
     "blobopen($self, table, column, row, /, *, readonly=False, "
     "name='main')\n--\n\nOpen a value for reading and writing."},
    {"submit", FAST(gp_later_submit), METH_FASTCALL,
     "submit($self, sql, parameters=(), /)\n--\n\nWrite one statement in the "
     "background. A concurrent.futures.Future is returned; its result has "
     "rowcount and lastrowid."},
    {"flush", gp_later_flush, METH_NOARGS,
     "flush($self, /)\n--\n\nWait until all that was submitted is on the "
     "disk."},
    {"aexecute", FAST(gp_later_aexecute), BOTH,
     "aexecute($self, sql, parameters=())\n--\n\nexecute, to be awaited."},
    {"aexecutemany", FAST(gp_later_aexecutemany), BOTH,
     "aexecutemany($self, sql, parameters)\n--\n\nexecutemany, to be "
     "awaited."},
    {"aexecutescript", FAST(gp_later_aexecutescript), BOTH,
     "aexecutescript($self, script)\n--\n\nexecutescript, to be "
     "awaited."},
    {"atransaction", FAST(gp_later_atransaction), BOTH,
     "atransaction($self, /)\n--\n\nA transaction, for async with."},
    {"put", FAST(gp_records_put), BOTH,
     "put($self, data, notes='', collection=None, *, time=0.0, "
     "delay=0.0)\n--\n\nPut a record, of bytes or str, under notes; its id. "
     "time: seconds since 1970, 0.0: now."},
    {"get", FAST(gp_records_get), BOTH,
     "get($self, id, collection=None)\n--\n\nA record; None: there is none."},
    {"find", FAST(gp_records_find), BOTH,
     "find($self, words=None, collection=None, *, glob=None, like=None, "
     "regexp=None, since=0.0, until=0.0, set_aside=False, newest=False, "
     "limit=0, data=True)\n--\n\nA list of the records whose notes match all "
     "that is given."},
    {"remove", FAST(gp_records_remove), BOTH,
     "remove($self, id, collection=None)\n--\n\nRemove a record; False: there "
     "is none."},
    {"pop", FAST(gp_records_pop), BOTH,
     "pop($self, collection=None, *, lease=0.0, max_attempts=0)\n--\n\nTake "
     "the record that has waited longest, for lease seconds (0.0: 30); None: "
     "none waits."},
    {"ack", FAST(gp_records_ack), BOTH,
     "ack($self, record)\n--\n\nRemove a record that pop gave; False: its "
     "lease was lost."},
    {"give_back", FAST(gp_records_give_back), BOTH,
     "give_back($self, record, delay=0.0)\n--\n\nHave pop give a record again, "
     "in delay seconds; False: its lease was lost."},
    {"extend", FAST(gp_records_extend), BOTH,
     "extend($self, record, lease)\n--\n\nKeep a record for lease seconds from "
     "now; False: its lease was lost."},
    {"stats", gp_later_stats, METH_NOARGS,
     "stats($self, /)\n--\n\nCounters and gauges of the store, as a dict."},
    {"__enter__", enter_with, METH_NOARGS, "Begin a block."},
    {"__exit__", FAST(exit_with), METH_FASTCALL,
     "Commit, or roll back where the block raised."},
    {NULL, NULL, 0, NULL},
};

static struct PyMemberDef members[] = {
    {"row_factory", T_OBJECT, offsetof(struct gp_connection, row_factory), 0,
     NULL},
    {"text_factory", T_OBJECT, offsetof(struct gp_connection, text_factory), 0,
     NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_doc, "A database that all threads may use at once, each in its own "
                "transaction."},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_getset, gp_attributes},
    {Py_tp_init, gp_open},
    {Py_tp_call, call},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "garner.Connection",
    .basicsize = sizeof(struct gp_connection),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *gp_connection_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
