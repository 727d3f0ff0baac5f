/*
 * sandbox.h - a private in-memory SQLite in which SQL can compute and do
 * nothing else: it sees its parameters, SQLite's functions and garner's, no
 * file, no other database, no setting, and it ends at its deadline.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_SANDBOX_H
#define GN_EXTRACT_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "extract/budget.h"
#include "extract/functions.h"
#include "garner/error.h"

/* Stays where it is while open: SQLite holds its address. */
struct gn_sandbox {
    sqlite3 *db;
    struct gn_budget budget;
    struct gn_functions functions;
    char refused[80]; /* what the last SQL may not do; "": nothing */
    bool lent;        /* db is another's, and has tables */
    bool lifted;      /* nothing is refused: the SQL is our own */
};

/* Errors: NOMEM, IO. s can be closed even then. */
enum garner_code gn_sandbox_open(struct gn_sandbox *s,
                                 struct garner_error *err);

/* The functions alone, on db, which is another's: whoever lends it refuses what
 * it may not do, and has its progress handler call gn_sandbox_look. Errors:
 * NOMEM, IO. s can be closed even then. */
enum garner_code gn_sandbox_borrow(struct gn_sandbox *s, sqlite3 *db,
                                   struct garner_error *err);

/* For a progress handler: not 0, the job's time is over. */
int gn_sandbox_look(void *sandbox);

/* All its statements must be finalized. A connection that was lent has been
 * closed before. */
void gn_sandbox_close(struct gn_sandbox *s);

/* A new job: SQL is stopped limit_ms from now, and what was parsed before is
 * forgotten. No statement may be under way. */
void gn_sandbox_arm(struct gn_sandbox *s, int64_t limit_ms);

#endif
