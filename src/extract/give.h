/*
 * give.h - how a function in SQL gives its result, or says why it has none.
 *
 * Thread: the connection's.
 */
#ifndef GN_EXTRACT_GIVE_H
#define GN_EXTRACT_GIVE_H

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

/* What open, next or column of a table return for an error, which is told. */
int gn_give_failure(struct gn_each *e, const struct garner_error *err);

/* The error of a function that is no table. */
void gn_give_error(sqlite3_context *to, const char *function,
                   const struct garner_error *err);

#endif
