#include "errors.h"

#include <stddef.h>
#include <stdio.h>

#include "codes.h"

struct class
{
    const char *name;
    size_t at;   /* in the state */
    size_t base; /* 0: Exception */
};

#define CLASS(name, base)                                                      \
    {                                                                          \
        "garner." #name, offsetof(struct gp_state, name), base                 \
    }

static PyObject **slot(struct gp_state *state, size_t at)
{
    return (PyObject **)((char *)state + at);
}

int gp_errors_init(struct gp_state *state, PyObject *module)
{
    const size_t error = offsetof(struct gp_state, Error);
    const size_t database = offsetof(struct gp_state, DatabaseError);
    const struct class classes[] = {
        CLASS(Warning, 0),
        CLASS(Error, 0),
        CLASS(InterfaceError, error),
        CLASS(DatabaseError, error),
        CLASS(DataError, database),
        CLASS(OperationalError, database),
        CLASS(IntegrityError, database),
        CLASS(InternalError, database),
        CLASS(ProgrammingError, database),
        CLASS(NotSupportedError, database),
    };

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        const struct class *c = &classes[i];
        PyObject *base = c->base != 0 ? *slot(state, c->base) : PyExc_Exception;
        PyObject *made = PyErr_NewException(c->name, base, NULL);

        *slot(state, c->at) = made;
        if (made == NULL || PyModule_AddObjectRef(
                                module, c->name + strlen("garner."), made) < 0)
            return -1;
    }
    return 0;
}

static int add_all(PyObject *module, const struct gp_code *codes)
{
    char name[64];

    for (; codes->name != NULL; codes++) {
        snprintf(name, sizeof name, "SQLITE_%s", codes->name);
        if (PyModule_AddIntConstant(module, name, codes->value) < 0)
            return -1;
    }
    return 0;
}

int gp_errors_add_constants(PyObject *module)
{
    if (add_all(module, gp_codes) < 0)
        return -1;
    return add_all(module, gp_other_constants);
}

static PyObject *class_of(const struct gp_state *state, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_INTERNAL:
    case SQLITE_NOTFOUND:
        return state->InternalError;
    case SQLITE_ERROR:
    case SQLITE_PERM:
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_EMPTY:
    case SQLITE_SCHEMA:
        return state->OperationalError;
    case SQLITE_TOOBIG:
        return state->DataError;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return state->IntegrityError;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return state->InterfaceError;
    default: /* CORRUPT among them */
        return state->DatabaseError;
    }
}

static int add_code(PyObject *error, int rc)
{
    const char *known = gp_codes_name(rc);
    PyObject *code = PyLong_FromLong(rc);
    PyObject *name = known != NULL ? PyUnicode_FromFormat("SQLITE_%s", known)
                                   : PyUnicode_FromString("unknown");
    int failed = -1;

    if (code != NULL && name != NULL &&
        PyObject_SetAttrString(error, "sqlite_errorcode", code) == 0)
        failed = PyObject_SetAttrString(error, "sqlite_errorname", name);
    Py_XDECREF(code);
    Py_XDECREF(name);
    return failed;
}

static void raise(PyObject *class, int rc, const char *words)
{
    PyObject *text =
        PyUnicode_DecodeUTF8(words, (Py_ssize_t)strlen(words), "replace");
    PyObject *error = text != NULL ? PyObject_CallOneArg(class, text) : NULL;

    if (error != NULL && add_code(error, rc) == 0)
        PyErr_SetObject(class, error);
    Py_XDECREF(text);
    Py_XDECREF(error);
}

void gp_errors_set(struct gp_state *state, int rc, const char *words)
{
    if ((rc & 0xff) == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM)
        (void)PyErr_NoMemory();
    else
        raise(class_of(state, rc), rc, words);
}

void gp_errors_sqlite(struct gp_state *state, sqlite3 *db)
{
    gp_errors_set(state, sqlite3_extended_errcode(db), sqlite3_errmsg(db));
}

/* Words that programs look for come first. */
static void raise_locked(struct gp_state *state, const struct garner_error *err)
{
    char words[sizeof err->message + 32];

    snprintf(words, sizeof words, "database is locked: %s", err->message);
    raise(state->OperationalError, SQLITE_BUSY, words);
}

static void raise_cannot_open(struct gp_state *state,
                              const struct garner_error *err)
{
    const int rc =
        (err->native & 0xff) == SQLITE_CANTOPEN ? err->native : SQLITE_CANTOPEN;
    char words[sizeof err->message + 32];

    snprintf(words, sizeof words, "unable to open database file: %s",
             err->message);
    raise(state->OperationalError, rc, words);
}

/* In SQLite's own words alone, which programs may know. */
static void raise_constraint(struct gp_state *state,
                             const struct garner_error *err)
{
    char words[sizeof err->message];
    char *end;

    memcpy(words, err->message, sizeof words);
    end = strstr(words, ", in: ");
    if (end != NULL)
        *end = '\0';
    gp_errors_set(state, err->native != 0 ? err->native : SQLITE_CONSTRAINT,
                  words);
}

void gp_errors_garner(struct gp_state *state, const struct garner_error *err)
{
    switch (err->code) {
    case GARNER_NOMEM:
        (void)PyErr_NoMemory();
        break;
    case GARNER_MISUSE:
    case GARNER_CLOSED:
        raise(state->ProgrammingError, SQLITE_MISUSE, err->message);
        break;
    case GARNER_BUSY:
    case GARNER_TIMEOUT:
    case GARNER_FULL:
        raise_locked(state, err);
        break;
    case GARNER_UNSUPPORTED:
        raise(state->NotSupportedError, SQLITE_ERROR, err->message);
        break;
    case GARNER_NOTFOUND:
        raise_cannot_open(state, err);
        break;
    case GARNER_CONSTRAINT:
        raise_constraint(state, err);
        break;
    case GARNER_OK:
    case GARNER_ROW:
    case GARNER_DONE:
    case GARNER_CANCELED:
    case GARNER_SQL:
    case GARNER_IO:
    case GARNER_CORRUPT:
    case GARNER_INVALID:
        gp_errors_set(state, err->native != 0 ? err->native : SQLITE_ERROR,
                      err->message);
    }
}

void gp_errors_group(struct gp_state *state, const struct garner_error *err)
{
    if ((err->native & 0xff) == SQLITE_INTERRUPT)
        raise(state->OperationalError, SQLITE_INTERRUPT, "interrupted");
    else
        gp_errors_garner(state, err);
}

void gp_errors_callback(struct gp_state *state, PyObject *callable)
{
    if (state->tracebacks)
        PyErr_WriteUnraisable(callable);
    else
        PyErr_Clear();
}
