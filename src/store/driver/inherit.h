/*
 * inherit.h - what a forked child has inherited of SQLite's, and is to be rid
 * of before it opens a database itself.
 *
 * SQLite keeps which locks a process has on a file in that process's memory,
 * one list for all its connections (https://sqlite.org/howtocorrupt.html
 * section 2.6). The child's copy of it tells of locks that the child does not
 * have: its own connections would take none, and its parent remove the log
 * under them, or wait for locks that nobody gives back. So the parent's files
 * are closed in the child, below SQLite: that drops locks of the child, which
 * has none, and nothing is written. The connections themselves are never
 * touched again.
 *
 * Thread: any.
 */
#ifndef GN_STORE_DRIVER_INHERIT_H
#define GN_STORE_DRIVER_INHERIT_H

#include <sqlite3.h>
#include <sys/queue.h>
#include <sys/types.h>

/* A connection that is open; part of its owner's struct. */
struct gn_inherit {
    sqlite3 *db;
    pid_t pid; /* that opened it; 0: it is not noted */
    LIST_ENTRY(gn_inherit) in_all;
};

/* From now on a child can tell that db is not its own, until it is forgotten
 * (which, if it was not noted, does nothing). */
void gn_inherit_note(struct gn_inherit *i, sqlite3 *db);
void gn_inherit_forget(struct gn_inherit *i);

/* Before a database is opened: lets go of what is another process's. */
void gn_inherit_let_go(void);

#endif
