#include "run.h"

#include "errors.h"
#include "parameters.h"
#include "place.h"
#include "values.h"

static struct gp_state *state_of(const struct gp_cursor *cursor)
{
    return cursor->connection->state;
}

/* --- where ---------------------------------------------------------------- */

/* Single statements of many threads share one commit. */
static bool joins_a_group(const struct gp_session *s, enum gp_kind kind,
                          const char *text)
{
    const struct gp_connection *c = s->connection;

    if (kind != GP_DML || s->loan != NULL || !c->pooled || c->pinned ||
        c->hooked || c->read_only)
        return false;
    if (c->autocommit == GP_LEGACY ? c->level != NULL
                                   : c->autocommit == GP_MANUAL)
        return false;
    /* In a group those would tell of others' statements. */
    return strcasestr(text, "returning") == NULL &&
           strcasestr(text, "changes") == NULL &&
           strcasestr(text, "last_insert_rowid") == NULL;
}

static bool begins(const struct gp_session *s, enum gp_kind kind)
{
    const struct gp_connection *c = s->connection;

    if (c->read_only || gp_session_in_transaction(s))
        return false;
    if (c->autocommit == GP_LEGACY)
        return c->level != NULL && kind == GP_DML;
    return c->autocommit == GP_MANUAL && (kind == GP_DML || kind == GP_OTHER);
}

bool gp_run_try(struct gp_session *s, PyObject *sql)
{
    const char *text = PyUnicode_AsUTF8(sql);
    struct gp_place p = {0};
    struct gp_statement *st;

    if (text == NULL)
        return false;
    st = gp_place_prepare(s, sql, gp_sql_kind(text), &p);
    if (st == NULL)
        return false;
    gp_link_release(st);
    gp_place_leave(&p);
    return true;
}

/* --- what is left in the cursor ------------------------------------------- */

static PyObject *column_title(const struct gp_cursor *cursor,
                              sqlite3_stmt *stmt, int at)
{
    const char *name = sqlite3_column_name(stmt, at);
    const char *end;

    if (name == NULL)
        return PyErr_NoMemory();
    end = name + strlen(name);
    if (cursor->connection->detect_types & GP_PARSE_COLNAMES) {
        const char *bracket = strchr(name, '[');

        if (bracket != NULL)
            end = bracket > name && bracket[-1] == ' ' ? bracket - 1 : bracket;
    }
    return PyUnicode_FromStringAndSize(name, end - name);
}

static bool describe(struct gp_cursor *cursor, sqlite3_stmt *stmt)
{
    const int count = sqlite3_column_count(stmt);
    PyObject *all;

    if (count == 0) {
        Py_XSETREF(cursor->description, Py_NewRef(Py_None));
        return true;
    }
    all = PyTuple_New(count);
    for (int i = 0; all != NULL && i < count; i++) {
        PyObject *title = column_title(cursor, stmt, i);
        PyObject *one = title != NULL
                            ? PyTuple_Pack(7, title, Py_None, Py_None, Py_None,
                                           Py_None, Py_None, Py_None)
                            : NULL;

        Py_XDECREF(title);
        if (one == NULL)
            Py_CLEAR(all);
        else
            PyTuple_SET_ITEM(all, i, one);
    }
    if (all == NULL)
        return false;
    Py_XSETREF(cursor->description, all);
    return true;
}

static bool read_types(struct gp_cursor *cursor, sqlite3_stmt *stmt)
{
    PyObject *converters = NULL;

    if (cursor->connection->detect_types != 0) {
        converters = gp_values_converters(state_of(cursor), stmt,
                                          cursor->connection->detect_types);
        if (converters == NULL)
            return false;
    }
    Py_XSETREF(cursor->converters, converters);
    return true;
}

static bool set_lastrowid(struct gp_cursor *cursor, int64_t rowid)
{
    PyObject *number = PyLong_FromLongLong(rowid);

    if (number == NULL)
        return false;
    Py_XSETREF(cursor->lastrowid, number);
    return true;
}

/* It stands on its first row: the place is the cursor's from now on. */
static void stay(struct gp_cursor *cursor, struct gp_session *s,
                 struct gp_statement *st, const struct gp_place *p, bool counts)
{
    cursor->statement = st;
    cursor->session = s;
    cursor->reader = p->reader;
    cursor->counts = counts;
    LIST_INSERT_HEAD(&s->cursors, cursor, in_session);
    gp_link_leave(p->link);
}

/* --- one statement -------------------------------------------------------- */

/* ROW, DONE; or 0: an exception is set. */
static int step(struct gp_session *s, struct gp_statement *st)
{
    const int rc = gp_link_step(st->stmt);

    if (!s->connection->read_only && st->link->writes)
        gp_session_note(s, st);
    if (PyErr_Occurred())
        return 0;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return rc;
    gp_errors_sqlite(s->connection->state, st->link->db);
    return 0;
}

static bool run_ready(struct gp_cursor *cursor, struct gp_session *s,
                      struct gp_statement *st, struct gp_place *p, bool dml)
{
    const int rc = step(s, st);

    if (rc == 0)
        return false;
    if (!describe(cursor, st->stmt) || !set_lastrowid(cursor, s->last_rowid))
        return false;
    if (rc == SQLITE_ROW) {
        if (!read_types(cursor, st->stmt))
            return false;
        stay(cursor, s, st, p, dml);
        return true;
    }
    if (dml)
        cursor->rowcount += (long)sqlite3_changes64(st->link->db);
    gp_link_release(st);
    gp_place_leave(p);
    return true;
}

static bool run_alone(struct gp_cursor *cursor, struct gp_session *s,
                      PyObject *sql, PyObject *arguments, enum gp_kind kind)
{
    struct gp_place p = {0};
    struct gp_statement *st = gp_place_prepare(s, sql, kind, &p);
    bool done;

    if (st == NULL)
        return false;
    if (st->stmt == NULL) { /* nothing to run */
        gp_link_release(st);
        gp_place_leave(&p);
        Py_XSETREF(cursor->description, Py_NewRef(Py_None));
        return set_lastrowid(cursor, s->last_rowid);
    }
    done = gp_parameters_bind(state_of(cursor), st, arguments) &&
           (!begins(s, kind) || gp_session_begin(s));
    if (done && p.reader == NULL && st->reads == false)
        garner_sqlite_note(s->loan, PyUnicode_AsUTF8(sql));
    if (done && run_ready(cursor, s, st, &p, kind == GP_DML))
        return true;
    gp_link_release(st);
    gp_place_leave(&p);
    return false;
}

/* --- in a group ----------------------------------------------------------- */

/* The names of arguments are known to a statement alone. */
static bool take_by_name(struct gp_session *s, PyObject *sql,
                         PyObject *arguments, struct gp_parameters *out)
{
    struct gp_place p = {0};
    struct gp_statement *st;
    bool taken;

    if (s->connection->pooled ? !gp_place_reader(s, &p)
                              : !gp_place_writer(s, &p))
        return false;
    st = gp_link_prepare(p.link, sql);
    taken = st != NULL &&
            gp_parameters_take(s->connection->state, st, arguments, out);
    if (st != NULL)
        gp_link_release(st);
    gp_place_leave(&p);
    return taken;
}

bool gp_run_take(struct gp_session *s, PyObject *sql, PyObject *arguments,
                 struct gp_parameters *out)
{
    if (gp_parameters_are_positional(arguments))
        return gp_parameters_take(s->connection->state, NULL, arguments, out);
    return take_by_name(s, sql, arguments, out);
}

static enum garner_code exec(struct gp_session *s, const char *text,
                             const struct gp_parameters *parameters,
                             struct garner_result *result,
                             struct garner_error *err)
{
    struct gp_connection *c = s->connection;
    enum garner_code code;

    Py_BEGIN_ALLOW_THREADS
    code = garner_exec(c->store, text, parameters->values, parameters->count,
                       result, err);
    Py_END_ALLOW_THREADS
    if (code != GARNER_OK)
        return code;
    c->total_changes += result->changes;
    c->writes++;
    s->last_changes = result->changes;
    if (result->last_rowid != 0)
        s->last_rowid = result->last_rowid;
    return code;
}

static bool run_in_group(struct gp_cursor *cursor, struct gp_session *s,
                         PyObject *sql, PyObject *arguments)
{
    struct gp_parameters parameters;
    struct garner_result result;
    struct garner_error err;
    const char *text = PyUnicode_AsUTF8(sql);
    enum garner_code code;

    if (!gp_run_take(s, sql, arguments, &parameters))
        return false;
    code = exec(s, text, &parameters, &result, &err);
    gp_parameters_release(&parameters);
    if (code == GARNER_SQL) /* it had no effect; SQLite's own words say why */
        return run_alone(cursor, s, sql, arguments, GP_DML);
    if (code != GARNER_OK) {
        gp_errors_group(state_of(cursor), &err);
        return false;
    }
    cursor->rowcount = (long)result.changes;
    Py_XSETREF(cursor->description, Py_NewRef(Py_None));
    return set_lastrowid(cursor, s->last_rowid);
}

static bool tell_instead(struct gp_cursor *cursor, struct gp_session *s,
                         const char *instead, int milliseconds)
{
    PyObject *sql = PyUnicode_FromString(instead);
    bool done;

    if (sql == NULL)
        return false;
    if (milliseconds >= 0)
        gp_connection_set_timeout(s->connection, milliseconds);
    done = run_alone(cursor, s, sql, NULL, GP_SELECT);
    Py_DECREF(sql);
    return done;
}

bool gp_run_once(struct gp_cursor *cursor, struct gp_session *s, PyObject *sql,
                 PyObject *arguments)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(sql, &size);
    char instead[64];
    int milliseconds;
    enum gp_kind kind;
    bool done;

    if (text == NULL)
        return false;
    kind = gp_sql_kind(text);
    cursor->rowcount = kind == GP_DML ? 0 : -1;
    if (joins_a_group(s, kind, text) && strlen(text) == (size_t)size)
        return run_in_group(cursor, s, sql, arguments);
    if (kind == GP_OTHER && !s->connection->memory &&
        gp_sql_tells_instead(text, instead, sizeof instead, &milliseconds))
        return tell_instead(cursor, s, instead, milliseconds);
    done = run_alone(cursor, s, sql, arguments, kind);
    if (done && kind == GP_OTHER && gp_sql_pins(text))
        s->connection->pinned = true;
    return done;
}

/* --- many times ----------------------------------------------------------- */

/* Its rows are nobody's. */
static bool run_through(struct gp_cursor *cursor, struct gp_session *s,
                        struct gp_statement *st)
{
    int rc;

    do
        rc = step(s, st);
    while (rc == SQLITE_ROW);
    if (rc == 0)
        return false;
    cursor->rowcount += (long)sqlite3_changes64(st->link->db);
    (void)sqlite3_reset(st->stmt); /* it ended well */
    return true;
}

static bool run_each(struct gp_cursor *cursor, struct gp_session *s,
                     struct gp_statement *st, PyObject *many)
{
    PyObject *arguments;
    bool done = true;

    while (done && (arguments = PyIter_Next(many)) != NULL) {
        done = gp_parameters_bind(state_of(cursor), st, arguments) &&
               run_through(cursor, s, st);
        Py_DECREF(arguments);
    }
    return done && !PyErr_Occurred();
}

bool gp_run_many(struct gp_cursor *cursor, struct gp_session *s, PyObject *sql,
                 PyObject *many)
{
    const char *text = PyUnicode_AsUTF8(sql);
    struct gp_place p = {0};
    struct gp_statement *st;
    bool done;

    if (text == NULL)
        return false;
    if (gp_sql_kind(text) != GP_DML) {
        PyErr_SetString(state_of(cursor)->ProgrammingError,
                        "executemany() can only execute DML statements.");
        return false;
    }
    cursor->rowcount = 0;
    st = gp_place_prepare(s, sql, GP_DML, &p);
    if (st == NULL)
        return false;
    done = !begins(s, GP_DML) || gp_session_begin(s);
    if (done && p.reader == NULL)
        garner_sqlite_note(s->loan, text);
    done = done && describe(cursor, st->stmt) && run_each(cursor, s, st, many);
    gp_link_release(st);
    gp_place_leave(&p);
    return done;
}

/* --- a script ------------------------------------------------------------- */

/* Runs one statement, and moves *script past it. */
static bool run_next(struct gp_session *s, struct gp_link *link,
                     const char **script)
{
    struct gp_state *state = s->connection->state;
    const bool pins = gp_sql_pins(*script);
    sqlite3_stmt *stmt;
    int rc;

    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_prepare_v2(link->db, *script, -1, &stmt, script);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK) {
        gp_errors_sqlite(state, link->db);
        return false;
    }
    if (stmt == NULL)
        return true;
    s->wrote = s->wrote || !sqlite3_stmt_readonly(stmt);
    do
        rc = gp_link_step(stmt);
    while (rc == SQLITE_ROW);
    if (rc != SQLITE_DONE && !PyErr_Occurred())
        gp_errors_sqlite(state, link->db);
    (void)sqlite3_finalize(stmt); /* repeats the step's error */
    s->connection->pinned = s->connection->pinned || pins;
    return !PyErr_Occurred();
}

bool gp_run_script(struct gp_session *s, const char *script)
{
    struct gp_connection *c = s->connection;
    struct gp_place p = {0};
    bool done = true;

    if (c->autocommit == GP_LEGACY && !gp_session_commit(s))
        return false;
    if (c->read_only ? !gp_place_reader(s, &p) : !gp_place_writer(s, &p))
        return false;
    while (done && *script != '\0')
        done = run_next(s, p.link, &script);
    if (p.reader == NULL)
        s->last_rowid = sqlite3_last_insert_rowid(p.link->db);
    gp_place_leave(&p);
    return done;
}

/* --- going on ------------------------------------------------------------- */

/* link is entered, and the cursor can be stepped; or another thread was faster,
 * and it is at its end, or elsewhere. */
static bool may_go_on(const struct gp_cursor *cursor,
                      const struct gp_session *s, const struct gp_link *link)
{
    return cursor->statement == NULL || cursor->statement->link != link ||
           cursor->reader != NULL || cursor->session->loan != NULL ||
           s->loan != NULL;
}

bool gp_run_on(struct gp_cursor *cursor, struct gp_session *s)
{
    struct gp_link *link = cursor->statement->link;

    for (;;) {
        /* Where its session has the writer no longer, it is one in memory,
         * which its rows may be read from in between. */
        if (cursor->reader == NULL && cursor->session->loan == NULL &&
            !gp_session_take(s))
            return false;
        gp_link_enter(link);
        if (may_go_on(cursor, s, link))
            return true;
        gp_link_leave(link); /* its session gave the writer back meanwhile */
    }
}
