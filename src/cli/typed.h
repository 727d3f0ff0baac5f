/*
 * typed.h - the lines that were typed before, kept in a file of plain text:
 * each is added when it is typed, so that neither another shell beside this one
 * nor its sudden end loses any. A line that begins with a space is not kept: it
 * may hold a secret.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_TYPED_H
#define GN_CLI_TYPED_H

#include "base/buf.h"
#include "garner/error.h"

enum { GN_TYPED_MOST = 1000 }; /* lines that are given back */

/* The file's path: garner/history in state, XDG_STATE_HOME, or in home's
 * .local/state. Free with gn_free; NULL: neither is there (or no memory). */
char *gn_typed_path(const char *state, const char *home);

/* Appends the last GN_TYPED_MOST lines of the file to lines; if there are more
 * than twice as many, the file is cut to them. No file is no fault. Errors: IO,
 * INVALID (it is no file of lines), NOMEM. */
enum garner_code gn_typed_load(const char *path, struct gn_buf *lines,
                               struct garner_error *err);

/* Adds a line, without its end, to the file, which is made with its folders, to
 * be read by its owner alone. Errors: IO. */
enum garner_code gn_typed_add(const char *path, const char *line,
                              struct garner_error *err);

#endif
