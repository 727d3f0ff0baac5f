/*
 * link.h - one of SQLite's connections as the module sees it: its prepared
 * statements by their text, and what has been set up on it.
 *
 * Who touches it must have it lent to the connection (session.h) and has
 * entered it: its mutex is ours, not SQLite's. What SQLite calls (step,
 * prepare) runs without the GIL.
 */
#ifndef GP_LINK_H
#define GP_LINK_H

#include <sqlite3.h>

#include "state.h"

struct gp_link;

enum { GP_LINK_BUCKETS = 256 };

/* A prepared statement. Whoever uses one has it alone. */
struct gp_statement {
    struct gp_link *link; /* NULL: its connection was closed */
    sqlite3_stmt *stmt;   /* NULL: as above, or an empty statement */
    PyObject *sql;
    Py_hash_t hash;
    int parameters;
    bool reads;  /* changes nothing in the database */
    bool in_use; /* somebody's */
    bool kept;   /* in the cache, when nobody uses it */

    TAILQ_ENTRY(gp_statement) by_use; /* of those kept */
    struct gp_statement *chain;
    LIST_ENTRY(gp_statement) in_link;
};

struct gp_link {
    struct gp_connection *connection; /* borrowed */
    sqlite3 *db;
    bool writes;
    unsigned level;  /* as many of the connection's settings are set up */
    PyObject *trace; /* callables of the hooks; NULL: none */
    PyObject *progress;
    PyObject *authorizer;

    bool changed;         /* rows, since it was lent; else ... */
    int64_t changes;      /* ... so many were by the borrower's last change */
    int64_t total_before; /* what the connection has changed, less what this
                             one had when it was lent */

    PyThread_type_lock lock;
    unsigned long owner; /* the thread that has entered, ... */
    int depth;           /* ... so often */
    bool quiet;          /* who forks has entered it */

    sqlite3_stmt *commit; /* NULL: not prepared yet */

    size_t room; /* most statements that are kept */
    size_t count;
    LIST_HEAD(, gp_statement) statements;
    LIST_HEAD(, gp_statement) left; /* to be reset by who has it next */
    TAILQ_HEAD(gp_uses, gp_statement) by_use; /* most recently used first */
    struct gp_statement *buckets[GP_LINK_BUCKETS];

    LIST_ENTRY(gp_link) in_connection;
};

/* NULL: an exception is set. */
struct gp_link *gp_link_new(struct gp_connection *connection, sqlite3 *db,
                            bool writes, size_t room);
/* Finalizes its statements, which those who have them may go on holding. */
void gp_link_free(struct gp_link *link);

/* Waits, without the GIL, for other threads to leave. They nest. */
void gp_link_enter(struct gp_link *link);
void gp_link_leave(struct gp_link *link);
/* The same, if it need not wait. */
bool gp_link_try(struct gp_link *link);

/* Entered: a statement of sql (a str), for the caller alone. NULL: an exception
 * is set. */
struct gp_statement *gp_link_prepare(struct gp_link *link, PyObject *sql);

/* Entered: it is its user's no longer, and reset. */
void gp_link_release(struct gp_statement *s);
/* Not entered: the same, as soon as somebody enters who may; or at once if its
 * link is gone. */
void gp_link_leave_behind(struct gp_statement *s);
/* Entered, by who has the connection lent: what was left behind. */
void gp_link_tidy(struct gp_link *link);

/* Past blanks and comments. */
const char *gp_link_skip(const char *sql);

/* Runs a step without the GIL; SQLite's result. */
int gp_link_step(sqlite3_stmt *stmt);
/* Entered: what commits; NULL: an exception is set. */
sqlite3_stmt *gp_link_commit(struct gp_link *link);

/* Entered: runs sql, of one statement. false: an exception is set. */
bool gp_link_run(struct gp_link *link, const char *sql);

#endif
