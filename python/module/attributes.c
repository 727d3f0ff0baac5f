#include "attributes.h"

#include "open.h"
#include "session.h"

static struct gp_connection *as_connection(PyObject *self)
{
    return (struct gp_connection *)self;
}

static PyObject *get_isolation_level(PyObject *self, void *unused)
{
    struct gp_connection *c = as_connection(self);

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    if (c->level == NULL)
        Py_RETURN_NONE;
    return PyUnicode_FromString(c->level);
}

/* Ends the transaction of the calling thread. */
static bool commit_for(struct gp_connection *c)
{
    struct gp_session *s = gp_connection_enter(c);
    bool done;

    if (s == NULL)
        return false;
    done = c->autocommit == GP_AUTO || gp_session_commit(s);
    return gp_connection_leave(s) && done;
}

static int set_isolation_level(PyObject *self, PyObject *value, void *unused)
{
    struct gp_connection *c = as_connection(self);
    const char *level;

    (void)unused;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!gp_open_level(value, &level))
        return -1;
    if (level == NULL && c->store != NULL && !commit_for(c))
        return -1;
    c->level = level;
    return 0;
}

static PyObject *get_autocommit(PyObject *self, void *unused)
{
    struct gp_connection *c = as_connection(self);

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    if (c->autocommit == GP_LEGACY)
        return PyLong_FromLong(GP_LEGACY);
    return PyBool_FromLong(c->autocommit == GP_AUTO);
}

static int set_autocommit(PyObject *self, PyObject *value, void *unused)
{
    struct gp_connection *c = as_connection(self);
    enum gp_autocommit mode;

    (void)unused;
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    if (!gp_connection_check(c) || !gp_open_autocommit(value, &mode))
        return -1;
    if (mode == GP_AUTO && !commit_for(c))
        return -1;
    c->autocommit = mode;
    return 0;
}

/* The calling thread's session, without making one. */
static struct gp_session *known_session(struct gp_connection *c)
{
    const unsigned long me =
        c->per_thread ? PyThread_get_thread_ident() : GP_NO_THREAD;
    struct gp_session *s;

    LIST_FOREACH(s, &c->sessions, in_connection)
    if (s->thread == me)
        return s;
    return NULL;
}

static PyObject *get_total_changes(PyObject *self, void *unused)
{
    struct gp_connection *c = as_connection(self);
    const struct gp_session *s;

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    s = known_session(c);
    return PyLong_FromLongLong(c->total_changes +
                               (s != NULL ? gp_session_changes(s) : 0));
}

static PyObject *get_in_transaction(PyObject *self, void *unused)
{
    struct gp_connection *c = as_connection(self);
    struct gp_session *s;

    (void)unused;
    if (!gp_connection_check(c))
        return NULL;
    s = known_session(c);
    return PyBool_FromLong(c->autocommit == GP_MANUAL ||
                           (s != NULL && gp_session_in_transaction(s)));
}

static PyObject *get_exception(PyObject *self, void *name)
{
    struct gp_state *state = gp_state_of_type(Py_TYPE(self));

    return PyObject_GetAttrString(state->module, name);
}

#define EXCEPTION(name)                                                        \
    {                                                                          \
#name, get_exception, NULL, NULL, #name                                \
    }

PyGetSetDef gp_attributes[] = {
    {"isolation_level", get_isolation_level, set_isolation_level, NULL, NULL},
    {"autocommit", get_autocommit, set_autocommit, NULL, NULL},
    {"total_changes", get_total_changes, NULL, NULL, NULL},
    {"in_transaction", get_in_transaction, NULL, NULL, NULL},
    EXCEPTION(Warning),
    EXCEPTION(Error),
    EXCEPTION(InterfaceError),
    EXCEPTION(DatabaseError),
    EXCEPTION(DataError),
    EXCEPTION(OperationalError),
    EXCEPTION(IntegrityError),
    EXCEPTION(InternalError),
    EXCEPTION(ProgrammingError),
    EXCEPTION(NotSupportedError),
    {NULL, NULL, NULL, NULL, NULL},
};
