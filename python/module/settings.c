#include "settings.h"

#include "callbacks.h"
#include "errors.h"
#include "session.h"

enum kind {
    FUNCTION,
    AGGREGATE,
    WINDOW,
    COLLATION,
    TRACE,
    PROGRESS,
    AUTHORIZER
};

/* One of them. */
struct gp_setting {
    enum kind kind;
    unsigned number; /* links of a lower level lack it */
    char *name;      /* NULL for hooks */
    int arguments;
    int flags;
    int steps;
    PyObject *callable; /* NULL: it is taken away */
    TAILQ_ENTRY(gp_setting) in_connection;
};

static void destroy(struct gp_setting *s)
{
    Py_XDECREF(s->callable);
    PyMem_Free(s->name);
    PyMem_Free(s);
}

void gp_settings_clear(struct gp_connection *c)
{
    struct gp_setting *s;

    while ((s = TAILQ_FIRST(&c->settings)) != NULL) {
        TAILQ_REMOVE(&c->settings, s, in_connection);
        destroy(s);
    }
}

int gp_settings_traverse(struct gp_connection *c, visitproc visit, void *arg)
{
    struct gp_setting *s;

    if (!c->initialized)
        return 0;
    TAILQ_FOREACH(s, &c->settings, in_connection)
    Py_VISIT(s->callable);
    return 0;
}

/* --- applying ------------------------------------------------------------- */

static int apply(const struct gp_setting *s, struct gp_link *link,
                 struct garner_loan *loan)
{
    struct gp_state *state = link->connection->state;

    switch (s->kind) {
    case FUNCTION:
        return gp_callbacks_function(state, link->db, s->name, s->arguments,
                                     s->flags, s->callable);
    case AGGREGATE:
        return gp_callbacks_aggregate(state, link->db, s->name, s->arguments,
                                      s->callable);
    case WINDOW:
        return gp_callbacks_window(state, link->db, s->name, s->arguments,
                                   s->callable);
    case COLLATION:
        return gp_callbacks_collation(state, link->db, s->name, s->callable);
    case TRACE:
        return gp_callbacks_trace(link, s->callable);
    case PROGRESS:
        gp_callbacks_progress(link, loan, s->steps, s->callable);
        return SQLITE_OK;
    case AUTHORIZER:
        gp_callbacks_authorizer(link, loan, s->callable);
        return SQLITE_OK;
    }
    return SQLITE_MISUSE;
}

bool gp_settings_apply(struct gp_link *link, struct garner_loan *loan)
{
    struct gp_connection *c = link->connection;
    struct gp_setting *s;

    if (link->level == c->settings_made)
        return true;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(c->limits); i++)
        if (c->limits[i] >= 0)
            (void)sqlite3_limit(link->db, (int)i, c->limits[i]);
    TAILQ_FOREACH(s, &c->settings, in_connection)
    {
        int rc = s->number > link->level ? apply(s, link, loan) : SQLITE_OK;

        if (rc != SQLITE_OK) {
            gp_errors_sqlite(c->state, link->db);
            return false;
        }
    }
    link->level = c->settings_made;
    return true;
}

/* --- making --------------------------------------------------------------- */

static bool is_same(const struct gp_setting *a, const struct gp_setting *b)
{
    const bool both_functions = a->kind <= WINDOW && b->kind <= WINDOW;

    if (a->kind != b->kind && !both_functions)
        return false;
    if (a->name == NULL || b->name == NULL)
        return a->kind == b->kind;
    return a->arguments == b->arguments &&
           sqlite3_stricmp(a->name, b->name) == 0;
}

/* One that is replaced need not be applied any more. */
static void replace(struct gp_connection *c, struct gp_setting *s)
{
    struct gp_setting *at = TAILQ_FIRST(&c->settings);

    while (at != NULL) {
        struct gp_setting *next = TAILQ_NEXT(at, in_connection);

        if (is_same(at, s)) {
            TAILQ_REMOVE(&c->settings, at, in_connection);
            destroy(at);
        }
        at = next;
    }
    s->number = ++c->settings_made;
    TAILQ_INSERT_TAIL(&c->settings, s, in_connection);
}

static struct gp_setting *make(const struct gp_setting *like, const char *name,
                               PyObject *callable)
{
    struct gp_setting *s = PyMem_Malloc(sizeof *s);
    char *copy = name != NULL ? PyMem_Malloc(strlen(name) + 1) : NULL;

    if (s == NULL || (name != NULL && copy == NULL)) {
        PyMem_Free(s);
        PyMem_Free(copy);
        (void)PyErr_NoMemory();
        return NULL;
    }
    *s = *like;
    s->name = copy;
    if (name != NULL)
        memcpy(copy, name, strlen(name) + 1);
    s->callable = callable != Py_None ? Py_XNewRef(callable) : NULL;
    return s;
}

/* What has been tried on the connection at hand is for all. */
static bool try_it(struct gp_session *session, struct gp_setting *s,
                   const char *failure)
{
    struct gp_connection *c = session->connection;
    struct gp_reader *reader = NULL;
    struct gp_link *link;
    struct garner_loan *loan;
    int rc;

    if (c->read_only)
        reader = gp_session_lend(session);
    else if (!gp_session_take(session))
        return false;
    if (c->read_only && reader == NULL)
        return false;
    link = reader != NULL ? reader->link : c->writer;
    loan = reader != NULL ? reader->loan : session->loan;
    gp_link_enter(link);
    rc = apply(s, link, loan);
    if (rc == SQLITE_OK)
        link->level = c->settings_made + 1;
    else if (s->kind == WINDOW) /* SQLite says no more of them */
        PyErr_SetString(c->state->ProgrammingError, sqlite3_errstr(rc));
    else if (failure != NULL && rc != SQLITE_NOMEM)
        PyErr_SetString(c->state->OperationalError, failure);
    else
        gp_errors_sqlite(c->state, link->db);
    gp_link_leave(link);
    if (reader != NULL)
        gp_session_return(reader);
    return rc == SQLITE_OK;
}

static PyObject *set(struct gp_connection *c, const struct gp_setting *like,
                     const char *name, PyObject *callable, const char *failure)
{
    struct gp_session *session = gp_connection_enter(c);
    struct gp_setting *s;
    bool done;

    if (session == NULL)
        return NULL;
    s = make(like, name, callable);
    done = s != NULL && try_it(session, s, failure);
    if (done) {
        replace(c, s);
        c->hooked = true;
        c->pinned = c->pinned || s->kind == AUTHORIZER;
    } else if (s != NULL) {
        destroy(s);
    }
    if (!gp_connection_leave(session) || !done)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *gp_settings_create_function(PyObject *self, PyObject *args,
                                      PyObject *kwargs)
{
    static char *names[] = {"name", "narg", "func", "deterministic", NULL};
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_setting like = {.kind = FUNCTION, .flags = SQLITE_UTF8};
    PyObject *callable;
    const char *name;
    int deterministic = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "siO|$p:create_function",
                                     names, &name, &like.arguments, &callable,
                                     &deterministic) ||
        !gp_connection_check(c))
        return NULL;
    if (deterministic)
        like.flags |= SQLITE_DETERMINISTIC;
    return set(c, &like, name, callable, "Error creating function");
}

PyObject *gp_settings_create_aggregate(PyObject *self, PyObject *args,
                                       PyObject *kwargs)
{
    static char *names[] = {"name", "n_arg", "aggregate_class", NULL};
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_setting like = {.kind = AGGREGATE};
    PyObject *callable;
    const char *name;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "siO:create_aggregate",
                                     names, &name, &like.arguments,
                                     &callable) ||
        !gp_connection_check(c))
        return NULL;
    return set(c, &like, name, callable, "Error creating aggregate");
}

PyObject *gp_settings_create_window_function(PyObject *self, PyObject *args)
{
    struct gp_connection *c = (struct gp_connection *)self;
    struct gp_setting like = {.kind = WINDOW};
    PyObject *callable;
    const char *name;

    if (!PyArg_ParseTuple(args, "siO:create_window_function", &name,
                          &like.arguments, &callable) ||
        !gp_connection_check(c))
        return NULL;
    return set(c, &like, name, callable, NULL);
}

PyObject *gp_settings_create_collation(PyObject *self, PyObject *args)
{
    struct gp_connection *c = (struct gp_connection *)self;
    const struct gp_setting like = {.kind = COLLATION};
    PyObject *callable;
    const char *name;

    if (!PyArg_ParseTuple(args, "sO:create_collation", &name, &callable) ||
        !gp_connection_check(c))
        return NULL;
    if (callable != Py_None && !PyCallable_Check(callable)) {
        PyErr_SetString(PyExc_TypeError, "parameter must be callable");
        return NULL;
    }
    return set(c, &like, name, callable, NULL);
}

PyObject *gp_settings_set_authorizer(PyObject *self, PyObject *args,
                                     PyObject *kwargs)
{
    static char *names[] = {"authorizer_callback", NULL};
    const struct gp_setting like = {.kind = AUTHORIZER};
    PyObject *callable;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:set_authorizer", names,
                                     &callable))
        return NULL;
    return set((struct gp_connection *)self, &like, NULL, callable, NULL);
}

PyObject *gp_settings_set_progress_handler(PyObject *self, PyObject *args,
                                           PyObject *kwargs)
{
    static char *names[] = {"progress_handler", "n", NULL};
    struct gp_setting like = {.kind = PROGRESS};
    PyObject *callable;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Oi:set_progress_handler",
                                     names, &callable, &like.steps))
        return NULL;
    return set((struct gp_connection *)self, &like, NULL, callable, NULL);
}

PyObject *gp_settings_set_trace_callback(PyObject *self, PyObject *args,
                                         PyObject *kwargs)
{
    static char *names[] = {"trace_callback", NULL};
    const struct gp_setting like = {.kind = TRACE};
    PyObject *callable;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:set_trace_callback",
                                     names, &callable))
        return NULL;
    return set((struct gp_connection *)self, &like, NULL, callable, NULL);
}

/* --- limits --------------------------------------------------------------- */

/* The former limit; below 0: an exception is set. */
static int limit(struct gp_connection *c, int category, int value)
{
    struct gp_session *s = gp_connection_enter(c);
    struct gp_reader *reader = NULL;
    struct gp_link *link = NULL;
    int former = -1;

    if (s == NULL)
        return -1;
    if (c->pooled && s->loan == NULL) {
        reader = gp_session_lend(s);
        link = reader != NULL ? reader->link : NULL;
    } else if (gp_session_take(s)) {
        link = c->writer;
    }
    if (link != NULL) {
        gp_link_enter(link);
        former = sqlite3_limit(link->db, category, value);
        gp_link_leave(link);
        if (former < 0)
            PyErr_SetString(c->state->ProgrammingError,
                            "'category' is out of bounds");
    }
    if (former >= 0 && value >= 0) {
        c->limits[category] = value;
        c->hooked = true;
        link->level =
            c->settings_made == link->level ? link->level + 1 : link->level;
        c->settings_made++;
    }
    if (reader != NULL)
        gp_session_return(reader);
    return gp_connection_leave(s) ? former : -1;
}

PyObject *gp_settings_setlimit(PyObject *self, PyObject *args)
{
    int category;
    int value;
    int former;

    if (!PyArg_ParseTuple(args, "ii:setlimit", &category, &value))
        return NULL;
    former = limit((struct gp_connection *)self, category, value);
    return former >= 0 ? PyLong_FromLong(former) : NULL;
}

PyObject *gp_settings_getlimit(PyObject *self, PyObject *args)
{
    int category;
    int value;

    if (!PyArg_ParseTuple(args, "i:getlimit", &category))
        return NULL;
    value = limit((struct gp_connection *)self, category, -1);
    return value >= 0 ? PyLong_FromLong(value) : NULL;
}

/* --- extensions ----------------------------------------------------------- */

static PyObject *on_writer(struct gp_connection *c,
                           bool (*work)(struct gp_link *link, void *context),
                           void *context)
{
    struct gp_session *s = gp_connection_enter(c);
    bool done;

    if (s == NULL)
        return NULL;
    done = gp_session_take(s);
    if (done) {
        gp_link_enter(c->writer);
        done = work(c->writer, context);
        gp_link_leave(c->writer);
    }
    if (!gp_connection_leave(s) || !done)
        return NULL;
    Py_RETURN_NONE;
}

static bool enable(struct gp_link *link, void *context)
{
    if (sqlite3_enable_load_extension(link->db, *(int *)context) == SQLITE_OK)
        return true;
    PyErr_SetString(link->connection->state->OperationalError,
                    "Error enabling load extension");
    return false;
}

PyObject *gp_settings_enable_load_extension(PyObject *self, PyObject *args)
{
    int on;

    if (!PyArg_ParseTuple(args, "p:enable_load_extension", &on) ||
        !gp_connection_check((struct gp_connection *)self) ||
        PySys_Audit("sqlite3.enable_load_extension", "OO", self,
                    on ? Py_True : Py_False) < 0)
        return NULL;
    return on_writer((struct gp_connection *)self, enable, &on);
}

struct extension {
    const char *name;
    const char *entry;
};

static bool load(struct gp_link *link, void *context)
{
    const struct extension *e = context;
    char *words = NULL;
    int rc;

    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_load_extension(link->db, e->name, e->entry, &words);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK)
        PyErr_SetString(link->connection->state->OperationalError,
                        words != NULL ? words : "cannot be loaded");
    sqlite3_free(words);
    link->connection->pinned = true; /* readers do not have it */
    return rc == SQLITE_OK;
}

PyObject *gp_settings_load_extension(PyObject *self, PyObject *args,
                                     PyObject *kwargs)
{
    static char *names[] = {"name", "entrypoint", NULL};
    struct extension e = {0};

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|$z:load_extension", names,
                                     &e.name, &e.entry) ||
        !gp_connection_check((struct gp_connection *)self) ||
        PySys_Audit("sqlite3.load_extension", "Os", self, e.name) < 0)
        return NULL;
    return on_writer((struct gp_connection *)self, load, &e);
}
