#include "session.h"

#include "blob.h"
#include "cursor.h"
#include "errors.h"
#include "settings.h"

/* The sessions of one thread, in its state's dictionary. */
struct thread {
    LIST_HEAD(, gp_session) sessions;
};

static const char capsule_name[] = "garner.thread";

/* --- of a thread ---------------------------------------------------------- */

static void warn(const struct gp_session *s)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning((PyObject *)s->connection, 1,
                              "thread %lu ended with a transaction open on %R, "
                              "which was rolled back: commit it before",
                              s->thread, s->connection) < 0)
        PyErr_WriteUnraisable((PyObject *)s->connection);
    PyErr_Restore(type, value, traceback);
}

/* What it has on the writer ends. true: there was a transaction. */
static bool abandon_writer(struct gp_session *s)
{
    const bool open = gp_session_in_transaction(s);
    struct gp_cursor *cursor;

    gp_blob_close_all(s);
again:
    LIST_FOREACH(cursor, &s->cursors, in_session)
    if (cursor->reader == NULL && s->loan != NULL) {
        gp_cursor_forget(cursor);
        goto again;
    }
    if (s->loan != NULL)
        gp_session_give(s);
    return open;
}

static bool is_idle(const struct gp_session *s)
{
    return s->calls == 0 && s->loan == NULL && LIST_EMPTY(&s->cursors) &&
           LIST_EMPTY(&s->readers) && LIST_EMPTY(&s->blobs);
}

/* Rows that its thread has begun to read may be another's to fetch. */
static void leave_to_others(struct gp_session *s)
{
    LIST_REMOVE(s, in_thread);
    s->thread = GP_NO_THREAD;
    if (s->connection->recent == s)
        s->connection->recent = NULL;
}

/* On the thread that ends. */
static void end_thread(PyObject *capsule)
{
    struct thread *t = PyCapsule_GetPointer(capsule, capsule_name);
    struct gp_session *s;

    if (t == NULL)
        return;
    while ((s = LIST_FIRST(&t->sessions)) != NULL) {
        struct gp_connection *c = s->connection;

        /* A forked child has but copies of what is its parent's. */
        if (c->forks == c->state->forks && !c->closing) {
            Py_INCREF(c);
            c->users++;
            if (abandon_writer(s))
                warn(s);
            if (is_idle(s))
                gp_session_free(s);
            else
                leave_to_others(s);
            gp_connection_forget_user(c);
            Py_DECREF(c);
        } else {
            gp_session_free(s);
        }
    }
    PyMem_Free(t);
}

static struct thread *new_thread(struct gp_state *state, PyObject *dict)
{
    struct thread *t = PyMem_Calloc(1, sizeof *t);
    PyObject *capsule;

    if (t == NULL) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    capsule = PyCapsule_New(t, capsule_name, end_thread);
    if (capsule == NULL) {
        PyMem_Free(t);
        return NULL;
    }
    if (PyDict_SetItem(dict, state->thread_key, capsule) < 0)
        t = NULL; /* freed with the capsule */
    Py_DECREF(capsule);
    return t;
}

static struct thread *this_thread(struct gp_state *state)
{
    PyObject *dict = PyThreadState_GetDict();
    PyObject *capsule;

    if (dict == NULL) {
        PyErr_SetString(PyExc_SystemError, "no thread state");
        return NULL;
    }
    capsule = PyDict_GetItemWithError(dict, state->thread_key);
    if (capsule != NULL)
        return PyCapsule_GetPointer(capsule, capsule_name);
    return PyErr_Occurred() ? NULL : new_thread(state, dict);
}

/* What threads that ended have left, and others have fetched. */
static void sweep(struct gp_connection *c)
{
    struct gp_session *s;

again:
    LIST_FOREACH(s, &c->sessions, in_connection)
    if (s->thread == GP_NO_THREAD && is_idle(s)) {
        gp_session_free(s);
        goto again;
    }
}

static struct gp_session *new_session(struct gp_connection *c, struct thread *t)
{
    struct gp_session *s = PyMem_Calloc(1, sizeof *s);

    if (s == NULL) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    sweep(c);
    s->connection = c;
    s->thread = t != NULL ? PyThread_get_thread_ident() : GP_NO_THREAD;
    if (t != NULL)
        LIST_INSERT_HEAD(&t->sessions, s, in_thread);
    LIST_INSERT_HEAD(&c->sessions, s, in_connection);
    return s;
}

static struct gp_session *find_session(struct gp_connection *c)
{
    struct thread *t;
    struct gp_session *s;

    if (!c->per_thread)
        return new_session(c, NULL);
    t = this_thread(c->state);
    if (t == NULL)
        return NULL;
    LIST_FOREACH(s, &t->sessions, in_thread)
    if (s->connection == c)
        return s;
    return new_session(c, t);
}

struct gp_session *gp_session_of_thread(struct gp_connection *c)
{
    struct gp_session *s = c->recent;

    if (s != NULL &&
        (!c->per_thread || s->thread == PyThread_get_thread_ident()))
        return s;
    s = find_session(c);
    if (s != NULL)
        c->recent = s;
    return s;
}

void gp_session_free(struct gp_session *s)
{
    if (s->connection->recent == s)
        s->connection->recent = NULL;
    while (!LIST_EMPTY(&s->cursors))
        gp_cursor_forget(LIST_FIRST(&s->cursors));
    LIST_REMOVE(s, in_connection);
    if (s->thread != GP_NO_THREAD)
        LIST_REMOVE(s, in_thread);
    PyMem_Free(s);
}

/* --- the writer ----------------------------------------------------------- */

static bool is_open(struct gp_connection *c)
{
    if (!c->closing)
        return true;
    PyErr_SetString(c->state->ProgrammingError,
                    "Cannot operate on a closed database.");
    return false;
}

/* What last_insert_rowid(), changes() and total_changes() are in SQL. */
static void tell(struct gp_link *link, const struct gp_session *s)
{
    sqlite3_set_last_insert_rowid(link->db, s->last_rowid);
    link->changed = false;
    link->changes = s->last_changes;
    link->total_before = s->connection->total_changes -
                         (int64_t)sqlite3_total_changes64(link->db);
}

/* What was lent is made ready. */
static bool get_ready(struct gp_session *s)
{
    struct gp_connection *c = s->connection;
    struct gp_link *link = gp_connection_link(c, s->loan, true);
    bool ready;

    if (link == NULL)
        return false;
    gp_link_enter(link);
    gp_link_tidy(link);
    ready = gp_settings_apply(link, s->loan);
    tell(link, s);
    s->changes_before = sqlite3_total_changes64(link->db);
    s->wrote = false;
    gp_link_leave(link);
    return ready;
}

bool gp_session_take(struct gp_session *s)
{
    struct gp_connection *c = s->connection;
    struct garner_loan *loan;
    struct garner_error err;
    enum garner_code code;

    if (s->loan != NULL)
        return true;
    Py_BEGIN_ALLOW_THREADS
    code = garner_sqlite_take(c->store, c->timeout_ms, &loan, &err);
    Py_END_ALLOW_THREADS
    s->loan = loan;
    if (code != GARNER_OK) {
        gp_errors_garner(c->state, &err);
        return false;
    }
    if (is_open(c) && get_ready(s))
        return true;
    gp_session_give(s);
    return false;
}

bool gp_session_in_transaction(const struct gp_session *s)
{
    return s->loan != NULL &&
           sqlite3_get_autocommit(garner_sqlite_db(s->loan)) == 0;
}

int64_t gp_session_changes(const struct gp_session *s)
{
    return s->loan != NULL
               ? sqlite3_total_changes64(garner_sqlite_db(s->loan)) -
                     s->changes_before
               : 0;
}

void gp_session_give(struct gp_session *s)
{
    struct gp_connection *c = s->connection;
    struct garner_loan *loan = s->loan;

    if (c->writer != NULL) /* another thread may step a cursor of this one's */
        gp_link_enter(c->writer);
    c->total_changes += gp_session_changes(s);
    c->writes += s->wrote;
    s->loan = NULL;
    if (c->writer != NULL)
        gp_link_leave(c->writer);
    if (c->memory) { /* there is nothing to wait for: no log */
        garner_sqlite_give(loan);
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    garner_sqlite_give(loan);
    Py_END_ALLOW_THREADS
}

void gp_session_note(struct gp_session *s, const struct gp_statement *done)
{
    if (done->reads)
        return;
    s->wrote = true;
    s->last_rowid = sqlite3_last_insert_rowid(done->link->db);
    s->last_changes = sqlite3_changes64(done->link->db);
    done->link->changed = true;
}

/* --- readers -------------------------------------------------------------- */

static bool is_fresh(const struct gp_reader *r)
{
    const struct gp_connection *c = r->session->connection;

    return r->writes == c->writes && r->link->level == c->settings_made;
}

struct gp_reader *gp_session_lend(struct gp_session *s)
{
    struct gp_connection *c = s->connection;
    const uint64_t writes = c->writes;
    struct garner_error err;
    struct gp_reader *r;
    enum garner_code code;

    if (s->reader != NULL && is_fresh(s->reader)) {
        s->reader->users++;
        return s->reader;
    }
    r = PyMem_Calloc(1, sizeof *r);
    if (r == NULL) {
        (void)PyErr_NoMemory();
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    code = garner_sqlite_lend_reader(c->store, c->timeout_ms, &r->loan, &err);
    Py_END_ALLOW_THREADS
    if (code != GARNER_OK) {
        PyMem_Free(r);
        gp_errors_garner(c->state, &err);
        return NULL;
    }
    r->session = s;
    r->users = 1;
    r->writes = writes;
    LIST_INSERT_HEAD(&s->readers, r, in_session);
    r->link = gp_connection_link(c, r->loan, false);
    if (r->link != NULL && is_open(c)) {
        gp_link_enter(r->link);
        gp_link_tidy(r->link);
        tell(r->link, s);
        if (gp_settings_apply(r->link, r->loan)) {
            gp_link_leave(r->link);
            s->reader = r;
            return r;
        }
        gp_link_leave(r->link);
    }
    gp_session_return(r);
    return NULL;
}

void gp_session_return(struct gp_reader *r)
{
    struct garner_loan *loan = r->loan;

    if (--r->users > 0)
        return;
    if (r->session->reader == r)
        r->session->reader = NULL;
    LIST_REMOVE(r, in_session);
    if (r->link != NULL) { /* another thread may be in it still */
        gp_link_enter(r->link);
        gp_link_leave(r->link);
    }
    PyMem_Free(r);
    garner_sqlite_give(loan);
}

/* --- transactions --------------------------------------------------------- */

/* Where a change follows at once, as it does, a deferred one is as good as any:
 * the turn is held already. */
static const char *begin_of(const struct gp_connection *c)
{
    const char *level = c->level != NULL ? c->level : "";

    if (strcmp(level, "EXCLUSIVE") == 0)
        return "BEGIN EXCLUSIVE";
    if (strcmp(level, "IMMEDIATE") == 0)
        return "BEGIN IMMEDIATE";
    return strcmp(level, "DEFERRED") == 0 ? "BEGIN DEFERRED" : "BEGIN ";
}

static bool run_on_writer(struct gp_session *s, const char *sql)
{
    struct gp_link *link = s->connection->writer;
    bool done;

    gp_link_enter(link);
    done = gp_link_run(link, sql);
    gp_link_leave(link);
    return done;
}

bool gp_session_begin(struct gp_session *s)
{
    return run_on_writer(s, begin_of(s->connection));
}

/* Commits and passes the writer on in one go, so that the next need not wait
 * for this thread to have the GIL back. */
static int commit_and_give(struct gp_session *s, struct gp_link *link,
                           sqlite3_stmt *commit)
{
    struct gp_connection *c = s->connection;
    const int64_t changes = gp_session_changes(s);
    struct garner_loan *loan = s->loan;
    int rc;

    s->loan = NULL;
    link->depth = 0; /* left, but for the lock */
    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_step(commit);
    if (rc == SQLITE_DONE) {
        (void)sqlite3_reset(commit); /* it ended well */
        PyThread_release_lock(link->lock);
        garner_sqlite_give(loan);
    }
    Py_END_ALLOW_THREADS
    if (rc == SQLITE_DONE) {
        c->total_changes += changes;
        c->writes += s->wrote;
        return rc;
    }
    s->loan = loan;
    link->depth = 1;
    gp_errors_sqlite(c->state, link->db);
    (void)sqlite3_reset(commit); /* repeats the error */
    gp_link_leave(link);
    return rc;
}

/* true: nothing but its transaction needs the writer, and no callback may come
 * of its end. */
static bool is_all(const struct gp_session *s)
{
    return s->calls == 1 && !s->connection->hooked && s->holds == 0 &&
           s->connection->writer->depth == 1;
}

/* Rows that were changed and are to be returned yet would be in its way. */
bool gp_session_commit(struct gp_session *s)
{
    struct gp_link *link = s->connection->writer;
    sqlite3_stmt *commit;

    if (!gp_session_in_transaction(s))
        return true;
    if (!gp_cursor_keep_all(s, s->connection->memory))
        return false;
    gp_link_enter(link);
    commit = gp_link_commit(link);
    if (commit != NULL && is_all(s) && !s->connection->memory)
        return commit_and_give(s, link, commit) == SQLITE_DONE;
    gp_link_leave(link);
    return commit != NULL && run_on_writer(s, "COMMIT");
}

bool gp_session_rollback(struct gp_session *s)
{
    if (!gp_session_in_transaction(s))
        return true;
    return gp_cursor_keep_all(s, s->connection->memory) &&
           run_on_writer(s, "ROLLBACK");
}

bool gp_session_settle(struct gp_session *s)
{
    bool kept;

    if (s->loan == NULL || s->holds > 0 || gp_session_in_transaction(s))
        return true;
    kept = gp_cursor_keep_all(s, s->connection->memory);
    gp_session_give(s);
    return kept;
}

bool gp_session_abandon(struct gp_session *s)
{
    const bool open = gp_session_in_transaction(s);

    gp_blob_close_all(s);
    while (!LIST_EMPTY(&s->cursors))
        gp_cursor_forget(LIST_FIRST(&s->cursors));
    if (s->loan != NULL)
        gp_session_give(s);
    return open;
}
