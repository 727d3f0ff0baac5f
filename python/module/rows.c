#include "rows.h"

#include "errors.h"
#include "run.h"
#include "values.h"

/* --- ends ----------------------------------------------------------------- */

static void unhook(struct gp_cursor *cursor)
{
    LIST_REMOVE(cursor, in_session);
    cursor->statement = NULL;
    cursor->session = NULL;
    cursor->reader = NULL;
}

/* With its link entered, which it leaves. */
static void finish(struct gp_cursor *cursor)
{
    struct gp_statement *st = cursor->statement;
    struct gp_reader *reader = cursor->reader;
    struct gp_link *link = st->link;

    unhook(cursor);
    gp_link_release(st);
    gp_link_leave(link);
    if (reader != NULL)
        gp_session_return(reader);
}

/* It is unhooked before anything that may wait: this may be the end of the
 * cursor itself. On the writer it is only touched if that is surely lent, and
 * nobody uses it. */
void gp_cursor_forget(struct gp_cursor *cursor)
{
    struct gp_statement *st = cursor->statement;
    struct gp_reader *reader = cursor->reader;
    bool lent;

    if (st == NULL)
        return;
    lent = reader != NULL || cursor->session->loan != NULL;
    unhook(cursor);
    if (st->link == NULL || !lent ||
        (reader == NULL && !gp_link_try(st->link))) {
        gp_link_leave_behind(st);
    } else {
        struct gp_link *link = st->link;

        if (reader != NULL)
            gp_link_enter(link);
        gp_link_release(st);
        gp_link_leave(link);
    }
    if (reader != NULL)
        gp_session_return(reader);
}

/* --- rows ----------------------------------------------------------------- */

/* Does it stand in this link, which is entered? While a thread waited, or
 * stepped, another may have ended its statement, and begun the next. */
static bool stands_in(const struct gp_cursor *cursor,
                      const struct gp_link *link)
{
    return cursor->statement != NULL && cursor->statement->link == link;
}

/* The end of st, unless another thread has ended it already: that one waits for
 * the link, or left st behind. */
static void finish_if_ours(struct gp_cursor *cursor, struct gp_statement *st)
{
    if (cursor->statement == st)
        finish(cursor);
    else
        gp_link_leave(st->link);
}

/* The row that the statement stands on, and a step to the next; with the link
 * entered. *goes_on: it still is. At the end, on an error, and where another
 * thread ends it, the statement is finished, and the link left. NULL: an
 * exception is set. */
static PyObject *take_row(struct gp_cursor *cursor, bool *goes_on)
{
    const struct gp_reading reading = {
        .state = cursor->connection->state,
        .text_factory = cursor->connection->text_factory,
        .converters = cursor->converters,
    };
    struct gp_statement *st = cursor->statement;
    PyObject *row;
    int rc;

    *goes_on = false;
    cursor->locked = true;
    row = gp_values_row(&reading, st->stmt);
    cursor->locked = false;
    if (row == NULL || cursor->statement != st) {
        finish_if_ours(cursor, st);
        return row;
    }
    rc = gp_link_step(st->stmt);
    *goes_on = rc == SQLITE_ROW && cursor->statement == st;
    if (*goes_on)
        return row;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        if (!PyErr_Occurred())
            gp_errors_sqlite(cursor->connection->state, st->link->db);
        Py_CLEAR(row);
    } else if (rc == SQLITE_DONE && cursor->counts) {
        cursor->rowcount += (long)sqlite3_changes64(st->link->db);
    }
    finish_if_ours(cursor, st);
    return row;
}

/* Moves up to most rows into memory; with the link entered, which it leaves. */
static bool keep_some(struct gp_cursor *cursor, Py_ssize_t most)
{
    struct gp_link *link = cursor->statement->link;
    PyObject *kept;
    bool done = true;
    bool goes_on = true;

    if (cursor->kept == NULL)
        cursor->kept = PyList_New(0);
    if (cursor->kept == NULL) {
        gp_link_leave(link);
        return false;
    }
    kept = Py_NewRef(cursor->kept); /* another thread may clear the cursor */
    while (done && most-- > 0 && goes_on) {
        PyObject *row = take_row(cursor, &goes_on);

        done = row != NULL && PyList_Append(kept, row) == 0;
        Py_XDECREF(row);
    }
    if (goes_on)
        gp_link_leave(link);
    Py_DECREF(kept);
    return done;
}

/* What is left of its rows goes into memory. */
static bool keep_rest(struct gp_cursor *cursor)
{
    struct gp_link *link = cursor->statement->link;
    bool done = true;

    Py_INCREF(cursor);
    gp_link_enter(link);
    if (stands_in(cursor, link))
        done = keep_some(cursor, PY_SSIZE_T_MAX);
    else /* another thread was faster */
        gp_link_leave(link);
    Py_DECREF(cursor);
    return done;
}

static struct gp_cursor *on_writer(struct gp_session *s, bool only_writes)
{
    struct gp_cursor *cursor;

    LIST_FOREACH(cursor, &s->cursors, in_session)
    if (cursor->reader == NULL && !(only_writes && cursor->statement->reads))
        return cursor;
    return NULL;
}

bool gp_cursor_keep_all(struct gp_session *s, bool only_writes)
{
    struct gp_cursor *cursor;
    bool done = true;

    while (done && (cursor = on_writer(s, only_writes)) != NULL)
        done = keep_rest(cursor);
    return done;
}

bool gp_cursor_keep_every(struct gp_session *s)
{
    bool done = true;

    while (done && !LIST_EMPTY(&s->cursors)) {
        if (LIST_FIRST(&s->cursors)->reader == NULL && !gp_session_take(s))
            return false;
        done = keep_rest(LIST_FIRST(&s->cursors));
    }
    return done;
}

/* The next raw row; NULL: there is none, or an exception is set. */
static PyObject *next_kept(struct gp_cursor *cursor)
{
    PyObject *row;

    if (cursor->kept == NULL)
        return NULL;
    if (cursor->kept_at == PyList_GET_SIZE(cursor->kept)) {
        Py_CLEAR(cursor->kept);
        cursor->kept_at = 0;
        return NULL;
    }
    row = PyList_GET_ITEM(cursor->kept, cursor->kept_at);
    PyList_SET_ITEM(cursor->kept, cursor->kept_at, Py_NewRef(Py_None));
    cursor->kept_at++;
    return row;
}

/* In memory, outside a transaction, SELECTs take the writer for a moment at a
 * time: each time for more rows. */
static bool read_ahead(struct gp_cursor *cursor)
{
    cursor->ahead = cursor->ahead == 0   ? 1
                    : cursor->ahead < 64 ? cursor->ahead * 2
                                         : 64;
    return keep_some(cursor, cursor->ahead);
}

/* The first, as soon as there is one. */
bool gp_rows_read_first(struct gp_cursor *cursor, struct gp_session *s)
{
    cursor->ahead = 0;
    if (cursor->statement == NULL || cursor->reader != NULL ||
        gp_session_in_transaction(s))
        return true;
    gp_link_enter(cursor->statement->link);
    return read_ahead(cursor);
}

/* In a call of s. */
PyObject *gp_rows_next(struct gp_cursor *cursor, struct gp_session *s)
{
    PyObject *row = next_kept(cursor);
    struct gp_link *link;
    bool apart, goes_on;

    if (row != NULL || cursor->statement == NULL)
        return row;
    link = cursor->statement->link;
    apart = cursor->reader == NULL && cursor->session->loan == NULL;
    if (!gp_run_on(cursor, s))
        return NULL;
    if (!stands_in(cursor, link)) { /* another thread was faster */
        gp_link_leave(link);
        return next_kept(cursor);
    }
    if (apart)
        return read_ahead(cursor) ? next_kept(cursor) : NULL;
    row = take_row(cursor, &goes_on);
    if (goes_on)
        gp_link_leave(link);
    return row;
}

PyObject *gp_rows_made(struct gp_cursor *cursor, PyObject *raw)
{
    PyObject *row;

    if (cursor->row_factory == Py_None)
        return raw;
    row = PyObject_CallFunctionObjArgs(cursor->row_factory, cursor, raw, NULL);
    Py_DECREF(raw);
    return row;
}

/* Up to most rows, appended to rows. false: an exception is set. */
bool gp_rows_fetch(struct gp_cursor *cursor, struct gp_session *s,
                   PyObject *rows, Py_ssize_t most)
{
    while (most-- > 0) {
        PyObject *row = gp_rows_next(cursor, s);
        int failed;

        if (row == NULL)
            return !PyErr_Occurred();
        row = gp_rows_made(cursor, row);
        if (row == NULL)
            return false;
        failed = PyList_Append(rows, row);
        Py_DECREF(row);
        if (failed)
            return false;
    }
    return true;
}
