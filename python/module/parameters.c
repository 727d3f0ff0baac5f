#include "parameters.h"

#include "errors.h"

bool gp_parameters_are_positional(PyObject *arguments)
{
    return arguments == NULL || PyTuple_CheckExact(arguments) ||
           PyList_CheckExact(arguments) ||
           (!PyDict_Check(arguments) && PySequence_Check(arguments));
}

static bool check_count(struct gp_state *state, int wanted, Py_ssize_t given)
{
    if (given == wanted)
        return true;
    PyErr_Format(state->ProgrammingError,
                 "Incorrect number of bindings supplied. The current statement "
                 "uses %d, and there are %zd supplied.",
                 wanted, given);
    return false;
}

/* The item for the parameter at (from 1), and its name, if it has one. */
static PyObject *by_name(struct gp_state *state, struct gp_statement *s,
                         PyObject *arguments, int at, const char **name)
{
    PyObject *item;

    *name = sqlite3_bind_parameter_name(s->stmt, at);
    if (*name == NULL) {
        PyErr_Format(state->ProgrammingError,
                     "Binding %d has no name, but you supplied a dictionary "
                     "(which has only names).",
                     at);
        return NULL;
    }
    ++*name; /* past the : */
    if (PyDict_CheckExact(arguments)) {
        PyObject *key = PyUnicode_FromString(*name);

        item = key != NULL ? PyDict_GetItemWithError(arguments, key) : NULL;
        Py_XDECREF(key);
        Py_XINCREF(item);
    } else {
        item = PyMapping_GetItemString(arguments, *name);
    }
    if (item == NULL &&
        (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_LookupError)))
        PyErr_Format(state->ProgrammingError,
                     "You did not supply a value for binding parameter :%s.",
                     *name);
    return item;
}

static PyObject *by_position(PyObject *arguments, int at)
{
    if (PyTuple_CheckExact(arguments))
        return Py_NewRef(PyTuple_GET_ITEM(arguments, at - 1));
    return PySequence_GetItem(arguments, at - 1);
}

/* How many there are; -1: an exception is set. */
static Py_ssize_t count_of(struct gp_state *state, PyObject *arguments,
                           bool *positional)
{
    *positional = gp_parameters_are_positional(arguments);
    if (arguments == NULL)
        return 0;
    if (PyTuple_CheckExact(arguments))
        return PyTuple_GET_SIZE(arguments);
    if (*positional)
        return PySequence_Size(arguments);
    if (PyMapping_Check(arguments))
        return 0;
    PyErr_SetString(state->ProgrammingError,
                    "parameters are of unsupported type");
    return -1;
}

static bool is_bound(struct gp_state *state, struct gp_statement *s, int at,
                     const char *name, int rc)
{
    char words[200];

    if (rc == SQLITE_OK)
        return true;
    if (rc == SQLITE_NOMEM) {
        (void)PyErr_NoMemory();
        return false;
    }
    if (name != NULL)
        snprintf(words, sizeof words, "Error binding parameter ':%.80s': %.80s",
                 name, sqlite3_errmsg(s->link->db));
    else
        snprintf(words, sizeof words, "Error binding parameter %d: %.80s", at,
                 sqlite3_errmsg(s->link->db));
    gp_errors_set(state, rc, words);
    return false;
}

bool gp_parameters_bind(struct gp_state *state, struct gp_statement *s,
                        PyObject *arguments)
{
    bool positional;
    const Py_ssize_t given = count_of(state, arguments, &positional);

    if (given < 0)
        return false;
    if (positional && !check_count(state, s->parameters, given))
        return false;
    for (int at = 1; at <= s->parameters; at++) {
        const char *name = NULL;
        PyObject *item = positional ? by_position(arguments, at)
                                    : by_name(state, s, arguments, at, &name);
        struct gp_value value;
        bool taken;
        int rc;

        if (item == NULL)
            return false;
        taken = gp_values_take(state, item, at, name, &value);
        Py_DECREF(item);
        if (!taken)
            return false;
        rc = gp_values_bind(s->stmt, at, &value);
        gp_values_release(&value);
        if (!is_bound(state, s, at, name, rc))
            return false;
    }
    return true;
}

static bool make_room(struct gp_parameters *p, size_t count)
{
    *p = (struct gp_parameters){0};
    if (count == 0)
        return true;
    p->taken = PyMem_Malloc(count * (sizeof *p->taken + sizeof *p->values));
    if (p->taken == NULL) {
        (void)PyErr_NoMemory();
        return false;
    }
    p->values = (struct garner_value *)(p->taken + count);
    return true;
}

bool gp_parameters_take(struct gp_state *state, struct gp_statement *s,
                        PyObject *arguments, struct gp_parameters *out)
{
    bool positional;
    Py_ssize_t count = count_of(state, arguments, &positional);

    if (count < 0 ||
        (s != NULL && positional && !check_count(state, s->parameters, count)))
        return false;
    if (!positional && s != NULL)
        count = s->parameters;
    if (!make_room(out, (size_t)count))
        return false;
    for (int at = 1; at <= count; at++) {
        const char *name = NULL;
        PyObject *item = positional ? by_position(arguments, at)
                                    : by_name(state, s, arguments, at, &name);
        const bool taken =
            item != NULL &&
            gp_values_take(state, item, at, name, &out->taken[out->count]);

        Py_XDECREF(item);
        if (!taken) {
            gp_parameters_release(out);
            return false;
        }
        out->values[out->count] = out->taken[out->count].value;
        out->count++;
    }
    return true;
}

void gp_parameters_release(struct gp_parameters *p)
{
    for (size_t i = 0; i < p->count; i++)
        gp_values_release(&p->taken[i]);
    PyMem_Free(p->taken);
}
