/* run.h - running a statement for a cursor: where, in which transaction, and
 * what it leaves in the cursor. */
#ifndef GP_RUN_H
#define GP_RUN_H

#include "cursor.h"
#include "parameters.h"

/* Runs sql with arguments (NULL: none). false: an exception is set. */
bool gp_run_once(struct gp_cursor *cursor, struct gp_session *s, PyObject *sql,
                 PyObject *arguments);
/* Once for each of many, an iterator. */
bool gp_run_many(struct gp_cursor *cursor, struct gp_session *s, PyObject *sql,
                 PyObject *many);
/* All statements of a text. */
bool gp_run_script(struct gp_session *s, const char *script);

/* Prepares it, no more. */
bool gp_run_try(struct gp_session *s, PyObject *sql);

/* Takes the arguments of sql for garner's calls. false: an exception is set. */
bool gp_run_take(struct gp_session *s, PyObject *sql, PyObject *arguments,
                 struct gp_parameters *out);

/* Enters the link on which cursor's statement may be stepped, in a call of s,
 * which takes the writer if need be. false: an exception is set. */
bool gp_run_on(struct gp_cursor *cursor, struct gp_session *s);

#endif
