/*
 * rows.h - the rows of a cursor, one by one: from its statement, or from
 * memory, where what is left of them goes when the connection is needed
 * elsewhere.
 */
#ifndef GP_ROWS_H
#define GP_ROWS_H

#include "cursor.h"

/* All in a call of s. */

/* The next, as SQLite has it; NULL: there is none, or an exception is set. */
PyObject *gp_rows_next(struct gp_cursor *cursor, struct gp_session *s);
/* Made what the row factory makes of it; takes raw. */
PyObject *gp_rows_made(struct gp_cursor *cursor, PyObject *raw);
/* Appends up to most rows to a list. false: an exception is set. */
bool gp_rows_fetch(struct gp_cursor *cursor, struct gp_session *s,
                   PyObject *rows, Py_ssize_t most);

/* Where the writer is needed for each step, the first row is read with the
 * statement. false: an exception is set. */
bool gp_rows_read_first(struct gp_cursor *cursor, struct gp_session *s);

#endif
