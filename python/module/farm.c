#include "farm.h"

#include "errors.h"
#include "garner/farm.h"
#include "later.h"
#include "parameters.h"

struct farm {
    PyObject_HEAD struct gp_state *state;
    PyObject *module;           /* whose state it is */
    struct garner_store *store; /* NULL: closed */
    bool closing;               /* no new calls; the last one closes it */
    int calls;                  /* under way */
};

struct shard {
    PyObject_HEAD struct farm *farm; /* a reference */
    struct garner_store *store;      /* borrowed from it */
};

static struct farm *as_farm(PyObject *self)
{
    return (struct farm *)self;
}

/* --- opening and closing -------------------------------------------------- */

bool gp_farm_is_named(PyObject *database)
{
    const char *name =
        PyUnicode_Check(database) ? PyUnicode_AsUTF8(database) : NULL;
    const char *query = name != NULL ? strchr(name, '?') : NULL;

    PyErr_Clear(); /* what cannot be encoded is connect's to refuse */
    return query != NULL && strncmp(name, "file:", 5) != 0 &&
           strstr(query, "shards=") != NULL;
}

static struct garner_store *open_store(struct gp_state *state, const char *url,
                                       double timeout)
{
    struct garner_store *store;
    struct garner_options options;
    struct garner_error err;
    enum garner_code code;

    garner_options_init(&options);
    options.timeout_ms = (int)(timeout * 1000);
    Py_BEGIN_ALLOW_THREADS
    code = garner_open(url, &options, &store, &err);
    Py_END_ALLOW_THREADS
    if (code == GARNER_OK)
        return store;
    gp_errors_garner(state, &err);
    return NULL;
}

PyObject *gp_farm_open(struct gp_state *state, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"database", "timeout", NULL};
    struct garner_store *store;
    double timeout = 5.0;
    struct farm *f;
    const char *url;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|d:Farm", names, &url,
                                     &timeout))
        return NULL;
    if (!(timeout >= 0 && timeout <= INT_MAX / 1000)) {
        PyErr_SetString(PyExc_ValueError, "timeout is out of range");
        return NULL;
    }
    store = open_store(state, url, timeout);
    if (store == NULL)
        return NULL;
    f = PyObject_New(struct farm, state->farm_type);
    if (f == NULL) {
        garner_close(store);
        return NULL;
    }
    f->state = state;
    f->module = Py_NewRef(state->module);
    f->store = store;
    f->closing = false;
    f->calls = 0;
    return (PyObject *)f;
}

static void shut(struct farm *f)
{
    struct garner_store *store = f->store;

    f->store = NULL;
    Py_BEGIN_ALLOW_THREADS
    garner_close(store);
    Py_END_ALLOW_THREADS
}

/* A call begins; false: an exception is set. */
static bool enter(struct farm *f)
{
    if (f->closing) {
        PyErr_SetString(f->state->ProgrammingError,
                        "Cannot operate on a closed farm.");
        return false;
    }
    f->calls++;
    return true;
}

static void leave(struct farm *f)
{
    if (--f->calls == 0 && f->closing && f->store != NULL)
        shut(f);
}

static PyObject *close_it(PyObject *self, PyObject *unused)
{
    struct farm *f = as_farm(self);

    (void)unused;
    f->calls++;
    f->closing = true;
    leave(f);
    Py_RETURN_NONE;
}

/* --- statements ----------------------------------------------------------- */

static PyObject *value_of(const struct garner_value *v)
{
    switch (v->type) {
    case GARNER_INTEGER:
        return PyLong_FromLongLong(v->integer);
    case GARNER_REAL:
        return PyFloat_FromDouble(v->real);
    case GARNER_TEXT:
        return PyUnicode_DecodeUTF8(v->bytes.data, (Py_ssize_t)v->bytes.size,
                                    NULL);
    case GARNER_BLOB:
        return PyBytes_FromStringAndSize(v->bytes.data,
                                         (Py_ssize_t)v->bytes.size);
    case GARNER_NULL:
        break;
    }
    Py_RETURN_NONE;
}

static PyObject *row_of(const struct garner_rows *rows)
{
    const size_t count = garner_columns(rows);
    PyObject *row = PyTuple_New((Py_ssize_t)count);

    for (size_t i = 0; row != NULL && i < count; i++) {
        const struct garner_value v = garner_column(rows, i);
        PyObject *value = value_of(&v);

        if (value == NULL)
            Py_CLEAR(row);
        else
            PyTuple_SET_ITEM(row, (Py_ssize_t)i, value);
    }
    return row;
}

/* All rows of a cursor; NULL: an exception is set. */
static PyObject *rows_of(struct gp_state *state, struct garner_rows *rows)
{
    PyObject *list = PyList_New(0);
    struct garner_error err;

    while (list != NULL) {
        enum garner_code code;
        PyObject *row;

        Py_BEGIN_ALLOW_THREADS
        code = garner_next(rows, &err);
        Py_END_ALLOW_THREADS
        if (code == GARNER_DONE)
            break;
        if (code != GARNER_ROW)
            gp_errors_garner(state, &err);
        row = code == GARNER_ROW ? row_of(rows) : NULL;
        if (row == NULL || PyList_Append(list, row) < 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

/* One statement, on all of a farm or a part of it. */
struct request {
    struct farm *farm;
    struct garner_store *store;
    const char *sql;
    struct gp_parameters parameters;
};

typedef enum garner_code exec_call(struct garner_store *store, const char *sql,
                                   const struct garner_value *args,
                                   size_t count, struct garner_result *result,
                                   struct garner_error *err);

/* These set *answer; NULL: an exception is set. */
static void change(const struct request *r, exec_call *exec, PyObject **answer)
{
    struct garner_result result = {0};
    struct garner_error err;
    enum garner_code code;

    Py_BEGIN_ALLOW_THREADS
    code = exec(r->store, r->sql, r->parameters.values, r->parameters.count,
                &result, &err);
    Py_END_ALLOW_THREADS
    if (code == GARNER_OK)
        *answer = gp_later_result(r->farm->state, &result);
    else
        gp_errors_garner(r->farm->state, &err);
}

static void run_here(const struct request *r, PyObject **answer)
{
    change(r, garner_exec, answer);
}

static void run_everywhere(const struct request *r, PyObject **answer)
{
    change(r, garner_exec_all, answer);
}

static void ask(const struct request *r, PyObject **answer)
{
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;

    Py_BEGIN_ALLOW_THREADS
    code = garner_query(r->store, r->sql, r->parameters.values,
                        r->parameters.count, &rows, &err);
    Py_END_ALLOW_THREADS
    if (code != GARNER_OK) {
        gp_errors_garner(r->farm->state, &err);
        return;
    }
    *answer = rows_of(r->farm->state, rows);
    Py_BEGIN_ALLOW_THREADS
    garner_rows_close(rows);
    Py_END_ALLOW_THREADS
}

/* store: NULL: all of f. */
static PyObject *call(struct farm *f, struct garner_store *store,
                      PyObject *args,
                      void (*run)(const struct request *r, PyObject **answer))
{
    struct request r = {.farm = f};
    PyObject *arguments = NULL;
    PyObject *answer = NULL;

    if (!PyArg_ParseTuple(args, "s|O:execute", &r.sql, &arguments))
        return NULL;
    if (!gp_parameters_are_positional(arguments)) {
        PyErr_SetString(f->state->ProgrammingError,
                        "parameters of a farm's statements go by position");
        return NULL;
    }
    if (!enter(f))
        return NULL;
    r.store = store != NULL ? store : f->store;
    if (gp_parameters_take(f->state, NULL, arguments, &r.parameters)) {
        run(&r, &answer);
        gp_parameters_release(&r.parameters);
    }
    leave(f);
    return answer;
}

static PyObject *farm_query(PyObject *self, PyObject *args)
{
    return call(as_farm(self), NULL, args, ask);
}

static PyObject *farm_execute_all(PyObject *self, PyObject *args)
{
    return call(as_farm(self), NULL, args, run_everywhere);
}

static PyObject *shard_query(PyObject *self, PyObject *args)
{
    struct shard *s = (struct shard *)self;

    return call(s->farm, s->store, args, ask);
}

static PyObject *shard_execute(PyObject *self, PyObject *args)
{
    struct shard *s = (struct shard *)self;

    return call(s->farm, s->store, args, run_here);
}

/* --- shards --------------------------------------------------------------- */

static struct garner_store *place_of(struct farm *f, PyObject *key)
{
    struct garner_store *store = NULL;
    Py_buffer bytes;
    long long number;

    if (PyLong_Check(key)) {
        number = PyLong_AsLongLong(key);
        return number == -1 && PyErr_Occurred()
                   ? NULL
                   : garner_shard_integer(f->store, number);
    }
    if (!PyArg_Parse(key, "s*;a key is str, bytes or int", &bytes))
        return NULL;
    store = garner_shard(f->store, bytes.buf, (size_t)bytes.len);
    PyBuffer_Release(&bytes);
    return store;
}

static PyObject *farm_shard(PyObject *self, PyObject *key)
{
    struct farm *f = as_farm(self);
    struct garner_store *store;
    struct shard *s = NULL;

    if (!enter(f))
        return NULL;
    store = place_of(f, key);
    if (store != NULL)
        s = PyObject_New(struct shard, f->state->shard_type);
    if (s != NULL) {
        s->farm = (struct farm *)Py_NewRef(self);
        s->store = store;
    }
    leave(f);
    return (PyObject *)s;
}

static void free_shard(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    Py_DECREF(((struct shard *)self)->farm);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *shard_count(PyObject *self, void *unused)
{
    struct farm *f = as_farm(self);
    size_t count;

    (void)unused;
    if (!enter(f))
        return NULL;
    count = garner_shard_count(f->store);
    leave(f);
    return PyLong_FromSize_t(count);
}

/* --- the types ------------------------------------------------------------ */

static void free_farm(PyObject *self)
{
    struct farm *f = as_farm(self);
    PyTypeObject *type = Py_TYPE(self);
    PyObject *module = f->module;

    if (f->store != NULL)
        shut(f);
    PyObject_Free(self);
    Py_DECREF(type);
    Py_DECREF(module);
}

static PyObject *enter_with(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

static PyObject *exit_with(PyObject *self, PyObject *args)
{
    (void)args;
    return close_it(self, NULL);
}

static PyMethodDef farm_methods[] = {
    {"shard", farm_shard, METH_O,
     "shard($self, key, /)\n--\n\nWhere rows of a key (str, bytes, int) are; "
     "right for ever, also when they move."},
    {"query", farm_query, METH_VARARGS,
     "query($self, sql, parameters=(), /)\n--\n\nA list of the rows of all "
     "shards."},
    {"execute_all", farm_execute_all, METH_VARARGS,
     "execute_all($self, sql, parameters=(), /)\n--\n\nRun a statement on "
     "every "
     "shard, in turn; a Result, summed up."},
    {"close", close_it, METH_NOARGS,
     "close($self, /)\n--\n\nClose it, once other threads' calls are over."},
    {"__enter__", enter_with, METH_NOARGS, "Begin a block."},
    {"__exit__", exit_with, METH_VARARGS, "Close it."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef farm_getters[] = {
    {"shards", shard_count, NULL, "how many there are", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot farm_slots[] = {
    {Py_tp_dealloc, free_farm},
    {Py_tp_doc, "One store over several databases."},
    {Py_tp_methods, farm_methods},
    {Py_tp_getset, farm_getters},
    {0, NULL},
};

static PyType_Spec farm_spec = {
    .name = "garner.Farm",
    .basicsize = sizeof(struct farm),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = farm_slots,
};

PyTypeObject *gp_farm_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &farm_spec, NULL);
}

static PyMethodDef shard_methods[] = {
    {"execute", shard_execute, METH_VARARGS,
     "execute($self, sql, parameters=(), /)\n--\n\nRun a statement; a Result."},
    {"query", shard_query, METH_VARARGS,
     "query($self, sql, parameters=(), /)\n--\n\nA list of rows."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot shard_slots[] = {
    {Py_tp_dealloc, free_shard},
    {Py_tp_doc, "The part of a farm where a key is."},
    {Py_tp_methods, shard_methods},
    {0, NULL},
};

static PyType_Spec shard_spec = {
    .name = "garner.Shard",
    .basicsize = sizeof(struct shard),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = shard_slots,
};

PyTypeObject *gp_farm_make_shard_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &shard_spec, NULL);
}
