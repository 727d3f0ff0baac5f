#include "records.h"

#include <structseq.h>

#include "errors.h"
#include "garner/record.h"
#include "session.h"

/* --- a record ------------------------------------------------------------- */

enum { FIELDS = 8 };

static PyStructSequence_Field fields[] = {
    {"id", "its number, never used again"},
    {"notes", "what it is found by"},
    {"data", "bytes; None: not asked for"},
    {"time", "seconds since 1970, UTC"},
    {"attempts", "times that pop gave it out"},
    {"lease", "what ack asks for; 0: nobody took it"},
    {"due", "pop gives it out no sooner; 0.0: it is set aside"},
    {"set_aside", "pop gave it out often enough"},
    {NULL, NULL},
};

static PyStructSequence_Desc description = {
    "garner.Record", "An object under notes.", fields, FIELDS};

PyTypeObject *gp_records_make_type(PyObject *module)
{
    (void)module;
    return PyStructSequence_NewType(&description);
}

static double seconds_of(int64_t us)
{
    return (double)us / 1e6;
}

static PyObject *data_of(const struct garner_record *r)
{
    return r->data != NULL
               ? PyBytes_FromStringAndSize(r->data, (Py_ssize_t)r->size)
               : Py_NewRef(Py_None);
}

static PyObject *object_of(struct gp_state *state,
                           const struct garner_record *r)
{
    PyObject *made = PyStructSequence_New(state->record_type);
    PyObject *values[FIELDS] = {
        PyLong_FromLongLong(r->id),
        PyUnicode_FromString(r->notes),
        data_of(r),
        PyFloat_FromDouble(seconds_of(r->time_us)),
        PyLong_FromLong(r->attempts),
        PyLong_FromLongLong(r->lease),
        PyFloat_FromDouble(seconds_of(r->due_us)),
        PyBool_FromLong(r->set_aside),
    };
    bool whole = made != NULL;

    for (int i = 0; i < FIELDS; i++)
        whole = whole && values[i] != NULL;
    for (int i = 0; i < FIELDS; i++) {
        if (whole)
            PyStructSequence_SET_ITEM(made, i, values[i]);
        else
            Py_XDECREF(values[i]);
    }
    if (!whole)
        Py_CLEAR(made);
    return made;
}

/* --- calls ---------------------------------------------------------------- */

/* Begins a call; NULL: an exception is set. */
static struct gp_session *enter(PyObject *self)
{
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_session *s = gp_connection_enter(c);

    if (s == NULL || !gp_session_in_transaction(s))
        return s;
    PyErr_SetString(c->state->ProgrammingError,
                    "a record is a transaction of its own: commit or roll back "
                    "the one that this thread has open");
    (void)gp_connection_leave(s);
    return NULL;
}

/* Ends it. made is the call's result; NULL, if code is not OK. */
static PyObject *leave(struct gp_session *s, enum garner_code code,
                       const struct garner_error *err, PyObject *made)
{
    if (code != GARNER_OK)
        gp_errors_garner(s->connection->state, err);
    if (!gp_connection_leave(s) || code != GARNER_OK)
        Py_CLEAR(made);
    return made;
}

/* The same where "not there" is an answer: None. */
static PyObject *leave_with_record(struct gp_session *s, enum garner_code code,
                                   const struct garner_error *err,
                                   struct garner_record *r)
{
    PyObject *made = NULL;

    if (code == GARNER_NOTFOUND) {
        made = Py_NewRef(Py_None);
        code = GARNER_OK;
    } else if (code == GARNER_OK) {
        made = object_of(s->connection->state, r);
    }
    garner_record_free(r);
    return leave(s, code, err, made);
}

/* And where it is False. */
static PyObject *leave_with_bool(struct gp_session *s, enum garner_code code,
                                 const struct garner_error *err)
{
    PyObject *made = PyBool_FromLong(code != GARNER_NOTFOUND);

    s->connection->writes++;
    return leave(s, code == GARNER_NOTFOUND ? GARNER_OK : code, err, made);
}

/* Seconds as what the library counts in; false: an exception is set. */
static bool scale(double seconds, double unit, const char *what, int64_t *out)
{
    const double scaled = seconds * unit;

    if (scaled > -9e18 && scaled < 9e18) {
        *out = (int64_t)scaled;
        return true;
    }
    PyErr_Format(PyExc_OverflowError, "%s is out of range", what);
    return false;
}

PyObject *gp_records_put(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"data", "notes", "collection",
                            "time", "delay", NULL};
    struct garner_entry entry = {0};
    const char *collection = NULL;
    struct gp_session *s = NULL;
    struct garner_error err;
    double at = 0, delay = 0;
    enum garner_code code;
    Py_buffer data;
    int64_t id;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s*|sz$dd:put", names, &data,
                                     &entry.notes, &collection, &at, &delay))
        return NULL;
    entry.data = data.buf;
    entry.size = (size_t)data.len;
    if (scale(at, 1e6, "time", &entry.time_us) &&
        scale(delay, 1e3, "delay", &entry.delay_ms))
        s = enter(self);
    if (s == NULL) {
        PyBuffer_Release(&data);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    code = garner_put(s->connection->store, collection, &entry, &id, &err);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    s->connection->writes++;
    return leave(s, code, &err,
                 code == GARNER_OK ? PyLong_FromLongLong(id) : NULL);
}

PyObject *gp_records_get(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"id", "collection", NULL};
    const char *collection = NULL;
    struct garner_record *record;
    struct garner_error err;
    struct gp_session *s;
    enum garner_code code;
    long long id;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "L|z:get", names, &id,
                                     &collection))
        return NULL;
    s = enter(self);
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_get(s->connection->store, collection, id, &record, &err);
    Py_END_ALLOW_THREADS
    return leave_with_record(s, code, &err, record);
}

PyObject *gp_records_remove(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"id", "collection", NULL};
    const char *collection = NULL;
    struct garner_error err;
    struct gp_session *s;
    enum garner_code code;
    long long id;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "L|z:remove", names, &id,
                                     &collection))
        return NULL;
    s = enter(self);
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_remove(s->connection->store, collection, id, &err);
    Py_END_ALLOW_THREADS
    return leave_with_bool(s, code, &err);
}

/* --- finding -------------------------------------------------------------- */

/* The records of a cursor, as a list; *code and *err say how it ended. */
static PyObject *list_of(struct gp_state *state, struct garner_records *records,
                         enum garner_code *code, struct garner_error *err)
{
    const struct garner_record *record;
    PyObject *list = PyList_New(0);

    while (list != NULL) {
        PyObject *made;

        Py_BEGIN_ALLOW_THREADS
        *code = garner_records_next(records, &record, err);
        Py_END_ALLOW_THREADS
        if (*code != GARNER_ROW)
            break;
        made = object_of(state, record);
        if (made == NULL || PyList_Append(list, made) < 0)
            Py_CLEAR(list);
        Py_XDECREF(made);
    }
    if (list == NULL || *code == GARNER_DONE)
        *code = GARNER_OK;
    return list;
}

static PyObject *find(PyObject *self, const char *collection,
                      const struct garner_filter *filter, bool data)
{
    const struct garner_find_options options = {.without_data = !data};
    struct gp_session *s = enter(self);
    struct garner_records *records;
    struct garner_error err;
    PyObject *list = NULL;
    enum garner_code code;

    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_find(s->connection->store, collection, filter, &options,
                       &records, &err);
    Py_END_ALLOW_THREADS
    if (code == GARNER_OK) {
        list = list_of(s->connection->state, records, &code, &err);
        Py_BEGIN_ALLOW_THREADS
        garner_records_close(records);
        Py_END_ALLOW_THREADS
    }
    return leave(s, code, &err, list);
}

PyObject *gp_records_find(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"words",  "collection", "glob",  "like",
                            "regexp", "since",      "until", "set_aside",
                            "newest", "limit",      "data",  NULL};
    struct garner_filter f = {0};
    const char *collection = NULL;
    double since = 0, until = 0;
    long long limit = 0;
    int set_aside = 0, newest = 0, data = 1;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|zz$zzzddppLp:find", names,
                                     &f.words, &collection, &f.glob, &f.like,
                                     &f.regexp, &since, &until, &set_aside,
                                     &newest, &limit, &data))
        return NULL;
    if (!scale(since, 1e6, "since", &f.since_us) ||
        !scale(until, 1e6, "until", &f.until_us))
        return NULL;
    f.set_aside = set_aside != 0;
    f.order = newest ? GARNER_NEWEST : GARNER_OLDEST;
    f.limit = limit;
    return find(self, collection, &f, data != 0);
}

/* --- taking --------------------------------------------------------------- */

PyObject *gp_records_pop(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"collection", "lease", "max_attempts", NULL};
    struct garner_pop_options options = {0};
    const char *collection = NULL;
    struct garner_record *record;
    struct garner_error err;
    struct gp_session *s;
    enum garner_code code;
    double lease = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|z$di:pop", names,
                                     &collection, &lease,
                                     &options.max_attempts) ||
        !scale(lease, 1e3, "lease", &options.lease_ms))
        return NULL;
    s = enter(self);
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code =
        garner_pop(s->connection->store, collection, &options, &record, &err);
    Py_END_ALLOW_THREADS
    s->connection->writes++;
    return leave_with_record(s, code, &err, record);
}

/* The id and lease of a record; false: an exception is set. */
static bool read_taken(PyObject *self, PyObject *record, int64_t *id,
                       int64_t *lease)
{
    struct gp_state *state = ((struct gp_connection *)self)->state;

    if (!Py_IS_TYPE(record, state->record_type)) {
        PyErr_Format(PyExc_TypeError, "a Record is needed, not %s",
                     Py_TYPE(record)->tp_name);
        return false;
    }
    *id = PyLong_AsLongLong(PyStructSequence_GET_ITEM(record, 0));
    *lease = PyLong_AsLongLong(PyStructSequence_GET_ITEM(record, 5));
    return !PyErr_Occurred();
}

PyObject *gp_records_ack(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"record", NULL};
    struct garner_error err;
    struct gp_session *s;
    enum garner_code code;
    int64_t id, lease;
    PyObject *record;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:ack", names, &record) ||
        !read_taken(self, record, &id, &lease))
        return NULL;
    s = enter(self);
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_ack(s->connection->store, id, lease, &err);
    Py_END_ALLOW_THREADS
    return leave_with_bool(s, code, &err);
}

typedef enum garner_code later_call(struct garner_store *store, int64_t id,
                                    int64_t lease, int64_t ms,
                                    struct garner_error *err);

/* give_back and extend. */
static PyObject *later(PyObject *self, PyObject *record, double seconds,
                       later_call *call)
{
    struct garner_error err;
    struct gp_session *s;
    enum garner_code code;
    int64_t id, lease, ms;

    if (!read_taken(self, record, &id, &lease) ||
        !scale(seconds, 1e3, "the time", &ms))
        return NULL;
    s = enter(self);
    if (s == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = call(s->connection->store, id, lease, ms, &err);
    Py_END_ALLOW_THREADS
    return leave_with_bool(s, code, &err);
}

PyObject *gp_records_give_back(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"record", "delay", NULL};
    PyObject *record;
    double delay = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|d:give_back", names,
                                     &record, &delay))
        return NULL;
    return later(self, record, delay, garner_give_back);
}

PyObject *gp_records_extend(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"record", "lease", NULL};
    PyObject *record;
    double lease;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Od:extend", names, &record,
                                     &lease))
        return NULL;
    return later(self, record, lease, garner_extend);
}
