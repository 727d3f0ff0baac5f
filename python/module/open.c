#include "open.h"

#include "cursor.h"
#include "errors.h"
#include "session.h"
#include "uri.h"

/* Most readers: each thread with a SELECT that is not at its end has one. */
enum { READERS = 1000, CACHED_STATEMENTS = 128, LEAST_MS = 100 };

static struct gp_connection *as_connection(PyObject *self)
{
    return (struct gp_connection *)self;
}

struct arguments {
    PyObject *database; /* bytes */
    double timeout;
    int detect_types;
    PyObject *isolation_level;
    PyObject *factory;
    int cached_statements;
    int uri;
    PyObject *autocommit;
    int per_thread;
};

static bool parse(PyObject *args, PyObject *kwargs, struct arguments *a)
{
    static char *names[] = {"database",
                            "timeout",
                            "detect_types",
                            "isolation_level",
                            "check_same_thread",
                            "factory",
                            "cached_statements",
                            "uri",
                            "autocommit",
                            "per_thread",
                            NULL};
    int check_same_thread;

    *a = (struct arguments){.timeout = 5.0,
                            .cached_statements = CACHED_STATEMENTS,
                            .per_thread = true};
    return PyArg_ParseTupleAndKeywords(
        args, kwargs, "O&|diOpOip$Op:Connection", names, PyUnicode_FSConverter,
        &a->database, &a->timeout, &a->detect_types, &a->isolation_level,
        &check_same_thread, &a->factory, &a->cached_statements, &a->uri,
        &a->autocommit, &a->per_thread);
}

bool gp_open_level(PyObject *value, const char **level)
{
    static const char *const levels[] = {"", "DEFERRED", "IMMEDIATE",
                                         "EXCLUSIVE"};
    Py_ssize_t size;
    const char *text;

    if (value == Py_None) {
        *level = NULL;
        return true;
    }
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError,
                     "isolation_level must be str or None, not %.50s",
                     Py_TYPE(value)->tp_name);
        return false;
    }
    text = PyUnicode_AsUTF8AndSize(value, &size);
    if (text == NULL)
        return false;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strlen(text) == (size_t)size &&
            PyOS_stricmp(text, levels[i]) == 0) {
            *level = levels[i];
            return true;
        }
    PyErr_SetString(PyExc_ValueError,
                    "isolation_level string must be '', 'DEFERRED', "
                    "'IMMEDIATE', or 'EXCLUSIVE'");
    return false;
}

bool gp_open_autocommit(PyObject *value, enum gp_autocommit *mode)
{
    if (value == Py_True)
        *mode = GP_AUTO;
    else if (value == Py_False)
        *mode = GP_MANUAL;
    else if (PyLong_Check(value) && PyLong_AsLong(value) == GP_LEGACY)
        *mode = GP_LEGACY;
    else {
        PyErr_Clear();
        PyErr_SetString(PyExc_ValueError, "autocommit must be True, False, or "
                                          "sqlite3.LEGACY_TRANSACTION_CONTROL");
        return false;
    }
    return true;
}

/* The turn may be just on its way to the next, even where nobody writes. */
static int ms_of(double seconds)
{
    if (!(seconds > LEAST_MS / 1000.0))
        return LEAST_MS;
    return seconds < 2000000 ? (int)(seconds * 1000) : 2000000000;
}

void gp_connection_set_timeout(struct gp_connection *c, int milliseconds)
{
    c->timeout_ms = milliseconds > LEAST_MS ? milliseconds : LEAST_MS;
}

static enum garner_code open_store(struct gp_connection *c, const char *url,
                                   struct garner_options *options,
                                   struct garner_error *err)
{
    enum garner_code code;

    options->timeout_ms = c->timeout_ms;
    options->readers = READERS;
    options->max_read_age_ms = 0; /* rows may be read as slowly as one likes */
    c->hooks = (struct garner_sqlite_hooks){.opened = gp_connection_opened,
                                            .closing = gp_connection_closing,
                                            .context = c};
    Py_BEGIN_ALLOW_THREADS
    code = garner_sqlite_open(url, options, &c->hooks, &c->store, err);
    Py_END_ALLOW_THREADS
    return code;
}

/* Opening fails for want of a file more often than not. */
static void explain(struct gp_state *state, struct garner_error *err)
{
    if (err->code == GARNER_IO || err->code == GARNER_UNSUPPORTED ||
        err->code == GARNER_INVALID)
        err->code = GARNER_NOTFOUND;
    gp_errors_garner(state, err);
}

/* Finds out whether there are readers. */
static void look(struct gp_connection *c, const char *url)
{
    struct garner_loan *loan;

    c->memory =
        strcmp(url, ":memory:") == 0 || strcmp(url, "sqlite::memory:") == 0;
    c->pooled = !c->memory && garner_sqlite_lend_reader(c->store, 1000, &loan,
                                                        NULL) == GARNER_OK;
    if (c->pooled)
        garner_sqlite_give(loan);
}

static bool open_it(struct gp_connection *c, PyObject *database, bool uri)
{
    struct garner_options options;
    struct garner_error err;
    enum garner_code code;
    char *url;

    garner_options_init(&options);
    url = gp_uri_resolve(c->state, database, uri, &options);
    if (url == NULL)
        return false;
    code = open_store(c, url, &options, &err);
    if (code == GARNER_OK)
        look(c, url);
    else
        explain(c->state, &err);
    c->read_only = options.read_only;
    PyMem_Free(url);
    return code == GARNER_OK;
}

/* What a cursor has under way on the database that was open before stays. */
static bool end_former(struct gp_connection *c)
{
    struct gp_session *s;
    bool done;

    if (!c->initialized || c->store == NULL)
        return true;
    Py_XSETREF(c->text_factory, Py_NewRef((PyObject *)&PyUnicode_Type));
    s = gp_connection_enter(c);
    if (s == NULL)
        return false;
    done = gp_cursor_keep_every(s);
    done = gp_connection_leave(s) && done;
    if (done)
        (void)gp_connection_shut(c);
    return done;
}

static bool make_locks(struct gp_connection *c)
{
    if (c->turn == NULL)
        c->turn = PyThread_allocate_lock();
    if (c->turn != NULL && c->drained == NULL) {
        c->drained = PyThread_allocate_lock();
        if (c->drained != NULL)
            (void)PyThread_acquire_lock(c->drained, WAIT_LOCK);
    }
    if (c->turn != NULL && c->drained != NULL)
        return true;
    (void)PyErr_NoMemory();
    return false;
}

static bool start(struct gp_connection *c, struct arguments *a)
{
    enum gp_autocommit autocommit = GP_LEGACY;
    const char *level = "";

    if ((a->isolation_level != NULL &&
         !gp_open_level(a->isolation_level, &level)) ||
        (a->autocommit != NULL &&
         !gp_open_autocommit(a->autocommit, &autocommit)) ||
        !end_former(c))
        return false;
    c->initialized = false;
    if (!make_locks(c))
        return false;
    TAILQ_INIT(&c->settings);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(c->limits); i++)
        c->limits[i] = -1;
    c->timeout_ms = ms_of(a->timeout);
    c->detect_types = a->detect_types;
    c->cached_statements = a->cached_statements > 0 ? a->cached_statements : 0;
    c->level = level;
    c->autocommit = autocommit;
    c->per_thread = a->per_thread != 0;
    c->pinned = c->hooked = false;
    c->settings_made = 0;
    c->total_changes = 0;
    Py_XSETREF(c->row_factory, Py_NewRef(Py_None));
    Py_XSETREF(c->text_factory, Py_NewRef((PyObject *)&PyUnicode_Type));
    return true;
}

int gp_open(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct gp_connection *c = as_connection(self);
    struct arguments a;
    bool done;

    c->state = gp_state_of_type(Py_TYPE(self));
    Py_XSETREF(c->module, Py_NewRef(c->state->module));
    if (!parse(args, kwargs, &a))
        return -1;
    done = PySys_Audit("sqlite3.connect", "O", a.database) == 0 &&
           start(c, &a) && open_it(c, a.database, a.uri != 0);
    Py_DECREF(a.database);
    if (!done)
        return -1;
    c->forks = c->state->forks;
    c->initialized = true;
    LIST_INSERT_HEAD(&c->state->connections, c, in_state);
    return PySys_Audit("sqlite3.connect/handle", "O", self);
}
