/*
 * connection.h - one store, shared by all threads, and what each thread has
 * under way on it.
 *
 * A thread's session has nothing, or the write connection lent (for a
 * transaction, or for one call), or readers with SELECTs that are not at their
 * end. What is lent is given back as soon as nothing needs it, at the end of
 * the outermost call.
 */
#ifndef GP_CONNECTION_H
#define GP_CONNECTION_H

#include "garner/sqlite.h"
#include "garner/write.h"
#include "link.h"

struct gp_blob;
struct gp_cursor;
struct gp_session;
struct gp_setting;

enum gp_autocommit { GP_MANUAL = 0, GP_AUTO = 1, GP_LEGACY = -1 };

struct gp_connection {
    PyObject_HEAD struct gp_state *state;
    PyObject *module; /* whose state it is: the collector may take the type's
                         reference to it before this goes */

    struct garner_store *store; /* NULL: closed, or never opened */
    struct garner_sqlite_hooks hooks;
    bool initialized;
    bool closing; /* no new calls */
    bool pooled;  /* SELECTs may run on readers; else all on the writer */
    bool memory;  /* nobody else's: what is under way may stay so */
    bool read_only;
    bool pinned; /* SELECTs run on the writer: it has what readers have not */
    bool per_thread; /* each has a session; else all share one */
    bool hooked;     /* its statements are watched: none joins a group */
    unsigned forks;  /* when it was opened */

    int timeout_ms;
    int detect_types;
    int cached_statements;
    const char *level; /* isolation_level, behind BEGIN; NULL: None */
    enum gp_autocommit autocommit;
    PyObject *row_factory;
    PyObject *text_factory;

    int64_t total_changes; /* of what was given back */
    uint64_t writes;       /* acknowledged: readers lent before are old */

    int pending;     /* submitted, not called back yet */
    int users;       /* calls under way */
    bool waited_for; /* drained is to be released when there are none */
    PyThread_type_lock drained;

    PyThread_type_lock turn; /* of the calls on a session that all share */
    unsigned long caller;    /* who has it, ... */
    int depth;               /* ... so often */

    struct gp_session *recent; /* likely the next to call */
    LIST_HEAD(, gp_session) sessions;
    LIST_HEAD(, gp_link) links;
    struct gp_link *writer; /* of them; NULL: not lent yet */
    sqlite3 *written;       /* what the store writes on; NULL: it has none */

    int limits[SQLITE_LIMIT_WORKER_THREADS + 1]; /* -1: SQLite's own */

    unsigned settings_made;
    TAILQ_HEAD(gp_settings, gp_setting) settings;

    LIST_ENTRY(gp_connection) in_state;
};

enum { GP_NO_THREAD = 0 };

/* A reader that is lent to a session. */
struct gp_reader {
    struct garner_loan *loan;
    struct gp_link *link;
    struct gp_session *session;
    int users;       /* SELECTs that are not at their end, and the like */
    uint64_t writes; /* the connection's, when it was lent */
    LIST_ENTRY(gp_reader) in_session;
};

struct gp_session {
    struct gp_connection *connection; /* borrowed */
    unsigned long thread;             /* GP_NO_THREAD: all share it */
    int calls;                        /* under way: they nest in callbacks */
    int holds; /* what needs the writer beyond a call: open blobs */

    struct garner_loan *loan; /* of the writer; NULL: it has it not */
    bool wrote;               /* with it */
    int64_t changes_before;   /* total_changes() when it was lent */
    int64_t last_rowid;       /* of its last INSERT */
    int64_t last_changes;     /* of its last statement that changed rows */

    struct gp_reader *reader; /* the latest; NULL: none */
    LIST_HEAD(, gp_reader) readers;
    LIST_HEAD(, gp_cursor) cursors; /* with SELECTs not at their end */

    LIST_HEAD(, gp_blob) blobs; /* that are open */

    LIST_ENTRY(gp_session) in_connection;
    LIST_ENTRY(gp_session) in_thread;
};

PyTypeObject *gp_connection_make_type(PyObject *module);

/* Is it one? It must be, and initialized, and open, and this process's: else
 * false, with ProgrammingError. */
bool gp_connection_check(struct gp_connection *c);

/* A call begins; NULL: an exception is set (as above). Where all threads share
 * a session it waits for another's call to end. */
struct gp_session *gp_connection_enter(struct gp_connection *c);
/* It is over: what is no longer needed is given back. An exception that is set
 * stays so; false: there is one. */
bool gp_connection_leave(struct gp_session *s);

/* true: the calling thread is in a call on it. */
bool gp_connection_is_called(const struct gp_connection *c);

/* One of c->users less: who closes it may wait for that. */
void gp_connection_forget_user(struct gp_connection *c);

/* Closes it: waits for other threads' calls, rolls back what is open. true: it
 * was there, and nobody was in a call on it. */
bool gp_connection_shut(struct gp_connection *c);

/* How long calls wait from now on for their turn; nobody waits less than a
 * moment. */
void gp_connection_set_timeout(struct gp_connection *c, int milliseconds);

/* A run-time limit of SQLite's (https://sqlite.org/c3ref/limit.html). */
int gp_connection_limit(const struct gp_connection *c, int category);

/* For the store's hooks, with the connection as context: SQLite's own has been
 * opened, or is about to be closed. */
int gp_connection_opened(sqlite3 *db, bool writer, void *context);
void gp_connection_closing(sqlite3 *db, void *context);

/* The link of a connection that is lent; NULL: an exception is set. */
struct gp_link *gp_connection_link(struct gp_connection *c,
                                   struct garner_loan *loan, bool writes);

#endif
