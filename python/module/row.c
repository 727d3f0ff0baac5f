#include "row.h"

#include "cursor.h"

struct row {
    PyObject_HEAD PyObject *values; /* a tuple */
    PyObject *description;          /* the cursor's */
};

static struct row *as_row(PyObject *self)
{
    return (struct row *)self;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    struct gp_state *state = gp_state_of_type(type);
    PyObject *cursor;
    PyObject *values;
    struct row *row;

    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Row() takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "O!O!:Row", state->cursor_type, &cursor,
                          &PyTuple_Type, &values))
        return NULL;
    row = (struct row *)type->tp_alloc(type, 0);
    if (row == NULL)
        return NULL;
    row->values = Py_NewRef(values);
    row->description = Py_XNewRef(((struct gp_cursor *)cursor)->description);
    return (PyObject *)row;
}

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(as_row(self)->values);
    Py_VISIT(as_row(self)->description);
    return 0;
}

static int clear(PyObject *self)
{
    Py_CLEAR(as_row(self)->values);
    Py_CLEAR(as_row(self)->description);
    return 0;
}

static void dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    (void)clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *title(const struct row *row, Py_ssize_t at)
{
    return PyTuple_GET_ITEM(PyTuple_GET_ITEM(row->description, at), 0);
}

static Py_ssize_t count(const struct row *row)
{
    return row->description != NULL && PyTuple_Check(row->description)
               ? PyTuple_GET_SIZE(row->description)
               : 0;
}

/* Without regard to the case of ASCII letters. */
static bool is_same(PyObject *a, PyObject *b)
{
    const Py_ssize_t length = PyUnicode_GET_LENGTH(a);

    if (a == b)
        return true;
    if (PyUnicode_GET_LENGTH(b) != length)
        return false;
    for (Py_ssize_t i = 0; i < length; i++) {
        const Py_UCS4 x = PyUnicode_READ_CHAR(a, i);
        const Py_UCS4 y = PyUnicode_READ_CHAR(b, i);

        if (x != y && (x > 127 || y > 127 || Py_TOLOWER(x) != Py_TOLOWER(y)))
            return false;
    }
    return true;
}

static PyObject *by_name(struct row *row, PyObject *name)
{
    for (Py_ssize_t i = 0; i < count(row); i++)
        if (i < PyTuple_GET_SIZE(row->values) && is_same(name, title(row, i)))
            return Py_NewRef(PyTuple_GET_ITEM(row->values, i));
    PyErr_SetString(PyExc_IndexError, "No item with that key");
    return NULL;
}

static PyObject *item(PyObject *self, Py_ssize_t at)
{
    return PySequence_GetItem(as_row(self)->values, at);
}

static PyObject *subscript(PyObject *self, PyObject *key)
{
    struct row *row = as_row(self);

    if (PyLong_Check(key)) {
        Py_ssize_t at = PyNumber_AsSsize_t(key, PyExc_IndexError);

        if (at == -1 && PyErr_Occurred())
            return NULL;
        return PySequence_GetItem(row->values, at);
    }
    if (PyUnicode_Check(key))
        return by_name(row, key);
    if (PySlice_Check(key))
        return PyObject_GetItem(row->values, key);
    PyErr_SetString(PyExc_IndexError, "Index must be int or string");
    return NULL;
}

static Py_ssize_t length(PyObject *self)
{
    return PyTuple_GET_SIZE(as_row(self)->values);
}

static PyObject *keys(PyObject *self, PyObject *unused)
{
    PyObject *all = PyList_New(0);

    (void)unused;
    for (Py_ssize_t i = 0; all != NULL && i < count(as_row(self)); i++)
        if (PyList_Append(all, title(as_row(self), i)) < 0)
            Py_CLEAR(all);
    return all;
}

static PyObject *iterate(PyObject *self)
{
    return PyObject_GetIter(as_row(self)->values);
}

static Py_hash_t hash(PyObject *self)
{
    return PyObject_Hash(as_row(self)->description) ^
           PyObject_Hash(as_row(self)->values);
}

static PyObject *compare(PyObject *self, PyObject *other, int operator)
{
    struct gp_state *state = gp_state_of_type(Py_TYPE(self));
    int equal;

    if ((operator!= Py_EQ && operator!= Py_NE) ||
        !PyObject_TypeCheck(other, state->row_type))
        Py_RETURN_NOTIMPLEMENTED;
    equal = PyObject_RichCompareBool(as_row(self)->description,
                                     as_row(other)->description, Py_EQ);
    if (equal < 0)
        return NULL;
    if (equal)
        return PyObject_RichCompare(as_row(self)->values,
                                    as_row(other)->values, operator);
    return PyBool_FromLong(operator== Py_NE);
}

static PyMethodDef methods[] = {
    {"keys", keys, METH_NOARGS,
     "keys($self, /)\n--\n\nThe names of the columns."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_doc, "A row whose values are found by position and by name."},
    {Py_tp_hash, hash},
    {Py_tp_iter, iterate},
    {Py_tp_methods, methods},
    {Py_tp_richcompare, compare},
    {Py_tp_new, make},
    {Py_tp_traverse, traverse},
    {Py_tp_clear, clear},
    {Py_mp_length, length},
    {Py_mp_subscript, subscript},
    {Py_sq_length, length},
    {Py_sq_item, item},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "garner.Row",
    .basicsize = sizeof(struct row),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *gp_row_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
