/*
 * give.h - how a function in SQL gives its result, or says why it has none.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_GIVE_H
#define GN_EXTRACT_GIVE_H

#include <stddef.h>

#include <libxml/xpath.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "extract/each.h"
#include "garner/error.h"

/* Gives the text in the buffer, and frees it: SQLITE_OK or _NOMEM. */
int gn_give_text(sqlite3_context *to, struct gn_buf *text);

/* The same, "" as NULL. */
int gn_give_some(sqlite3_context *to, struct gn_buf *text);

/* The same for a function that is no table. */
void gn_give_result(sqlite3_context *to, struct gn_buf *text);

/* Gives the number, truth or text that an expression is, rather than nodes:
 * count(//a), string(//title) ... */
void gn_give_found(sqlite3_context *to, const xmlXPathObject *found);

/* What open, next or column of a table return for an error, which is told. */
int gn_give_failure(struct gn_each *e, const struct garner_error *err);

/* The error of a function that is no table. */
void gn_give_error(sqlite3_context *to, const char *function,
                   const struct garner_error *err);

/* A function that is no table, and sees its arguments alone. */
struct gn_function {
    const char *name;
    int args;
    void (*call)(sqlite3_context *to, int argc, sqlite3_value **argv);
};

/* Makes count functions known to db, with context as their user data:
 * SQLITE_OK or why not. */
int gn_give_functions(sqlite3 *db, const struct gn_function *functions,
                      size_t count, void *context);

#endif
