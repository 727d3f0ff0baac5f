#include "values.h"

#include <ctype.h>
#include <string.h>

#include "errors.h"

/* --- adapters ------------------------------------------------------------- */

/* 1: *adapted is the answer, NULL for None; 0: it has none; -1: exception. */
static int ask(PyObject *asked, const char *method, PyObject *argument,
               PyObject **adapted)
{
    PyObject *bound = PyObject_GetAttrString(asked, method);

    *adapted = NULL;
    if (bound == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    *adapted = PyObject_CallOneArg(bound, argument);
    Py_DECREF(bound);
    if (*adapted == Py_None) {
        Py_CLEAR(*adapted);
        return 0;
    }
    if (*adapted != NULL)
        return 1;
    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return -1;
    PyErr_Clear();
    return 0;
}

PyObject *gp_values_adapt(struct gp_state *state, PyObject *object,
                          PyObject *protocol, PyObject *alternative)
{
    PyObject *key = PyTuple_Pack(2, (PyObject *)Py_TYPE(object), protocol);
    PyObject *adapter;
    PyObject *adapted;
    int found;

    if (key == NULL)
        return NULL;
    adapter = PyDict_GetItemWithError(state->adapters, key);
    Py_DECREF(key);
    if (adapter != NULL) {
        Py_INCREF(adapter);
        adapted = PyObject_CallOneArg(adapter, object);
        Py_DECREF(adapter);
        return adapted;
    }
    if (PyErr_Occurred())
        return NULL;
    found = ask(protocol, "__adapt__", object, &adapted);
    if (found == 0)
        found = ask(object, "__conform__", protocol, &adapted);
    if (found != 0)
        return adapted;
    if (alternative != NULL)
        return Py_NewRef(alternative);
    PyErr_SetString(state->ProgrammingError, "can't adapt");
    return NULL;
}

static bool is_basic(const PyObject *object)
{
    return object == Py_None || PyLong_CheckExact(object) ||
           PyUnicode_CheckExact(object) || PyFloat_CheckExact(object) ||
           PyBytes_CheckExact(object) || PyByteArray_CheckExact(object);
}

/* --- into SQL ------------------------------------------------------------- */

static bool take_integer(struct gp_value *out)
{
    int overflow;
    const long long n = PyLong_AsLongLongAndOverflow(out->owner, &overflow);

    if (overflow != 0) {
        PyErr_SetString(PyExc_OverflowError,
                        "Python int too large to convert to SQLite INTEGER");
        return false;
    }
    out->value = garner_integer(n);
    return n != -1 || !PyErr_Occurred();
}

static bool take_text(struct gp_value *out)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(out->owner, &size);

    if (text == NULL)
        return false;
    if (size > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError,
                        "string longer than INT_MAX bytes");
        return false;
    }
    out->value = garner_text_n(text, (size_t)size);
    return true;
}

static bool take_blob(struct gp_value *out)
{
    if (PyObject_GetBuffer(out->owner, &out->buffer, PyBUF_SIMPLE) != 0)
        return false;
    if (out->buffer.len > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "BLOB longer than INT_MAX bytes");
        return false;
    }
    out->value = garner_blob(out->buffer.buf, (size_t)out->buffer.len);
    return true;
}

static bool refuse(struct gp_state *state, PyObject *object, int at,
                   const char *name)
{
    if (name != NULL)
        PyErr_Format(state->ProgrammingError,
                     "Error binding parameter ':%s': type '%s' is not "
                     "supported",
                     name, Py_TYPE(object)->tp_name);
    else
        PyErr_Format(state->ProgrammingError,
                     "Error binding parameter %d: type '%s' is not supported",
                     at, Py_TYPE(object)->tp_name);
    return false;
}

static bool take(struct gp_state *state, int at, const char *name,
                 struct gp_value *out)
{
    PyObject *o = out->owner;

    if (o == Py_None) {
        out->value = garner_null();
        return true;
    }
    if (PyLong_Check(o))
        return take_integer(out);
    if (PyUnicode_Check(o))
        return take_text(out);
    if (PyFloat_Check(o)) {
        out->value = garner_real(PyFloat_AS_DOUBLE(o));
        return true;
    }
    return PyObject_CheckBuffer(o) ? take_blob(out)
                                   : refuse(state, o, at, name);
}

bool gp_values_take(struct gp_state *state, PyObject *object, int at,
                    const char *name, struct gp_value *out)
{
    out->buffer.obj = NULL;
    if (is_basic(object) && !state->adapts_basics)
        out->owner = Py_NewRef(object);
    else
        out->owner = gp_values_adapt(
            state, object, (PyObject *)state->prepare_protocol_type, object);
    if (out->owner == NULL)
        return false;
    if (take(state, at, name, out))
        return true;
    gp_values_release(out);
    return false;
}

void gp_values_release(struct gp_value *v)
{
    if (v->buffer.obj != NULL)
        PyBuffer_Release(&v->buffer);
    Py_CLEAR(v->owner);
}

int gp_values_bind(sqlite3_stmt *stmt, int at, const struct gp_value *v)
{
    const struct garner_value *value = &v->value;

    switch (value->type) {
    case GARNER_INTEGER:
        return sqlite3_bind_int64(stmt, at, value->integer);
    case GARNER_REAL:
        return sqlite3_bind_double(stmt, at, value->real);
    case GARNER_TEXT:
        return sqlite3_bind_text(stmt, at, value->bytes.data,
                                 (int)value->bytes.size, SQLITE_TRANSIENT);
    case GARNER_BLOB:
        /* A NULL pointer would bind NULL in place of an empty one. */
        return sqlite3_bind_blob(stmt, at,
                                 value->bytes.size > 0 ? value->bytes.data : "",
                                 (int)value->bytes.size, SQLITE_TRANSIENT);
    case GARNER_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

bool gp_values_result(sqlite3_context *context, PyObject *object)
{
    Py_buffer buffer;
    Py_ssize_t size;
    const char *text;
    long long n;

    if (object == Py_None) {
        sqlite3_result_null(context);
    } else if (PyLong_Check(object)) {
        n = PyLong_AsLongLong(object);
        if (n == -1 && PyErr_Occurred())
            return false;
        sqlite3_result_int64(context, n);
    } else if (PyFloat_Check(object)) {
        sqlite3_result_double(context, PyFloat_AsDouble(object));
    } else if (PyUnicode_Check(object)) {
        text = PyUnicode_AsUTF8AndSize(object, &size);
        if (text == NULL)
            return false;
        if (size > INT_MAX) {
            PyErr_SetString(PyExc_OverflowError,
                            "string is longer than INT_MAX bytes");
            return false;
        }
        sqlite3_result_text(context, text, (int)size, SQLITE_TRANSIENT);
    } else if (PyObject_CheckBuffer(object)) {
        if (PyObject_GetBuffer(object, &buffer, PyBUF_SIMPLE) != 0)
            return false;
        if (buffer.len > INT_MAX) {
            PyErr_SetString(PyExc_OverflowError,
                            "BLOB longer than INT_MAX bytes");
            PyBuffer_Release(&buffer);
            return false;
        }
        sqlite3_result_blob(context, buffer.len > 0 ? buffer.buf : "",
                            (int)buffer.len, SQLITE_TRANSIENT);
        PyBuffer_Release(&buffer);
    } else {
        PyErr_Format(PyExc_TypeError, "a function cannot return '%s'",
                     Py_TYPE(object)->tp_name);
        return false;
    }
    return true;
}

/* --- out of SQL ----------------------------------------------------------- */

PyObject *gp_values_of_sql(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return PyLong_FromLongLong(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
        return PyFloat_FromDouble(sqlite3_value_double(value));
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_value_text(value);

        if (text == NULL)
            return PyErr_NoMemory();
        return PyUnicode_FromStringAndSize(text, sqlite3_value_bytes(value));
    }
    case SQLITE_BLOB: {
        const void *blob = sqlite3_value_blob(value);

        return PyBytes_FromStringAndSize(blob, sqlite3_value_bytes(value));
    }
    default:
        Py_RETURN_NONE;
    }
}

PyObject *gp_values_tuple(sqlite3_value **values, int count)
{
    PyObject *all = PyTuple_New(count);

    for (int i = 0; all != NULL && i < count; i++) {
        PyObject *one = gp_values_of_sql(values[i]);

        if (one == NULL)
            Py_CLEAR(all);
        else
            PyTuple_SET_ITEM(all, i, one);
    }
    return all;
}

static PyObject *not_text(struct gp_state *state, sqlite3_stmt *stmt, int at,
                          const char *text)
{
    const char *name = sqlite3_column_name(stmt, at);
    char words[400];

    if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
        return NULL;
    PyErr_Clear();
    snprintf(words, sizeof words,
             "Could not decode to UTF-8 column '%.100s' with text '%.200s'",
             name != NULL ? name : "", text);
    gp_errors_set(state, SQLITE_ERROR, words);
    return NULL;
}

static PyObject *text_of(const struct gp_reading *r, sqlite3_stmt *stmt, int at)
{
    const char *text = (const char *)sqlite3_column_text(stmt, at);
    const Py_ssize_t size = sqlite3_column_bytes(stmt, at);
    PyObject *made;

    if (text == NULL)
        return PyErr_NoMemory();
    if (r->text_factory == (PyObject *)&PyUnicode_Type) {
        made = PyUnicode_FromStringAndSize(text, size);
        return made != NULL ? made : not_text(r->state, stmt, at, text);
    }
    if (r->text_factory == (PyObject *)&PyBytes_Type)
        return PyBytes_FromStringAndSize(text, size);
    if (r->text_factory == (PyObject *)&PyByteArray_Type)
        return PyByteArray_FromStringAndSize(text, size);
    return PyObject_CallFunction(r->text_factory, "y#", text, size);
}

static PyObject *blob_of(sqlite3_stmt *stmt, int at)
{
    const void *blob = sqlite3_column_blob(stmt, at);

    if (blob == NULL &&
        sqlite3_errcode(sqlite3_db_handle(stmt)) == SQLITE_NOMEM)
        return PyErr_NoMemory();
    return PyBytes_FromStringAndSize(blob, sqlite3_column_bytes(stmt, at));
}

static PyObject *converted(PyObject *converter, sqlite3_stmt *stmt, int at)
{
    PyObject *bytes;
    PyObject *made;

    /* One of no bytes is none to sqlite3's converters, either. */
    if (sqlite3_column_type(stmt, at) == SQLITE_NULL ||
        sqlite3_column_bytes(stmt, at) == 0)
        Py_RETURN_NONE;
    bytes = blob_of(stmt, at);
    if (bytes == NULL)
        return NULL;
    made = PyObject_CallOneArg(converter, bytes);
    Py_DECREF(bytes);
    return made;
}

static PyObject *column_of(const struct gp_reading *r, sqlite3_stmt *stmt,
                           int at)
{
    if (r->converters != NULL && at < PyTuple_GET_SIZE(r->converters)) {
        PyObject *converter = PyTuple_GET_ITEM(r->converters, at);

        if (converter != Py_None)
            return converted(converter, stmt, at);
    }
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return PyLong_FromLongLong(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        return PyFloat_FromDouble(sqlite3_column_double(stmt, at));
    case SQLITE_TEXT:
        return text_of(r, stmt, at);
    case SQLITE_BLOB:
        return blob_of(stmt, at);
    default:
        Py_RETURN_NONE;
    }
}

PyObject *gp_values_row(const struct gp_reading *r, sqlite3_stmt *stmt)
{
    const int count = sqlite3_data_count(stmt);
    PyObject *row = PyTuple_New(count);

    for (int i = 0; row != NULL && i < count; i++) {
        PyObject *one = column_of(r, stmt, i);

        if (one == NULL)
            Py_CLEAR(row);
        else
            PyTuple_SET_ITEM(row, i, one);
    }
    return row;
}

/* --- converters ----------------------------------------------------------- */

/* Borrowed; NULL: there is none, or an exception is set. */
static PyObject *look_up(struct gp_state *state, const char *name, size_t size)
{
    PyObject *text = PyUnicode_FromStringAndSize(name, (Py_ssize_t)size);
    PyObject *upper =
        text != NULL ? PyObject_CallMethod(text, "upper", NULL) : NULL;
    PyObject *found = upper != NULL
                          ? PyDict_GetItemWithError(state->converters, upper)
                          : NULL;

    Py_XDECREF(text);
    Py_XDECREF(upper);
    return found;
}

/* name is 'title [type]'. */
static PyObject *by_column_name(struct gp_state *state, const char *name)
{
    const char *open = name != NULL ? strchr(name, '[') : NULL;
    const char *close = open != NULL ? strchr(open, ']') : NULL;

    return close != NULL ? look_up(state, open + 1, (size_t)(close - open - 1))
                         : NULL;
}

/* Up to the first blank or parenthesis. */
static PyObject *by_declaration(struct gp_state *state, const char *type)
{
    return type != NULL ? look_up(state, type, strcspn(type, " (")) : NULL;
}

static PyObject *converter_of(struct gp_state *state, sqlite3_stmt *stmt,
                              int at, int detect_types)
{
    PyObject *found = NULL;

    if (detect_types & GP_PARSE_COLNAMES)
        found = by_column_name(state, sqlite3_column_name(stmt, at));
    if (found == NULL && !PyErr_Occurred() && detect_types & GP_PARSE_DECLTYPES)
        found = by_declaration(state, sqlite3_column_decltype(stmt, at));
    if (found == NULL && !PyErr_Occurred())
        found = Py_None;
    return found;
}

PyObject *gp_values_converters(struct gp_state *state, sqlite3_stmt *stmt,
                               int detect_types)
{
    const int count = sqlite3_column_count(stmt);
    PyObject *all = PyTuple_New(count);

    for (int i = 0; all != NULL && i < count; i++) {
        PyObject *one = converter_of(state, stmt, i, detect_types);

        if (one == NULL)
            Py_CLEAR(all);
        else
            PyTuple_SET_ITEM(all, i, Py_NewRef(one));
    }
    return all;
}
