#include "blob.h"

#include <structmember.h>

#include "errors.h"
#include "place.h"
#include "span.h"

struct gp_blob {
    PyObject_HEAD struct gp_connection
        *connection;            /* NULL after the end of it */
    sqlite3_blob *blob;         /* NULL: closed */
    struct gp_session *session; /* whose */
    struct gp_reader *reader;   /* NULL: on the writer, which is held */
    int offset;
    PyObject *weak;
    LIST_ENTRY(gp_blob) in_session;
};

static struct gp_blob *as_blob(PyObject *self)
{
    return (struct gp_blob *)self;
}

/* --- opening and closing -------------------------------------------------- */

static struct gp_link *link_of(const struct gp_blob *b)
{
    return b->reader != NULL ? b->reader->link : b->connection->writer;
}

/* Its place is given back with the end of the call. */
static void close_blob(struct gp_blob *b)
{
    sqlite3_blob *blob = b->blob;
    struct gp_link *link;

    if (blob == NULL)
        return;
    link = link_of(b);
    b->blob = NULL;
    LIST_REMOVE(b, in_session);
    gp_link_enter(link);
    Py_BEGIN_ALLOW_THREADS
    sqlite3_blob_close(blob); /* repeats an error told before */
    Py_END_ALLOW_THREADS
    gp_link_leave(link);
    if (b->reader != NULL)
        gp_session_return(b->reader);
    else
        b->session->holds--;
    b->reader = NULL;
    b->session = NULL;
}

void gp_blob_close_all(struct gp_session *s)
{
    while (!LIST_EMPTY(&s->blobs))
        close_blob(LIST_FIRST(&s->blobs));
}

struct spot {
    const char *table;
    const char *column;
    long long row;
    const char *name;
    int readonly;
};

/* With the link entered. */
static bool open_there(struct gp_blob *b, struct gp_link *link,
                       const struct spot *spot)
{
    int rc;

    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_blob_open(link->db, spot->name, spot->table, spot->column,
                           spot->row, !spot->readonly, &b->blob);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK)
        gp_errors_sqlite(b->connection->state, link->db);
    return rc == SQLITE_OK;
}

/* What only reads may do so on a reader, like a SELECT. */
static bool open_blob(struct gp_blob *b, struct gp_session *s,
                      const struct spot *spot)
{
    struct gp_place p = {0};

    if (spot->readonly || s->connection->read_only ? !gp_place_select(s, &p)
                                                   : !gp_place_writer(s, &p))
        return false;
    if (!open_there(b, p.link, spot)) {
        gp_place_leave(&p);
        return false;
    }
    gp_link_leave(p.link); /* the place is the blob's from now on */
    b->session = s;
    b->reader = p.reader;
    s->holds += b->reader == NULL;
    s->wrote = s->wrote || b->reader == NULL;
    LIST_INSERT_HEAD(&s->blobs, b, in_session);
    return true;
}

PyObject *gp_blob_open(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "", "", "readonly", "name", NULL};
    struct gp_connection *c = (struct gp_connection *)self;
    struct spot spot = {.name = "main"};
    struct gp_session *s;
    struct gp_blob *b;
    bool done;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "ssL|$ps:blobopen", names,
                                     &spot.table, &spot.column, &spot.row,
                                     &spot.readonly, &spot.name))
        return NULL;
    s = gp_connection_enter(c);
    if (s == NULL)
        return NULL;
    b = PyObject_GC_New(struct gp_blob, c->state->blob_type);
    if (b != NULL) {
        b->connection = (struct gp_connection *)Py_NewRef(self);
        b->blob = NULL;
        b->session = NULL;
        b->reader = NULL;
        b->offset = 0;
        b->weak = NULL;
        PyObject_GC_Track(b);
    }
    done = b != NULL && open_blob(b, s, &spot);
    if (!gp_connection_leave(s) || !done)
        Py_CLEAR(b);
    return (PyObject *)b;
}

/* --- calls ---------------------------------------------------------------- */

static struct gp_session *enter(struct gp_blob *b)
{
    struct gp_session *s = gp_connection_enter(b->connection);

    if (s == NULL || b->blob != NULL)
        return s;
    PyErr_SetString(b->connection->state->ProgrammingError,
                    "Cannot operate on a closed blob.");
    (void)gp_connection_leave(s);
    return NULL;
}

bool gp_blob_check(struct gp_blob *b)
{
    struct gp_session *s = enter(b);

    return s != NULL && gp_connection_leave(s);
}

int gp_blob_size(const struct gp_blob *b)
{
    return sqlite3_blob_bytes(b->blob);
}

static void explain(struct gp_blob *b, struct gp_link *link, int rc)
{
    if (rc == SQLITE_ABORT) /* SQLite's own words say less */
        gp_errors_set(b->connection->state, SQLITE_ABORT,
                      "the blob's row was changed or deleted; open it again");
    else
        gp_errors_sqlite(b->connection->state, link->db);
}

/* size bytes: into to, or out of from, whichever is not NULL. */
static bool move(struct gp_blob *b, int at, void *to, const void *from,
                 int size)
{
    struct gp_session *s = enter(b);
    struct gp_link *link;
    int rc;

    if (s == NULL)
        return false;
    link = link_of(b);
    gp_link_enter(link);
    Py_BEGIN_ALLOW_THREADS
    rc = to != NULL ? sqlite3_blob_read(b->blob, to, size, at)
                    : sqlite3_blob_write(b->blob, from, size, at);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK)
        explain(b, link, rc);
    gp_link_leave(link);
    return gp_connection_leave(s) && rc == SQLITE_OK;
}

bool gp_blob_read_at(struct gp_blob *b, int at, void *bytes, int size)
{
    return move(b, at, bytes, NULL, size);
}

bool gp_blob_write_at(struct gp_blob *b, int at, const void *bytes, int size)
{
    return move(b, at, NULL, bytes, size);
}

PyObject *gp_blob_bytes(struct gp_blob *b, int at, int size)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);

    if (bytes != NULL && size > 0 &&
        !gp_blob_read_at(b, at, PyBytes_AS_STRING(bytes), size))
        Py_CLEAR(bytes);
    return bytes;
}

static PyObject *read_some(PyObject *self, PyObject *args)
{
    struct gp_blob *b = as_blob(self);
    int size = -1;
    int left;
    PyObject *bytes;

    if (!PyArg_ParseTuple(args, "|i:read", &size) || !gp_blob_check(b))
        return NULL;
    left = gp_blob_size(b) - b->offset;
    if (size < 0 || size > left)
        size = left;
    bytes = gp_blob_bytes(b, b->offset, size);
    if (bytes != NULL)
        b->offset += size;
    return bytes;
}

static PyObject *write_some(PyObject *self, PyObject *args)
{
    struct gp_blob *b = as_blob(self);
    Py_buffer data;
    bool done = false;

    if (!PyArg_ParseTuple(args, "y*:write", &data))
        return NULL;
    if (gp_blob_check(b)) {
        if (data.len > gp_blob_size(b) - b->offset)
            PyErr_SetString(PyExc_ValueError, "data longer than blob");
        else
            done = gp_blob_write_at(b, b->offset, data.buf, (int)data.len);
    }
    if (done)
        b->offset += (int)data.len;
    PyBuffer_Release(&data);
    return done ? Py_NewRef(Py_None) : NULL;
}

static PyObject *seek(PyObject *self, PyObject *args)
{
    struct gp_blob *b = as_blob(self);
    int offset;
    int origin = 0;
    int from;

    if (!PyArg_ParseTuple(args, "i|i:seek", &offset, &origin) ||
        !gp_blob_check(b))
        return NULL;
    if (origin < 0 || origin > 2) {
        PyErr_SetString(PyExc_ValueError,
                        "'origin' should be os.SEEK_SET, os.SEEK_CUR, or "
                        "os.SEEK_END");
        return NULL;
    }
    from = origin == 0 ? 0 : origin == 1 ? b->offset : gp_blob_size(b);
    if (offset > INT_MAX - from) {
        PyErr_SetString(PyExc_OverflowError, "seek offset results in overflow");
        return NULL;
    }
    if (offset + from < 0 || offset + from > gp_blob_size(b)) {
        PyErr_SetString(PyExc_ValueError, "offset out of blob range");
        return NULL;
    }
    b->offset = offset + from;
    Py_RETURN_NONE;
}

static PyObject *tell(PyObject *self, PyObject *unused)
{
    (void)unused;
    return gp_blob_check(as_blob(self)) ? PyLong_FromLong(as_blob(self)->offset)
                                        : NULL;
}

static PyObject *close_it(PyObject *self, PyObject *unused)
{
    struct gp_blob *b = as_blob(self);
    struct gp_session *s = gp_connection_enter(b->connection);

    (void)unused;
    if (s == NULL)
        return NULL;
    close_blob(b);
    if (!gp_connection_leave(s))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *enter_with(PyObject *self, PyObject *unused)
{
    (void)unused;
    return gp_blob_check(as_blob(self)) ? Py_NewRef(self) : NULL;
}

static PyObject *exit_with(PyObject *self, PyObject *args)
{
    PyObject *done;

    (void)args;
    if (!gp_blob_check(as_blob(self)))
        return NULL;
    done = close_it(self, NULL);
    if (done == NULL)
        return NULL;
    Py_DECREF(done);
    Py_RETURN_FALSE;
}

/* --- the type ------------------------------------------------------------- */

static int traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(as_blob(self)->connection);
    return 0;
}

static void dealloc(PyObject *self)
{
    struct gp_blob *b = as_blob(self);
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    if (b->weak != NULL)
        PyObject_ClearWeakRefs(self);
    if (b->blob != NULL &&
        b->connection->forks == b->connection->state->forks) {
        PyObject *exception, *value, *traceback;
        struct gp_session *s;

        PyErr_Fetch(&exception, &value, &traceback);
        s = gp_connection_enter(b->connection);
        if (s != NULL) {
            close_blob(b);
            (void)gp_connection_leave(s);
        }
        PyErr_Clear();
        PyErr_Restore(exception, value, traceback);
    }
    Py_CLEAR(b->connection);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"read", read_some, METH_VARARGS,
     "read($self, length=-1, /)\n--\n\nBytes from the offset on; all: -1."},
    {"write", write_some, METH_VARARGS,
     "write($self, data, /)\n--\n\nWrite at the offset; the size stays."},
    {"seek", seek, METH_VARARGS,
     "seek($self, offset, origin=0, /)\n--\n\nSet the offset."},
    {"tell", tell, METH_NOARGS, "tell($self, /)\n--\n\nThe offset."},
    {"close", close_it, METH_NOARGS, "close($self, /)\n--\n\nClose the blob."},
    {"__enter__", enter_with, METH_NOARGS, "Begin a block."},
    {"__exit__", exit_with, METH_VARARGS, "Close the blob."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(struct gp_blob, weak), READONLY,
     NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_dealloc, dealloc},
    {Py_tp_doc, "A value of a table, opened."},
    {Py_tp_methods, methods},
    {Py_tp_members, members},
    {Py_tp_traverse, traverse},
    {Py_mp_length, gp_span_length},
    {Py_mp_subscript, gp_span_get},
    {Py_mp_ass_subscript, gp_span_set},
    {0, NULL},
};

static PyType_Spec spec = {
    .name = "garner.Blob",
    .basicsize = sizeof(struct gp_blob),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};

PyTypeObject *gp_blob_make_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
