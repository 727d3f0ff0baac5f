#include "later.h"

#include <structseq.h>

#include "errors.h"
#include "link.h"
#include "parameters.h"
#include "run.h"
#include "session.h"

static PyStructSequence_Field fields[] = {
    {"rowcount", "rows that were inserted, updated or deleted"},
    {"lastrowid", "of the last row that was inserted; 0: none was"},
    {NULL, NULL},
};

static PyStructSequence_Desc result_description = {
    "garner.Result", "What a submitted statement did.", fields, 2};

PyTypeObject *gp_later_make_type(PyObject *module)
{
    (void)module;
    return PyStructSequence_NewType(&result_description);
}

/* --- submit --------------------------------------------------------------- */

/* Until its callback. */
struct pending {
    struct gp_connection *connection; /* a reference */
    PyObject *future;
};

PyObject *gp_later_result(struct gp_state *state,
                          const struct garner_result *result)
{
    PyObject *made = PyStructSequence_New(state->result_type);
    PyObject *rowcount = PyLong_FromLongLong(result->changes);
    PyObject *lastrowid = PyLong_FromLongLong(result->last_rowid);

    if (made == NULL || rowcount == NULL || lastrowid == NULL) {
        Py_XDECREF(made);
        Py_XDECREF(rowcount);
        Py_XDECREF(lastrowid);
        return NULL;
    }
    PyStructSequence_SET_ITEM(made, 0, rowcount);
    PyStructSequence_SET_ITEM(made, 1, lastrowid);
    return made;
}

/* The exception that is set, as an object. */
static PyObject *caught(void)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

static void settle(struct pending *p, const struct garner_result *result,
                   const struct garner_error *err)
{
    struct gp_connection *c = p->connection;
    PyObject *outcome = NULL;
    PyObject *done;

    if (err == NULL) {
        c->total_changes += result->changes;
        outcome = gp_later_result(c->state, result);
    } else {
        gp_errors_group(c->state, err);
    }
    c->writes++;
    done =
        outcome != NULL
            ? PyObject_CallMethod(p->future, "set_result", "(O)", outcome)
            : PyObject_CallMethod(p->future, "set_exception", "(N)", caught());
    if (done == NULL)
        PyErr_WriteUnraisable(p->future);
    Py_XDECREF(done);
    Py_XDECREF(outcome);
}

static void free_pending(struct pending *p)
{
    Py_XDECREF(p->future);
    Py_DECREF(p->connection);
    PyMem_Free(p);
}

/* On a thread of Python's, as soon as there is time for it. */
static int drop(void *connection)
{
    Py_DECREF((PyObject *)connection);
    return 0;
}

/* On a thread of the store. The connection may not be freed here, since that
 * would wait for this thread. */
static void call_back(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct pending *p = context;
    struct gp_connection *c = p->connection;

    settle(p, result, err);
    Py_CLEAR(p->future);
    c->pending--;
    if (Py_REFCNT(c) > 1) {
        free_pending(p);
    } else {
        PyMem_Free(p);
        if (Py_AddPendingCall(drop, c) < 0)
            PyErr_Clear(); /* it stays until the interpreter's end */
    }
    PyGILState_Release(gil);
}

static PyObject *new_future(void)
{
    PyObject *module = PyImport_ImportModule("concurrent.futures");
    PyObject *future =
        module != NULL ? PyObject_CallMethod(module, "Future", NULL) : NULL;
    PyObject *running =
        future != NULL
            ? PyObject_CallMethod(future, "set_running_or_notify_cancel", NULL)
            : NULL;

    Py_XDECREF(module);
    if (running == NULL)
        Py_CLEAR(future);
    Py_XDECREF(running);
    return future;
}

static struct pending *new_pending(struct gp_connection *c)
{
    struct pending *p = PyMem_Malloc(sizeof *p);

    if (p == NULL) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    p->connection = (struct gp_connection *)Py_NewRef(c);
    p->future = new_future();
    if (p->future != NULL)
        return p;
    free_pending(p);
    return NULL;
}

/* Gives the future. */
static PyObject *hand_over(struct gp_connection *c, struct garner_batch *batch)
{
    struct pending *p = new_pending(c);
    struct garner_error err;
    enum garner_code code;
    PyObject *future;

    if (p == NULL) {
        garner_batch_free(batch);
        return NULL;
    }
    future = Py_NewRef(p->future);
    c->pending++;
    Py_BEGIN_ALLOW_THREADS
    code = garner_submit(c->store, batch, call_back, p, &err);
    Py_END_ALLOW_THREADS
    if (code == GARNER_OK)
        return future;
    c->pending--;
    garner_batch_free(batch);
    free_pending(p);
    Py_DECREF(future);
    gp_errors_garner(c->state, &err);
    return NULL;
}

static bool add(struct gp_connection *c, struct garner_batch *batch,
                const char *sql, const struct gp_parameters *p)
{
    struct garner_error err;

    if (garner_batch_add(batch, sql, p->values, p->count, &err) == GARNER_OK)
        return true;
    gp_errors_garner(c->state, &err);
    return false;
}

/* A batch of one statement; NULL: an exception is set. */
static struct garner_batch *batch_of(struct gp_connection *c, const char *sql,
                                     const struct gp_parameters *p)
{
    struct garner_batch *batch;
    struct garner_error err;

    if (garner_batch_new(&batch, &err) != GARNER_OK) {
        gp_errors_garner(c->state, &err);
        return NULL;
    }
    if (add(c, batch, sql, p))
        return batch;
    garner_batch_free(batch);
    return NULL;
}

PyObject *gp_later_submit(PyObject *self, PyObject *const *args,
                          Py_ssize_t count)
{
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_parameters parameters;
    struct garner_batch *batch;
    struct gp_session *s;
    PyObject *future = NULL;
    const char *sql;
    Py_ssize_t size;

    if (count < 1 || count > 2 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError,
                        "submit() takes a str, and parameters");
        return NULL;
    }
    sql = PyUnicode_AsUTF8AndSize(args[0], &size);
    if (sql != NULL && strlen(sql) != (size_t)size) {
        PyErr_SetString(gp_state_of_type(Py_TYPE(self))->ProgrammingError,
                        "the query contains a null character");
        return NULL;
    }
    s = sql != NULL ? gp_connection_enter(c) : NULL;
    if (s == NULL)
        return NULL;
    if (gp_run_take(s, args[0], count > 1 ? args[1] : NULL, &parameters)) {
        batch = batch_of(c, sql, &parameters);
        gp_parameters_release(&parameters);
        future = batch != NULL ? hand_over(c, batch) : NULL;
    }
    if (!gp_connection_leave(s))
        Py_CLEAR(future);
    return future;
}

/* --- flush ---------------------------------------------------------------- */

PyObject *gp_later_flush(PyObject *self, PyObject *unused)
{
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_session *s = gp_connection_enter(c);
    struct garner_error err;
    enum garner_code code;

    (void)unused;
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_flush(c->store, &err);
    Py_END_ALLOW_THREADS
    if (code != GARNER_OK)
        gp_errors_garner(c->state, &err);
    if (!gp_connection_leave(s))
        return NULL;
    Py_RETURN_NONE;
}

PyObject *gp_later_flush_all(PyObject *module, PyObject *unused)
{
    struct gp_state *state = gp_state_of(module);
    struct gp_connection *c;

    (void)unused;
again:
    LIST_FOREACH(c, &state->connections, in_state)
    if (c->pending > 0 && c->forks == state->forks) {
        Py_INCREF(c);
        (void)gp_connection_shut(
            c); /* runs what is pending, and its callbacks */
        Py_DECREF(c);
        goto again;
    }
    Py_RETURN_NONE;
}

/* --- counters ------------------------------------------------------------- */

static PyObject *spread(const struct garner_spread *s)
{
    return Py_BuildValue("{sKsLsLsLsL}", "count", (unsigned long long)s->count,
                         "sum", (long long)s->sum, "p50", (long long)s->p50,
                         "p99", (long long)s->p99, "max", (long long)s->max);
}

#define COUNT(name) #name, (unsigned long long)stats.name

PyObject *gp_later_stats(PyObject *self, PyObject *unused)
{
    struct gp_connection *c = (struct gp_connection *)self;
    struct garner_stats stats;

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    garner_stats(c->store, &stats);
    return Py_BuildValue(
        "{sKsKsKsKsKsKsKsKsKsKsKsKsKsKsKsisisNsNsN}", COUNT(batches),
        COUNT(statements), COUNT(failed), COUNT(groups), COUNT(syncs),
        COUNT(reruns), COUNT(queries), COUNT(queued_batches),
        COUNT(queued_statements), COUNT(queued_bytes), COUNT(wal_bytes),
        COUNT(wal_peak_bytes), COUNT(checkpoints), COUNT(checkpoint_failures),
        COUNT(checkpoint_longest_ns), "readers_open", stats.readers_open,
        "readers_leased", stats.readers_leased, "group_batches",
        spread(&stats.group_batches), "wait_ns", spread(&stats.wait_ns),
        "sync_ns", spread(&stats.sync_ns));
}

/* --- asyncio -------------------------------------------------------------- */

static PyObject *forward(PyObject *self, const char *name, PyObject *args,
                         PyObject *kwargs)
{
    PyObject *module;
    PyObject *function;
    PyObject *first = NULL;
    PyObject *all = NULL;
    PyObject *result = NULL;

    if (!gp_connection_check((struct gp_connection *)self))
        return NULL;
    module = PyImport_ImportModule("garner.aio");
    function = module != NULL ? PyObject_GetAttrString(module, name) : NULL;
    first = PyTuple_Pack(1, self);
    if (first != NULL)
        all = PySequence_Concat(first, args);
    if (function != NULL && all != NULL)
        result = PyObject_Call(function, all, kwargs);
    Py_XDECREF(module);
    Py_XDECREF(function);
    Py_XDECREF(first);
    Py_XDECREF(all);
    return result;
}

PyObject *gp_later_aexecute(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return forward(self, "aexecute", args, kwargs);
}

PyObject *gp_later_aexecutemany(PyObject *self, PyObject *args,
                                PyObject *kwargs)
{
    return forward(self, "aexecutemany", args, kwargs);
}

PyObject *gp_later_aexecutescript(PyObject *self, PyObject *args,
                                  PyObject *kwargs)
{
    return forward(self, "aexecutescript", args, kwargs);
}

PyObject *gp_later_atransaction(PyObject *self, PyObject *args,
                                PyObject *kwargs)
{
    return forward(self, "atransaction", args, kwargs);
}
