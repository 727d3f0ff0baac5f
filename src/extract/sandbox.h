/*
 * sandbox.h - a private in-memory SQLite in which SQL can compute and do
 * nothing else: it sees its parameters and the JSON functions, no file, no
 * other database, no setting, and it ends at its deadline.
 *
 * Thread: one at a time.
 */
#ifndef GN_EXTRACT_SANDBOX_H
#define GN_EXTRACT_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "garner/error.h"

/* Stays where it is while open: SQLite holds its address. */
struct gn_sandbox {
    sqlite3 *db;
    int64_t limit_ms;    /* as armed */
    int64_t deadline_ns; /* monotonic; SQL is stopped past it */
    bool expired;        /* the deadline stopped it */
    char refused[80];    /* what the last SQL may not do; "": nothing */
};

/* Errors: NOMEM, IO. s can be closed even then. */
enum garner_code gn_sandbox_open(struct gn_sandbox *s,
                                 struct garner_error *err);

/* All its statements must be finalized. */
void gn_sandbox_close(struct gn_sandbox *s);

/* SQL is stopped limit_ms from now. */
void gn_sandbox_arm(struct gn_sandbox *s, int64_t limit_ms);

#endif
