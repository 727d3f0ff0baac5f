#include "callbacks.h"

#include "errors.h"
#include "values.h"

/* What SQLite keeps for a function: freed by it, without the GIL. */
struct callee {
    struct gp_state *state;
    PyObject *callable;
};

static struct callee *new_callee(struct gp_state *state, PyObject *callable)
{
    struct callee *c = PyMem_Malloc(sizeof *c);

    if (c != NULL)
        *c = (struct callee){.state = state, .callable = Py_NewRef(callable)};
    return c;
}

static void free_callee(void *context)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct callee *c = context;

    Py_DECREF(c->callable);
    PyMem_Free(c);
    PyGILState_Release(gil);
}

/* The exception that is set becomes SQLite's error of the function. */
static void fail(sqlite3_context *context, const struct callee *c,
                 const char *words)
{
    if (PyErr_ExceptionMatches(PyExc_MemoryError))
        sqlite3_result_error_nomem(context);
    else if (PyErr_ExceptionMatches(PyExc_OverflowError))
        sqlite3_result_error_toobig(context);
    else
        sqlite3_result_error(context, words, -1);
    gp_errors_callback(c->state, c->callable);
}

/* --- functions ------------------------------------------------------------ */

static void call_function(sqlite3_context *context, int count,
                          sqlite3_value **values)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct callee *c = sqlite3_user_data(context);
    PyObject *arguments = gp_values_tuple(values, count);
    PyObject *result = NULL;

    if (arguments != NULL)
        result = PyObject_CallObject(c->callable, arguments);
    if (result == NULL || !gp_values_result(context, result))
        fail(context, c, "user-defined function raised exception");
    Py_XDECREF(arguments);
    Py_XDECREF(result);
    PyGILState_Release(gil);
}

int gp_callbacks_function(struct gp_state *state, sqlite3 *db, const char *name,
                          int arguments, int flags, PyObject *callable)
{
    struct callee *c = NULL;

    if (callable == NULL)
        return sqlite3_create_function_v2(db, name, arguments, flags, NULL,
                                          NULL, NULL, NULL, NULL);
    c = new_callee(state, callable);
    if (c == NULL)
        return SQLITE_NOMEM;
    return sqlite3_create_function_v2(db, name, arguments, flags, c,
                                      call_function, NULL, NULL, free_callee);
}

/* --- aggregates ----------------------------------------------------------- */

/* The instance of the aggregate under way; NULL: an exception is set. */
static PyObject *instance_of(sqlite3_context *context, struct callee *c)
{
    PyObject **instance =
        sqlite3_aggregate_context(context, (int)sizeof(PyObject *));

    if (instance == NULL)
        return PyErr_NoMemory();
    if (*instance == NULL)
        *instance = PyObject_CallNoArgs(c->callable);
    return *instance;
}

static void call_with_values(sqlite3_context *context, int count,
                             sqlite3_value **values, const char *method)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct callee *c = sqlite3_user_data(context);
    PyObject *instance = instance_of(context, c);
    PyObject *bound = NULL;
    PyObject *arguments = NULL;
    PyObject *result = NULL;
    char words[80];

    if (instance == NULL) {
        fail(context, c,
             "user-defined aggregate's '__init__' method raised error");
    } else {
        bound = PyObject_GetAttrString(instance, method);
        snprintf(words, sizeof words, "user-defined aggregate's '%s' method %s",
                 method, bound == NULL ? "not defined" : "raised error");
        if (bound != NULL)
            arguments = gp_values_tuple(values, count);
        if (arguments != NULL)
            result = PyObject_CallObject(bound, arguments);
        if (result == NULL)
            fail(context, c, words);
    }
    Py_XDECREF(bound);
    Py_XDECREF(arguments);
    Py_XDECREF(result);
    PyGILState_Release(gil);
}

static void call_step(sqlite3_context *context, int count,
                      sqlite3_value **values)
{
    call_with_values(context, count, values, "step");
}

static void call_inverse(sqlite3_context *context, int count,
                         sqlite3_value **values)
{
    call_with_values(context, count, values, "inverse");
}

static void call_for_result(sqlite3_context *context, PyObject *instance,
                            const char *method)
{
    struct callee *c = sqlite3_user_data(context);
    PyObject *bound = PyObject_GetAttrString(instance, method);
    PyObject *result = bound != NULL ? PyObject_CallNoArgs(bound) : NULL;
    char words[80];

    snprintf(words, sizeof words, "user-defined aggregate's '%s' method %s",
             method, bound == NULL ? "not defined" : "raised error");
    if (result == NULL || !gp_values_result(context, result))
        fail(context, c, words);
    Py_XDECREF(bound);
    Py_XDECREF(result);
}

static void call_value(sqlite3_context *context)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    PyObject **instance = sqlite3_aggregate_context(context, 0);

    if (instance != NULL && *instance != NULL)
        call_for_result(context, *instance, "value");
    PyGILState_Release(gil);
}

/* Without a row there is no instance, and no result but NULL; as where its
 * __init__ raised. An error of step is not to be hidden by one of this. */
static void call_finalize(sqlite3_context *context)
{
    PyObject **instance = sqlite3_aggregate_context(context, 0);
    PyGILState_STATE gil;

    if (instance == NULL || *instance == NULL)
        return;
    gil = PyGILState_Ensure();
    {
        PyObject *type, *value, *traceback;

        PyErr_Fetch(&type, &value, &traceback);
        call_for_result(context, *instance, "finalize");
        PyErr_Restore(type, value, traceback);
    }
    Py_CLEAR(*instance);
    PyGILState_Release(gil);
}

int gp_callbacks_aggregate(struct gp_state *state, sqlite3 *db,
                           const char *name, int arguments, PyObject *callable)
{
    struct callee *c;

    if (callable == NULL)
        return sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8,
                                          NULL, NULL, NULL, NULL, NULL);
    c = new_callee(state, callable);
    if (c == NULL)
        return SQLITE_NOMEM;
    return sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8, c, NULL,
                                      call_step, call_finalize, free_callee);
}

int gp_callbacks_window(struct gp_state *state, sqlite3 *db, const char *name,
                        int arguments, PyObject *callable)
{
    struct callee *c;

    if (callable == NULL)
        return sqlite3_create_function_v2(db, name, arguments, SQLITE_UTF8,
                                          NULL, NULL, NULL, NULL, NULL);
    c = new_callee(state, callable);
    if (c == NULL)
        return SQLITE_NOMEM;
    return sqlite3_create_window_function(db, name, arguments, SQLITE_UTF8, c,
                                          call_step, call_finalize, call_value,
                                          call_inverse, free_callee);
}

/* --- collations ----------------------------------------------------------- */

/* -1, 0, 1; what is no number counts as equal. */
static int sign_of(PyObject *number)
{
    int overflow;
    long n = PyLong_AsLongAndOverflow(number, &overflow);

    if (PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    n = overflow != 0 ? overflow : n;
    return n > 0 ? 1 : n < 0 ? -1 : 0;
}

static int compare(void *context, int a_size, const void *a, int b_size,
                   const void *b)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct callee *c = context;
    PyObject *first = NULL;
    PyObject *second = NULL;
    PyObject *result = NULL;
    int order = 0;

    if (!PyErr_Occurred()) {
        first = PyUnicode_FromStringAndSize(a, a_size);
        second = PyUnicode_FromStringAndSize(b, b_size);
    }
    if (first != NULL && second != NULL)
        result = PyObject_CallFunctionObjArgs(c->callable, first, second, NULL);
    if (result != NULL)
        order = sign_of(result);
    Py_XDECREF(first);
    Py_XDECREF(second);
    Py_XDECREF(result);
    PyErr_Clear(); /* SQLite's collations cannot fail */
    PyGILState_Release(gil);
    return order;
}

int gp_callbacks_collation(struct gp_state *state, sqlite3 *db,
                           const char *name, PyObject *callable)
{
    struct callee *c;
    int rc;

    if (callable == NULL)
        return sqlite3_create_collation_v2(db, name, SQLITE_UTF8, NULL, NULL,
                                           NULL);
    c = new_callee(state, callable);
    if (c == NULL)
        return SQLITE_NOMEM;
    rc = sqlite3_create_collation_v2(db, name, SQLITE_UTF8, c, compare,
                                     free_callee);
    if (rc != SQLITE_OK) /* unlike functions, it is not freed by SQLite */
        free_callee(c);
    return rc;
}

/* --- hooks ---------------------------------------------------------------- */

static PyObject *expanded(struct gp_link *link, sqlite3_stmt *stmt,
                          const char *sql)
{
    struct gp_state *state = link->connection->state;
    char *text = sqlite3_expanded_sql(stmt);
    PyObject *made;

    if (text != NULL) {
        made = PyUnicode_FromString(text);
        sqlite3_free(text);
        return made;
    }
    if (sqlite3_errcode(link->db) == SQLITE_NOMEM) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    PyErr_SetString(state->DataError,
                    "Expanded SQL string exceeds the maximum string length");
    gp_errors_callback(state, link->trace);
    return PyUnicode_FromString(sql);
}

static int trace(unsigned kind, void *context, void *stmt, void *sql)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct gp_link *link = context;
    PyObject *callable = Py_XNewRef(link->trace);
    PyObject *text = NULL;
    PyObject *result = NULL;

    if (kind == SQLITE_TRACE_STMT && callable != NULL) {
        text = expanded(link, stmt, sql);
        if (text != NULL)
            result = PyObject_CallOneArg(callable, text);
        if (result == NULL)
            gp_errors_callback(link->connection->state, callable);
    }
    Py_XDECREF(callable);
    Py_XDECREF(text);
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return 0;
}

int gp_callbacks_trace(struct gp_link *link, PyObject *callable)
{
    const int rc = sqlite3_trace_v2(
        link->db, callable != NULL ? SQLITE_TRACE_STMT : 0,
        callable != NULL ? trace : NULL, callable != NULL ? link : NULL);

    if (rc == SQLITE_OK)
        Py_XSETREF(link->trace, Py_XNewRef(callable));
    return rc;
}

static int progress(void *context)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct gp_link *link = context;
    PyObject *callable = Py_XNewRef(link->progress);
    PyObject *result = NULL;
    int stop = 0;

    if (callable != NULL) {
        result = PyObject_CallNoArgs(callable);
        stop = result != NULL ? PyObject_IsTrue(result) : -1;
        if (stop < 0)
            gp_errors_callback(link->connection->state, callable);
    }
    Py_XDECREF(callable);
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return stop != 0;
}

void gp_callbacks_progress(struct gp_link *link, struct garner_loan *loan,
                           int steps, PyObject *callable)
{
    garner_sqlite_set_progress(loan, steps, callable != NULL ? progress : NULL,
                               callable != NULL ? link : NULL);
    Py_XSETREF(link->progress, Py_XNewRef(callable));
}

static int verdict_of(struct gp_state *state, PyObject *callable,
                      PyObject *result)
{
    long verdict = SQLITE_DENY;

    if (result != NULL && PyLong_Check(result))
        verdict = PyLong_AsLong(result);
    if (PyErr_Occurred()) {
        gp_errors_callback(state, callable);
        return SQLITE_DENY;
    }
    return verdict >= INT_MIN && verdict <= INT_MAX ? (int)verdict
                                                    : SQLITE_DENY;
}

static int authorize(void *context, int action, const char *first,
                     const char *second, const char *database,
                     const char *trigger)
{
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct gp_link *link = context;
    PyObject *callable = Py_XNewRef(link->authorizer);
    PyObject *result = NULL;
    int verdict = SQLITE_OK;

    if (callable != NULL) {
        result = PyObject_CallFunction(callable, "issss", action, first, second,
                                       database, trigger);
        verdict = verdict_of(link->connection->state, callable, result);
    }
    Py_XDECREF(callable);
    Py_XDECREF(result);
    PyGILState_Release(gil);
    return verdict;
}

void gp_callbacks_authorizer(struct gp_link *link, struct garner_loan *loan,
                             PyObject *callable)
{
    garner_sqlite_set_authorizer(loan, callable != NULL ? authorize : NULL,
                                 callable != NULL ? link : NULL);
    Py_XSETREF(link->authorizer, Py_XNewRef(callable));
}
