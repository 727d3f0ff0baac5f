#include "connection.h"

#include "blob.h"
#include "cursor.h"
#include "errors.h"
#include "session.h"
#include "settings.h"

/* --- calls ---------------------------------------------------------------- */

bool gp_connection_check(struct gp_connection *c)
{
    struct gp_state *state;

    if (!c->initialized) {
        state = gp_state_of_type(Py_TYPE(c));
        PyErr_SetString(state->ProgrammingError,
                        "Base Connection.__init__ not called.");
        return false;
    }
    state = c->state;
    if (c->store == NULL || c->closing) {
        PyErr_SetString(state->ProgrammingError,
                        "Cannot operate on a closed database.");
        return false;
    }
    if (c->forks != state->forks) {
        PyErr_SetString(state->ProgrammingError,
                        "this connection was opened by the parent process; "
                        "open another one after fork");
        return false;
    }
    return true;
}

static bool has_turn(const struct gp_connection *c)
{
    return c->depth > 0 && c->caller == PyThread_get_thread_ident();
}

/* A session has what one thread has under way: two at a time would each borrow
 * the writer for it. */
static void take_turn(struct gp_connection *c)
{
    if (!has_turn(c)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(c->turn, WAIT_LOCK);
        Py_END_ALLOW_THREADS
        c->caller = PyThread_get_thread_ident();
    }
    c->depth++;
}

static void pass_turn(struct gp_connection *c)
{
    if (--c->depth == 0)
        PyThread_release_lock(c->turn);
}

struct gp_session *gp_connection_enter(struct gp_connection *c)
{
    struct gp_session *s;

    if (!gp_connection_check(c))
        return NULL;
    c->users++; /* who closes it waits for those who wait */
    if (!c->per_thread)
        take_turn(c);
    s = gp_connection_check(c) ? gp_session_of_thread(c) : NULL;
    if (s != NULL) {
        s->calls++;
        return s;
    }
    if (!c->per_thread)
        pass_turn(c);
    gp_connection_forget_user(c);
    return NULL;
}

bool gp_connection_is_called(const struct gp_connection *c)
{
    const struct gp_session *s;

    if (has_turn(c))
        return true;
    LIST_FOREACH(s, &c->sessions, in_connection)
    if (s->calls > 0 && s->thread == PyThread_get_thread_ident())
        return true;
    return false;
}

void gp_connection_forget_user(struct gp_connection *c)
{
    if (--c->users > 0 || !c->waited_for)
        return;
    c->waited_for = false;
    PyThread_release_lock(c->drained);
}

static bool settle(struct gp_session *s)
{
    if (!s->connection->closing)
        return gp_session_settle(s);
    (void)gp_session_abandon(s);
    return true;
}

bool gp_connection_leave(struct gp_session *s)
{
    struct gp_connection *c = s->connection;
    PyObject *type, *value, *traceback;
    bool done = true;

    if (s->calls == 1 && s->loan != NULL) {
        PyErr_Fetch(&type, &value, &traceback);
        done = settle(s);
        if (type != NULL) {
            PyErr_Clear();
            PyErr_Restore(type, value, traceback);
        }
    }
    s->calls--;
    if (!c->per_thread)
        pass_turn(c);
    gp_connection_forget_user(c);
    return done && !PyErr_Occurred();
}

struct gp_link *gp_connection_link(struct gp_connection *c,
                                   struct garner_loan *loan, bool writes)
{
    sqlite3 *db = garner_sqlite_db(loan);
    struct gp_link *link;

    if (writes && c->writer != NULL)
        return c->writer;
    LIST_FOREACH(link, &c->links, in_connection)
    if (link->db == db)
        return link;
    link = gp_link_new(c, db, writes, (size_t)c->cached_statements);
    if (link == NULL)
        return NULL;
    LIST_INSERT_HEAD(&c->links, link, in_connection);
    if (writes)
        c->writer = link;
    return link;
}

int gp_connection_limit(const struct gp_connection *c, int category)
{
    const struct gp_link *link = LIST_FIRST(&c->links);

    if (c->limits[category] >= 0)
        return c->limits[category];
    return link != NULL ? sqlite3_limit(link->db, category, -1) : INT_MAX;
}

/* --- closing -------------------------------------------------------------- */

/* What no call has under way ends; the others' threads end theirs. true: a
 * transaction was open. */
static bool abandon_idle(struct gp_connection *c)
{
    struct gp_session *s;
    bool open = false;

again:
    LIST_FOREACH(s, &c->sessions, in_connection)
    {
        if (s->calls > 0 || (s->loan == NULL && LIST_EMPTY(&s->cursors) &&
                             LIST_EMPTY(&s->blobs)))
            continue;
        s->calls++; /* it stays */
        open = gp_session_abandon(s) || open;
        s->calls--;
        goto again;
    }
    return open;
}

static void wait_for_calls(struct gp_connection *c)
{
    while (c->users > 0) {
        c->waited_for = true;
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(c->drained, WAIT_LOCK);
        Py_END_ALLOW_THREADS
    }
}

static void finalize_links(struct gp_connection *c)
{
    while (!LIST_EMPTY(&c->links))
        gp_link_free(LIST_FIRST(&c->links));
    c->writer = NULL;
}

int gp_connection_opened(sqlite3 *db, bool writer, void *context)
{
    struct gp_connection *c = context;
    PyGILState_STATE gil;

    if (!writer)
        return SQLITE_OK;
    gil = PyGILState_Ensure();
    c->written = db;
    PyGILState_Release(gil);
    return SQLITE_OK;
}

void gp_connection_closing(sqlite3 *db, void *context)
{
    struct gp_connection *c = context;
    const PyGILState_STATE gil = PyGILState_Ensure();
    struct gp_link *link;

    c->written = db == c->written ? NULL : c->written;
    LIST_FOREACH(link, &c->links, in_connection)
    if (link->db == db)
        break;
    if (link != NULL) {
        c->writer = link == c->writer ? NULL : c->writer;
        gp_link_free(link);
    }
    PyGILState_Release(gil);
}

/* In a forked child what is the parent's stays as it is. */
static void let_go(struct gp_connection *c)
{
    c->store = NULL;
    while (!LIST_EMPTY(&c->sessions)) {
        struct gp_session *s = LIST_FIRST(&c->sessions);

        while (!LIST_EMPTY(&s->cursors)) {
            struct gp_cursor *cursor = LIST_FIRST(&s->cursors);

            LIST_REMOVE(cursor, in_session);
            cursor->statement = NULL;
        }
        gp_session_free(s);
    }
    LIST_INIT(&c->links);
}

bool gp_connection_shut(struct gp_connection *c)
{
    struct garner_store *store = c->store;
    bool open;

    if (store == NULL || c->closing)
        return false;
    LIST_REMOVE(c, in_state);
    if (c->forks != c->state->forks) {
        let_go(c);
        return false;
    }
    c->closing = true;
    open = abandon_idle(c);
    wait_for_calls(c);
    (void)abandon_idle(c);
    while (!LIST_EMPTY(&c->sessions))
        gp_session_free(LIST_FIRST(&c->sessions));
    Py_BEGIN_ALLOW_THREADS
    garner_close(store);
    Py_END_ALLOW_THREADS
    finalize_links(c); /* there are none left, unless it was a child's */
    gp_settings_clear(c);
    c->store = NULL;
    c->closing = false;
    return open;
}
