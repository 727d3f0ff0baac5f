#include "span.h"

#include "blob.h"

Py_ssize_t gp_span_length(PyObject *self)
{
    return gp_blob_check((struct gp_blob *)self)
               ? gp_blob_size((struct gp_blob *)self)
               : -1;
}

/* Below 0: an exception is set. */
static Py_ssize_t index_of(struct gp_blob *b, PyObject *key)
{
    Py_ssize_t at = PyNumber_AsSsize_t(key, PyExc_IndexError);

    if (at == -1 && PyErr_Occurred())
        return -1;
    if (at < 0)
        at += gp_blob_size(b);
    if (at >= 0 && at < gp_blob_size(b))
        return at;
    PyErr_SetString(PyExc_IndexError, "Blob index out of range");
    return -1;
}

static PyObject *byte_at(struct gp_blob *b, PyObject *key)
{
    const Py_ssize_t at = index_of(b, key);
    unsigned char byte;

    if (at < 0 || !gp_blob_read_at(b, (int)at, &byte, 1))
        return NULL;
    return PyLong_FromLong(byte);
}

struct slice {
    Py_ssize_t start;
    Py_ssize_t step;
    Py_ssize_t count;
};

static bool slice_of(struct gp_blob *b, PyObject *key, struct slice *s)
{
    Py_ssize_t stop;

    if (PySlice_Unpack(key, &s->start, &stop, &s->step) < 0)
        return false;
    s->count =
        PySlice_AdjustIndices(gp_blob_size(b), &s->start, &stop, s->step);
    return true;
}

/* The bytes that a slice is among, from *least on. */
static PyObject *bytes_around(struct gp_blob *b, const struct slice *s,
                              Py_ssize_t *least)
{
    const Py_ssize_t last = s->start + (s->count - 1) * s->step;
    const Py_ssize_t most = last > s->start ? last : s->start;

    *least = last < s->start ? last : s->start;
    return gp_blob_bytes(b, (int)*least, (int)(most - *least + 1));
}

static PyObject *bytes_of(struct gp_blob *b, PyObject *key)
{
    struct slice s;
    Py_ssize_t least;
    PyObject *all;
    PyObject *some;

    if (!slice_of(b, key, &s))
        return NULL;
    if (s.count == 0)
        return PyBytes_FromStringAndSize(NULL, 0);
    if (s.step == 1)
        return gp_blob_bytes(b, (int)s.start, (int)s.count);
    all = bytes_around(b, &s, &least);
    some = all != NULL ? PyBytes_FromStringAndSize(NULL, s.count) : NULL;
    for (Py_ssize_t i = 0; some != NULL && i < s.count; i++)
        PyBytes_AS_STRING(some)[i] =
            PyBytes_AS_STRING(all)[s.start + i * s.step - least];
    Py_XDECREF(all);
    return some;
}

PyObject *gp_span_get(PyObject *self, PyObject *key)
{
    if (!gp_blob_check((struct gp_blob *)self))
        return NULL;
    if (PyIndex_Check(key))
        return byte_at((struct gp_blob *)self, key);
    if (PySlice_Check(key))
        return bytes_of((struct gp_blob *)self, key);
    PyErr_SetString(PyExc_TypeError, "Blob indices must be integers");
    return NULL;
}

static int set_byte(struct gp_blob *b, PyObject *key, PyObject *value)
{
    Py_ssize_t at;
    unsigned char byte;
    long number;

    if (!PyLong_Check(value)) {
        PyErr_Format(PyExc_TypeError,
                     "'%s' object cannot be interpreted as an integer",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    at = index_of(b, key);
    if (at < 0)
        return -1;
    number = PyLong_AsLong(value);
    if (number < 0 || number > 255) {
        PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
        return -1;
    }
    byte = (unsigned char)number;
    return gp_blob_write_at(b, (int)at, &byte, 1) ? 0 : -1;
}

static bool write_slice(struct gp_blob *b, const struct slice *s,
                        const char *data)
{
    Py_ssize_t least;
    PyObject *all;
    bool done;

    if (s->step == 1)
        return gp_blob_write_at(b, (int)s->start, data, (int)s->count);
    all = bytes_around(b, s, &least);
    if (all == NULL)
        return false;
    for (Py_ssize_t i = 0; i < s->count; i++)
        PyBytes_AS_STRING(all)[s->start + i * s->step - least] = data[i];
    done = gp_blob_write_at(b, (int)least, PyBytes_AS_STRING(all),
                            (int)PyBytes_GET_SIZE(all));
    Py_DECREF(all);
    return done;
}

static int set_bytes(struct gp_blob *b, PyObject *key, PyObject *value)
{
    struct slice s;
    Py_buffer data;
    bool done = false;

    if (!slice_of(b, key, &s))
        return -1;
    if (PyObject_GetBuffer(value, &data, PyBUF_SIMPLE) < 0)
        return -1;
    if (data.len != s.count)
        PyErr_SetString(PyExc_IndexError,
                        "Blob slice assignment is wrong size");
    else
        done = s.count == 0 || write_slice(b, &s, data.buf);
    PyBuffer_Release(&data);
    return done ? 0 : -1;
}

int gp_span_set(PyObject *self, PyObject *key, PyObject *value)
{
    if (!gp_blob_check((struct gp_blob *)self))
        return -1;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError,
                        PySlice_Check(key)
                            ? "Blob doesn't support slice deletion"
                            : "Blob doesn't support item deletion");
        return -1;
    }
    if (PyIndex_Check(key))
        return set_byte((struct gp_blob *)self, key, value);
    if (PySlice_Check(key))
        return set_bytes((struct gp_blob *)self, key, value);
    PyErr_SetString(PyExc_TypeError, "Blob indices must be integers");
    return -1;
}
