#include "copy.h"

#include "errors.h"
#include "place.h"

/* --- backup --------------------------------------------------------------- */

struct backup {
    int pages;
    PyObject *progress;
    const char *name;
    double sleep_s;
};

static bool tell(const struct backup *how, sqlite3_backup *backup, int rc)
{
    PyObject *done;

    if (how->progress == Py_None)
        return true;
    done = PyObject_CallFunction(how->progress, "iii", rc,
                                 sqlite3_backup_remaining(backup),
                                 sqlite3_backup_pagecount(backup));
    Py_XDECREF(done);
    return done != NULL;
}

static int step(sqlite3_backup *backup, int pages)
{
    int rc;

    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_backup_step(backup, pages);
    Py_END_ALLOW_THREADS
    return rc;
}

static bool copy(struct gp_state *state, const struct backup *how, sqlite3 *to,
                 sqlite3 *from)
{
    sqlite3_backup *backup;
    bool told = true;
    int rc;

    Py_BEGIN_ALLOW_THREADS
    backup = sqlite3_backup_init(to, "main", from, how->name);
    Py_END_ALLOW_THREADS
    if (backup == NULL) {
        gp_errors_sqlite(state, to);
        return false;
    }
    do {
        rc = step(backup, how->pages);
        told = tell(how, backup, rc);
        if (told && (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)) {
            Py_BEGIN_ALLOW_THREADS
            sqlite3_sleep((int)(how->sleep_s * 1000));
            Py_END_ALLOW_THREADS
        }
    } while (told &&
             (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED));
    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_backup_finish(backup);
    Py_END_ALLOW_THREADS
    if (told && rc != SQLITE_OK)
        gp_errors_set(state, rc, rc == SQLITE_NOMEM ? "" : sqlite3_errmsg(to));
    return told && rc == SQLITE_OK;
}

/* Into t's writer, from s. */
static bool back_up(struct gp_session *s, struct gp_session *t,
                    const struct backup *how)
{
    struct gp_state *state = s->connection->state;
    struct gp_place from = {0};
    bool done;

    if (gp_session_in_transaction(t)) {
        PyErr_SetString(state->OperationalError, "target is in transaction");
        return false;
    }
    if (!gp_session_take(t) || !gp_place_select(s, &from))
        return false;
    gp_link_enter(t->connection->writer);
    done = copy(state, how, t->connection->writer->db, from.link->db);
    t->wrote = true;
    gp_link_leave(t->connection->writer);
    gp_place_leave(&from);
    return done;
}

static bool check(PyObject *self, PyObject *target, const struct backup *how)
{
    struct gp_connection *c = (struct gp_connection *)self;

    if (!gp_connection_check(c) ||
        !gp_connection_check((struct gp_connection *)target))
        return false;
    if (target == self) {
        PyErr_SetString(PyExc_ValueError,
                        "target cannot be the same connection instance");
        return false;
    }
    if (how->progress != Py_None && !PyCallable_Check(how->progress)) {
        PyErr_SetString(PyExc_TypeError,
                        "progress argument must be a callable");
        return false;
    }
    return true;
}

/* Both, in one order for all threads: where a session is shared, who has one of
 * two waits for the other. */
static bool enter_both(PyObject *from, PyObject *to, struct gp_session **s,
                       struct gp_session **t)
{
    const bool turned = (uintptr_t)to < (uintptr_t)from;
    struct gp_session **first = turned ? t : s;
    struct gp_session **second = turned ? s : t;

    *first = gp_connection_enter((struct gp_connection *)(turned ? to : from));
    if (*first == NULL)
        return false;
    *second = gp_connection_enter((struct gp_connection *)(turned ? from : to));
    if (*second == NULL)
        (void)gp_connection_leave(*first);
    return *second != NULL;
}

PyObject *gp_copy_backup(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"target", "pages", "progress",
                            "name",   "sleep", NULL};
    struct gp_state *state = gp_state_of_type(Py_TYPE(self));
    struct backup how = {
        .pages = -1, .progress = Py_None, .name = "main", .sleep_s = 0.25};
    struct gp_session *s;
    struct gp_session *t;
    PyObject *target;
    bool done;

    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "O!|$iOsd:backup", names, state->connection_type,
            &target, &how.pages, &how.progress, &how.name, &how.sleep_s) ||
        !check(self, target, &how))
        return NULL;
    if (how.pages == 0)
        how.pages = -1;
    if (!enter_both(self, target, &s, &t))
        return NULL;
    done = back_up(s, t, &how);
    done = gp_connection_leave(t) && done;
    done = gp_connection_leave(s) && done;
    return done ? Py_NewRef(Py_None) : NULL;
}

/* --- serialize ------------------------------------------------------------ */

/* With the link entered. */
static PyObject *serialized(struct gp_state *state, struct gp_link *link,
                            const char *name)
{
    sqlite3_int64 size;
    unsigned char *data;
    PyObject *bytes;

    Py_BEGIN_ALLOW_THREADS
    data = sqlite3_serialize(link->db, name, &size, 0);
    Py_END_ALLOW_THREADS
    if (data == NULL) {
        PyErr_Format(state->OperationalError, "unable to serialize '%s'", name);
        return NULL;
    }
    bytes = PyBytes_FromStringAndSize((char *)data, (Py_ssize_t)size);
    sqlite3_free(data);
    return bytes;
}

PyObject *gp_copy_serialize(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"name", NULL};
    struct gp_connection *c = (struct gp_connection *)self;
    const char *name = "main";
    struct gp_session *s;
    struct gp_place from = {0};
    PyObject *bytes = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$s:serialize", names,
                                     &name))
        return NULL;
    s = gp_connection_enter(c);
    if (s == NULL)
        return NULL;
    if (gp_place_select(s, &from)) {
        bytes = serialized(c->state, from.link, name);
        gp_place_leave(&from);
    }
    if (!gp_connection_leave(s))
        Py_CLEAR(bytes);
    return bytes;
}

static bool deserialize(struct gp_session *s, const char *name,
                        const Py_buffer *data)
{
    struct gp_connection *c = s->connection;
    unsigned char *copy;
    int rc;

    if (!c->memory) {
        PyErr_SetString(c->state->NotSupportedError,
                        "deserialize() is for databases in memory; this one "
                        "has a file, to which backup() copies");
        return false;
    }
    if (!gp_session_take(s))
        return false;
    copy = sqlite3_malloc64((sqlite3_uint64)data->len + 1);
    if (copy == NULL) {
        (void)PyErr_NoMemory();
        return false;
    }
    memcpy(copy, data->buf, (size_t)data->len);
    gp_link_enter(c->writer);
    Py_BEGIN_ALLOW_THREADS /* which takes copy, even when it fails */
    rc = sqlite3_deserialize(c->writer->db, name, copy, data->len, data->len,
                             SQLITE_DESERIALIZE_FREEONCLOSE |
                                 SQLITE_DESERIALIZE_RESIZEABLE);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK)
        gp_errors_sqlite(c->state, c->writer->db);
    gp_link_leave(c->writer);
    return rc == SQLITE_OK;
}

PyObject *gp_copy_deserialize(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"", "name", NULL};
    struct gp_connection *c = (struct gp_connection *)self;
    const char *name = "main";
    struct gp_session *s;
    Py_buffer data = {0};
    PyObject *source;
    bool done;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$s:deserialize", names,
                                     &source, &name))
        return NULL;
    if (PyUnicode_Check(source)) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(source, &size);

        if (text == NULL ||
            PyBuffer_FillInfo(&data, source, (void *)text, size, 1, 0) < 0)
            return NULL;
    } else if (PyObject_GetBuffer(source, &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if ((uint64_t)data.len > (uint64_t)INT64_MAX - 1) {
        PyErr_SetString(PyExc_OverflowError, "'data' is too large");
        PyBuffer_Release(&data);
        return NULL;
    }
    s = gp_connection_enter(c);
    done = s != NULL && deserialize(s, name, &data);
    if (s != NULL)
        done = gp_connection_leave(s) && done;
    PyBuffer_Release(&data);
    return done ? Py_NewRef(Py_None) : NULL;
}
