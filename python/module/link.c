#include "link.h"

#include <string.h>

#include "connection.h"
#include "errors.h"

/* Of the thread's statements, where SQLite's own would tell of this
 * connection's, whoever ran them. */
static void count_changes(sqlite3_context *context, int count,
                          sqlite3_value **values)
{
    const struct gp_link *link = sqlite3_user_data(context);

    (void)count;
    (void)values;
    sqlite3_result_int64(context, link->changed ? sqlite3_changes64(link->db)
                                                : link->changes);
}

static void count_all_changes(sqlite3_context *context, int count,
                              sqlite3_value **values)
{
    const struct gp_link *link = sqlite3_user_data(context);

    (void)count;
    (void)values;
    sqlite3_result_int64(context, link->total_before +
                                      sqlite3_total_changes64(link->db));
}

static bool add_functions(struct gp_link *link)
{
    const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;

    return sqlite3_create_function(link->db, "changes", 0, flags, link,
                                   count_changes, NULL, NULL) == SQLITE_OK &&
           sqlite3_create_function(link->db, "total_changes", 0, flags, link,
                                   count_all_changes, NULL, NULL) == SQLITE_OK;
}

struct gp_link *gp_link_new(struct gp_connection *connection, sqlite3 *db,
                            bool writes, size_t room)
{
    struct gp_link *link = PyMem_Calloc(1, sizeof *link);

    if (link != NULL)
        link->lock = PyThread_allocate_lock();
    if (link == NULL || link->lock == NULL) {
        PyMem_Free(link);
        (void)PyErr_NoMemory();
        return NULL;
    }
    link->connection = connection;
    link->db = db;
    link->writes = writes;
    link->room = room;
    TAILQ_INIT(&link->by_use);
    if (add_functions(link))
        return link;
    PyThread_free_lock(link->lock);
    PyMem_Free(link);
    (void)PyErr_NoMemory();
    return NULL;
}

/* --- entering ------------------------------------------------------------- */

bool gp_link_try(struct gp_link *link)
{
    const unsigned long me = PyThread_get_thread_ident();

    if (link->depth > 0 && link->owner == me) {
        link->depth++;
        return true;
    }
    if (PyThread_acquire_lock(link->lock, NOWAIT_LOCK) == 0)
        return false;
    link->owner = me;
    link->depth = 1;
    return true;
}

void gp_link_enter(struct gp_link *link)
{
    if (gp_link_try(link))
        return;
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(link->lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
    link->owner = PyThread_get_thread_ident();
    link->depth = 1;
}

void gp_link_leave(struct gp_link *link)
{
    if (--link->depth == 0)
        PyThread_release_lock(link->lock);
}

/* --- the cache ------------------------------------------------------------ */

static struct gp_statement **bucket(struct gp_link *link, Py_hash_t hash)
{
    return &link->buckets[(size_t)hash % GP_LINK_BUCKETS];
}

static void forget(struct gp_statement *s)
{
    struct gp_statement **at = bucket(s->link, s->hash);

    while (*at != s)
        at = &(*at)->chain;
    *at = s->chain;
    TAILQ_REMOVE(&s->link->by_use, s, by_use);
    s->link->count--;
    s->kept = false;
}

static void destroy(struct gp_statement *s)
{
    LIST_REMOVE(s, in_link);
    (void)sqlite3_finalize(s->stmt); /* repeats an error told before */
    Py_DECREF(s->sql);
    PyMem_Free(s);
}

static void keep(struct gp_statement *s)
{
    struct gp_link *link = s->link;
    struct gp_statement **at = bucket(link, s->hash);

    if (link->count >= link->room) {
        struct gp_statement *oldest = TAILQ_LAST(&link->by_use, gp_uses);

        forget(oldest);
        if (!oldest->in_use) /* else its user drops it */
            destroy(oldest);
    }
    s->chain = *at;
    *at = s;
    TAILQ_INSERT_HEAD(&link->by_use, s, by_use);
    link->count++;
    s->kept = true;
}

static struct gp_statement *find(struct gp_link *link, PyObject *sql,
                                 Py_hash_t hash)
{
    struct gp_statement *s = *bucket(link, hash);

    for (; s != NULL; s = s->chain)
        if (!s->in_use &&
            (s->sql == sql || (s->hash == hash && PyUnicode_CheckExact(sql) &&
                               PyUnicode_Compare(s->sql, sql) == 0)))
            return s;
    return NULL;
}

void gp_link_free(struct gp_link *link)
{
    struct gp_statement *s;

    while ((s = LIST_FIRST(&link->left)) != NULL) {
        LIST_REMOVE(s, in_link);
        LIST_INSERT_HEAD(&link->statements, s, in_link);
        s->in_use = false;
    }
    while ((s = LIST_FIRST(&link->statements)) != NULL) {
        if (!s->in_use) {
            destroy(s);
            continue;
        }
        LIST_REMOVE(s, in_link);
        (void)sqlite3_finalize(s->stmt); /* repeats an error told before */
        s->stmt = NULL;
        s->link = NULL;
    }
    (void)sqlite3_finalize(link->commit); /* repeats an error told before */
    (void)sqlite3_trace_v2(link->db, 0, NULL, NULL);
    LIST_REMOVE(link, in_connection);
    Py_XDECREF(link->trace);
    Py_XDECREF(link->progress);
    Py_XDECREF(link->authorizer);
    PyThread_free_lock(link->lock);
    PyMem_Free(link);
}

/* --- preparing ------------------------------------------------------------ */

/* Only blanks and comments; one that is not closed reaches to the end. */
static bool is_blank(const char *sql)
{
    return *gp_link_skip(sql) == '\0';
}

const char *gp_link_skip(const char *sql)
{
    for (;;) {
        while (*sql == ' ' || *sql == '\t' || *sql == '\n' || *sql == '\r' ||
               *sql == '\f')
            sql++;
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            const char *end = strstr(sql + 2, "*/");

            sql = end != NULL ? end + 2 : sql + strlen(sql);
        } else {
            return sql;
        }
    }
}

/* The text of sql; NULL: an exception is set. */
static const char *text_of(struct gp_link *link, PyObject *sql,
                           Py_ssize_t *size)
{
    struct gp_state *state = link->connection->state;
    const char *text = PyUnicode_AsUTF8AndSize(sql, size);

    if (text == NULL)
        return NULL;
    if (*size > sqlite3_limit(link->db, SQLITE_LIMIT_SQL_LENGTH, -1)) {
        PyErr_SetString(state->DataError, "query string is too large");
        return NULL;
    }
    if (strlen(text) != (size_t)*size) {
        PyErr_SetString(state->ProgrammingError,
                        "the query contains a null character");
        return NULL;
    }
    return text;
}

static sqlite3_stmt *prepare(struct gp_link *link, PyObject *sql, bool *failed)
{
    struct gp_state *state = link->connection->state;
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    Py_ssize_t size;
    const char *text = text_of(link, sql, &size);
    int rc;

    *failed = true;
    if (text == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_prepare_v3(link->db, text, (int)size + 1,
                            SQLITE_PREPARE_PERSISTENT, &stmt, &tail);
    Py_END_ALLOW_THREADS
    if (rc != SQLITE_OK) {
        gp_errors_sqlite(state, link->db);
        return NULL;
    }
    if (!is_blank(tail)) {
        PyErr_SetString(state->ProgrammingError,
                        "You can only execute one statement at a time.");
        (void)sqlite3_finalize(stmt); /* never stepped */
        return NULL;
    }
    *failed = false;
    return stmt;
}

static struct gp_statement *make(struct gp_link *link, PyObject *sql,
                                 Py_hash_t hash)
{
    struct gp_statement *s;
    bool failed;
    sqlite3_stmt *stmt = prepare(link, sql, &failed);

    if (failed)
        return NULL;
    s = PyMem_Calloc(1, sizeof *s);
    if (s == NULL) {
        (void)sqlite3_finalize(stmt); /* never stepped */
        (void)PyErr_NoMemory();
        return NULL;
    }
    s->link = link;
    s->stmt = stmt;
    s->sql = Py_NewRef(sql);
    s->hash = hash;
    s->parameters = stmt != NULL ? sqlite3_bind_parameter_count(stmt) : 0;
    s->reads = stmt == NULL || sqlite3_stmt_readonly(stmt);
    LIST_INSERT_HEAD(&link->statements, s, in_link);
    return s;
}

struct gp_statement *gp_link_prepare(struct gp_link *link, PyObject *sql)
{
    const Py_hash_t hash = PyUnicode_CheckExact(sql) ? PyObject_Hash(sql) : 0;
    struct gp_statement *s = find(link, sql, hash);

    if (s == NULL) {
        s = make(link, sql, hash);
        if (s == NULL)
            return NULL;
        if (link->room > 0 && PyUnicode_CheckExact(sql) && s->stmt != NULL)
            keep(s);
    } else if (TAILQ_FIRST(&link->by_use) != s) {
        TAILQ_REMOVE(&link->by_use, s, by_use);
        TAILQ_INSERT_HEAD(&link->by_use, s, by_use);
    }
    s->in_use = true;
    return s;
}

void gp_link_release(struct gp_statement *s)
{
    if (s->link == NULL) {
        Py_DECREF(s->sql);
        PyMem_Free(s);
        return;
    }
    s->in_use = false;
    if (s->stmt != NULL)
        (void)sqlite3_reset(s->stmt); /* repeats an error told before */
    if (!s->kept)
        destroy(s);
    else if (s->parameters > 0)
        (void)sqlite3_clear_bindings(s->stmt);
}

void gp_link_leave_behind(struct gp_statement *s)
{
    if (s->link == NULL) {
        gp_link_release(s);
        return;
    }
    LIST_REMOVE(s, in_link);
    LIST_INSERT_HEAD(&s->link->left, s, in_link);
}

void gp_link_tidy(struct gp_link *link)
{
    struct gp_statement *s;

    while ((s = LIST_FIRST(&link->left)) != NULL) {
        LIST_REMOVE(s, in_link);
        LIST_INSERT_HEAD(&link->statements, s, in_link);
        gp_link_release(s);
    }
}

/* --- running -------------------------------------------------------------- */

int gp_link_step(sqlite3_stmt *stmt)
{
    int rc;

    Py_BEGIN_ALLOW_THREADS
    rc = sqlite3_step(stmt);
    Py_END_ALLOW_THREADS
    return rc;
}

bool gp_link_run(struct gp_link *link, const char *sql)
{
    PyObject *text = PyUnicode_FromString(sql);
    struct gp_statement *s = text != NULL ? gp_link_prepare(link, text) : NULL;
    bool done = false;

    Py_XDECREF(text);
    if (s == NULL)
        return false;
    if (gp_link_step(s->stmt) == SQLITE_DONE)
        done = true;
    else
        gp_errors_sqlite(link->connection->state, link->db);
    gp_link_release(s);
    return done;
}

sqlite3_stmt *gp_link_commit(struct gp_link *link)
{
    if (link->commit == NULL &&
        sqlite3_prepare_v3(link->db, "COMMIT", -1, SQLITE_PREPARE_PERSISTENT,
                           &link->commit, NULL) != SQLITE_OK)
        gp_errors_sqlite(link->connection->state, link->db);
    return link->commit;
}
