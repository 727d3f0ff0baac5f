/* module.c - garner._garner: what the module garner is made of. */
#include <sqlite3.h>
#include <stddef.h>

#include "blob.h"
#include "connection.h"
#include "cursor.h"
#include "errors.h"
#include "farm.h"
#include "fork.h"
#include "later.h"
#include "records.h"
#include "row.h"
#include "statement.h"
#include "values.h"

struct gp_state *gp_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

struct gp_state *gp_state_of_type(PyTypeObject *type)
{
    return gp_state_of(PyType_GetModuleByDef(type, &gp_module));
}

/* --- functions ------------------------------------------------------------ */

/* What connect calls decides what its arguments mean. */
static PyObject *connect(PyObject *module, PyObject *args, PyObject *kwargs)
{
    struct gp_state *state = gp_state_of(module);
    PyObject *factory = (PyObject *)state->connection_type;
    PyObject *database = NULL; /* without one the factory says so */

    if (PyTuple_GET_SIZE(args) > 0)
        database = PyTuple_GET_ITEM(args, 0);
    else if (kwargs != NULL)
        database = PyDict_GetItemString(kwargs, "database");
    if (database != NULL && gp_farm_is_named(database))
        return gp_farm_open(state, args, kwargs);
    if (PyTuple_GET_SIZE(args) > 5)
        factory = PyTuple_GET_ITEM(args, 5);
    else if (kwargs != NULL) {
        PyObject *given = PyDict_GetItemString(kwargs, "factory");

        factory = given != NULL ? given : factory;
    }
    return PyObject_Call(factory, args, kwargs);
}

static PyObject *complete_statement(PyObject *module, PyObject *args,
                                    PyObject *kwargs)
{
    static char *names[] = {"statement", NULL};
    const char *statement;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s:complete_statement",
                                     names, &statement))
        return NULL;
    return PyBool_FromLong(sqlite3_complete(statement));
}

static PyObject *enable_shared_cache(PyObject *module, PyObject *args,
                                     PyObject *kwargs)
{
    static char *names[] = {"do_enable", NULL};
    int enable;

    (void)module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "p:enable_shared_cache",
                                     names, &enable) ||
        PyErr_WarnEx(PyExc_DeprecationWarning,
                     "enable_shared_cache is deprecated and will be removed in "
                     "Python 3.12. Shared cache is strongly discouraged by the "
                     "SQLite 3 documentation. If shared cache must be used, "
                     "open the database in URI mode using the cache=shared "
                     "query parameter.",
                     1) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *register_adapter(PyObject *module, PyObject *args)
{
    struct gp_state *state = gp_state_of(module);
    PyTypeObject *type;
    PyObject *adapter;
    PyObject *key;
    int failed;

    if (!PyArg_ParseTuple(args, "O!O:register_adapter", &PyType_Type, &type,
                          &adapter))
        return NULL;
    if (type == &PyLong_Type || type == &PyFloat_Type ||
        type == &PyUnicode_Type || type == &PyByteArray_Type ||
        type == &PyBytes_Type || type == Py_TYPE(Py_None))
        state->adapts_basics = true;
    key = PyTuple_Pack(2, type, state->prepare_protocol_type);
    if (key == NULL)
        return NULL;
    failed = PyDict_SetItem(state->adapters, key, adapter);
    Py_DECREF(key);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *register_converter(PyObject *module, PyObject *args)
{
    struct gp_state *state = gp_state_of(module);
    PyObject *name;
    PyObject *converter;
    PyObject *upper;
    int failed;

    if (!PyArg_ParseTuple(args, "UO:register_converter", &name, &converter))
        return NULL;
    upper = PyObject_CallMethod(name, "upper", NULL);
    if (upper == NULL)
        return NULL;
    failed = PyDict_SetItem(state->converters, upper, converter);
    Py_DECREF(upper);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *enable_callback_tracebacks(PyObject *module, PyObject *enable)
{
    const int on = PyObject_IsTrue(enable);

    if (on < 0)
        return NULL;
    gp_state_of(module)->tracebacks = on;
    Py_RETURN_NONE;
}

static PyObject *adapt(PyObject *module, PyObject *args)
{
    struct gp_state *state = gp_state_of(module);
    PyObject *object;
    PyObject *protocol = (PyObject *)state->prepare_protocol_type;
    PyObject *alternative = NULL;

    if (!PyArg_ParseTuple(args, "O|OO:adapt", &object, &protocol, &alternative))
        return NULL;
    return gp_values_adapt(state, object, protocol, alternative);
}

#define FAST(f) (PyCFunction)(void (*)(void))(f)

static PyMethodDef methods[] = {
    {"connect", FAST(connect), METH_VARARGS | METH_KEYWORDS,
     "connect($module, database, timeout=5.0, detect_types=0, "
     "isolation_level='', check_same_thread=True, factory=Connection, "
     "cached_statements=128, uri=False, *, "
     "autocommit=LEGACY_TRANSACTION_CONTROL, per_thread=True)\n--\n\nOpen a "
     "database: a path, ':memory:', or a file: URI. Without per_thread all "
     "threads share one transaction."},
    {"complete_statement", FAST(complete_statement),
     METH_VARARGS | METH_KEYWORDS,
     "complete_statement($module, statement)\n--\n\nDoes a statement end "
     "here?"},
    {"enable_shared_cache", FAST(enable_shared_cache),
     METH_VARARGS | METH_KEYWORDS,
     "enable_shared_cache($module, do_enable)\n--\n\nNothing: no cache is "
     "shared."},
    {"register_adapter", register_adapter, METH_VARARGS,
     "register_adapter($module, type, adapter, /)\n--\n\nHow objects of a type "
     "become SQL values."},
    {"register_converter", register_converter, METH_VARARGS,
     "register_converter($module, typename, converter, /)\n--\n\nHow values of "
     "columns so declared become objects."},
    {"enable_callback_tracebacks", enable_callback_tracebacks, METH_O,
     "enable_callback_tracebacks($module, enable, /)\n--\n\nPrint what "
     "callbacks raise."},
    {"adapt", adapt, METH_VARARGS,
     "adapt($module, obj, proto=PrepareProtocol, alt=None, /)\n--\n\nobj as an "
     "SQL value."},
    {"_before_fork", gp_fork_before, METH_NOARGS, NULL},
    {"_after_fork_in_parent", gp_fork_after_in_parent, METH_NOARGS, NULL},
    {"_after_fork_in_child", gp_fork_after_in_child, METH_NOARGS, NULL},
    {"_flush_all", gp_later_flush_all, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* --- the module ----------------------------------------------------------- */

static PyType_Slot protocol_slots[] = {
    {Py_tp_doc, "What adapters adapt to."},
    {0, NULL},
};

static PyType_Spec protocol_spec = {
    .name = "garner.PrepareProtocol",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = protocol_slots,
};

static PyTypeObject *make_protocol(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &protocol_spec,
                                                    NULL);
}

static int add_type(PyObject *module, PyTypeObject **slot,
                    PyTypeObject *(*make)(PyObject *module))
{
    *slot = make(module);
    return *slot != NULL ? PyModule_AddType(module, *slot) : -1;
}

static int add_types(PyObject *module, struct gp_state *s)
{
    if (add_type(module, &s->connection_type, gp_connection_make_type) < 0 ||
        add_type(module, &s->cursor_type, gp_cursor_make_type) < 0 ||
        add_type(module, &s->row_type, gp_row_make_type) < 0 ||
        add_type(module, &s->blob_type, gp_blob_make_type) < 0 ||
        add_type(module, &s->prepare_protocol_type, make_protocol) < 0 ||
        add_type(module, &s->result_type, gp_later_make_type) < 0 ||
        add_type(module, &s->record_type, gp_records_make_type) < 0 ||
        add_type(module, &s->farm_type, gp_farm_make_type) < 0 ||
        add_type(module, &s->shard_type, gp_farm_make_shard_type) < 0)
        return -1;
    s->statement_type = gp_statement_make_type(module);
    return s->statement_type != NULL ? 0 : -1;
}

static int add_values(PyObject *module, struct gp_state *s)
{
    s->adapters = PyDict_New();
    s->converters = PyDict_New();
    s->no_arguments = PyTuple_New(0);
    s->thread_key = PyUnicode_FromFormat("garner.%p", (void *)module);
    if (s->adapters == NULL || s->converters == NULL ||
        s->no_arguments == NULL || s->thread_key == NULL)
        return -1;
    if (PyModule_AddObjectRef(module, "adapters", s->adapters) < 0 ||
        PyModule_AddObjectRef(module, "converters", s->converters) < 0 ||
        PyModule_AddIntConstant(module, "PARSE_DECLTYPES", GP_PARSE_DECLTYPES) <
            0 ||
        PyModule_AddIntConstant(module, "PARSE_COLNAMES", GP_PARSE_COLNAMES) <
            0 ||
        PyModule_AddIntConstant(module, "LEGACY_TRANSACTION_CONTROL",
                                GP_LEGACY) < 0 ||
        PyModule_AddStringConstant(module, "sqlite_version",
                                   sqlite3_libversion()) < 0)
        return -1;
    return PyModule_AddStringConstant(module, "__version__", garner_version());
}

static int run(PyObject *module)
{
    struct gp_state *s = gp_state_of(module);

    s->module = module;
    LIST_INIT(&s->connections);
    LIST_INIT(&s->quiet);
    if (gp_errors_init(s, module) < 0 || gp_errors_add_constants(module) < 0 ||
        add_types(module, s) < 0)
        return -1;
    return add_values(module, s);
}

/* All that the state holds a reference to. */
static const size_t held[] = {
#define AT(field) offsetof(struct gp_state, field)
    AT(Warning),          AT(Error),
    AT(InterfaceError),   AT(DatabaseError),
    AT(DataError),        AT(OperationalError),
    AT(IntegrityError),   AT(InternalError),
    AT(ProgrammingError), AT(NotSupportedError),
    AT(connection_type),  AT(cursor_type),
    AT(row_type),         AT(blob_type),
    AT(statement_type),   AT(prepare_protocol_type),
    AT(result_type),      AT(record_type),
    AT(farm_type),        AT(shard_type),
    AT(adapters),         AT(converters),
    AT(no_arguments),     AT(thread_key),
#undef AT
};

static PyObject **at(struct gp_state *s, size_t offset)
{
    return (PyObject **)((char *)s + offset);
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(held); i++)
        Py_VISIT(*at(gp_state_of(module), held[i]));
    return 0;
}

static int clear(PyObject *module)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(held); i++)
        Py_CLEAR(*at(gp_state_of(module), held[i]));
    return 0;
}

static void free_state(void *module)
{
    (void)clear(module);
}

static struct PyModuleDef_Slot slots[] = {
    {Py_mod_exec, run},
    {0, NULL},
};

struct PyModuleDef gp_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "garner._garner",
    .m_size = sizeof(struct gp_state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = free_state,
};

PyMODINIT_FUNC PyInit__garner(void); /* NOLINT: Python's name for it */

PyMODINIT_FUNC PyInit__garner(void) /* NOLINT */
{
    return PyModuleDef_Init(&gp_module);
}
