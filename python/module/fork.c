#include "fork.h"

#include "session.h"

enum { MOST_MS = 500 };

/* One connection that is quiet. */
struct gp_quiet {
    struct gp_connection *connection; /* a reference */
    struct garner_loan *loan;         /* nobody leads but this; NULL: not had */
    LIST_ENTRY(gp_quiet) in_state;
};

static bool is_lent(const struct gp_connection *c)
{
    const struct gp_session *s;

    LIST_FOREACH(s, &c->sessions, in_connection)
    if (s->loan != NULL)
        return true;
    return false;
}

/* Those who write together wait meanwhile. */
static struct garner_loan *stop_writers(struct gp_connection *c)
{
    struct garner_loan *loan = NULL;
    enum garner_code code;

    if (c->read_only || is_lent(c))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    code = garner_sqlite_take(c->store, MOST_MS, &loan, NULL);
    Py_END_ALLOW_THREADS
    return code == GARNER_OK ? loan : NULL;
}

static void enter_in_time(struct gp_link *link, int *left_ms)
{
    while (!gp_link_try(link)) {
        if (--*left_ms < 0)
            return;
        Py_BEGIN_ALLOW_THREADS
        sqlite3_sleep(1);
        Py_END_ALLOW_THREADS
    }
    link->quiet = true;
}

static void leave_all(struct gp_connection *c)
{
    struct gp_link *link;

    LIST_FOREACH(link, &c->links, in_connection)
    if (link->quiet) {
        link->quiet = false;
        gp_link_leave(link);
    }
}

static void make_quiet(struct gp_state *state, struct gp_connection *c)
{
    struct gp_quiet *q = PyMem_Calloc(1, sizeof *q);
    int left_ms = MOST_MS;
    struct gp_link *link;

    if (q == NULL)
        return; /* the fork goes on, as it would without this */
    q->connection = (struct gp_connection *)Py_NewRef(c);
    c->users++; /* nobody closes it */
    q->loan = stop_writers(c);
    LIST_FOREACH(link, &c->links, in_connection)
    enter_in_time(link, &left_ms);
    LIST_INSERT_HEAD(&state->quiet, q, in_state);
}

static bool is_quiet(const struct gp_state *state,
                     const struct gp_connection *c)
{
    const struct gp_quiet *q;

    LIST_FOREACH(q, &state->quiet, in_state)
    if (q->connection == c)
        return true;
    return false;
}

static struct gp_connection *next_loud(const struct gp_state *state)
{
    struct gp_connection *c;

    LIST_FOREACH(c, &state->connections, in_state)
    if (c->forks == state->forks && !c->closing && !is_quiet(state, c))
        return c;
    return NULL;
}

PyObject *gp_fork_before(PyObject *module, PyObject *unused)
{
    struct gp_state *state = gp_state_of(module);
    struct gp_connection *c;

    (void)unused;
    while ((c = next_loud(state)) != NULL)
        make_quiet(state, c);
    Py_RETURN_NONE;
}

/* In a child the loan is its parent's, and giving it back does nothing. */
static void wake(struct gp_quiet *q)
{
    struct gp_connection *c = q->connection;

    LIST_REMOVE(q, in_state);
    leave_all(c);
    garner_sqlite_give(q->loan);
    gp_connection_forget_user(c);
    PyMem_Free(q);
    Py_DECREF(c);
}

PyObject *gp_fork_after_in_parent(PyObject *module, PyObject *unused)
{
    struct gp_state *state = gp_state_of(module);

    (void)unused;
    while (!LIST_EMPTY(&state->quiet))
        wake(LIST_FIRST(&state->quiet));
    Py_RETURN_NONE;
}

PyObject *gp_fork_after_in_child(PyObject *module, PyObject *unused)
{
    gp_state_of(module)->forks++;
    return gp_fork_after_in_parent(module, unused);
}
