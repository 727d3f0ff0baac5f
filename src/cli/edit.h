/*
 * edit.h - a line that a person types on a terminal: edited, taken from the
 * past, completed with Tab. By libedit; ~/.editrc counts.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_EDIT_H
#define GN_CLI_EDIT_H

#include "cli/words.h"
#include "garner/error.h"

struct gn_edit;

/* On stdin, written to stdout if that is a terminal, else to stderr. words
 * (borrowed) may change between two lines. history: the file that lines are
 * kept in, see typed.h (copied); NULL: they are not. Errors: NOMEM, IO (of the
 * file; *out is there, and keeps nothing). */
enum garner_code gn_edit_new(const struct gn_words *words, const char *history,
                             struct gn_edit **out, struct garner_error *err);
/* The terminal is as it was. NULL is fine. */
void gn_edit_free(struct gn_edit *e);

/* Gives in *line what was typed behind prompt, without its end, borrowed until
 * the next call. DONE: the end (Ctrl-D). Errors: CANCELED (Ctrl-C), IO (of the
 * history; the line is there all the same, and the next are not kept). */
enum garner_code gn_edit_line(struct gn_edit *e, const char *prompt,
                              const char **line, struct garner_error *err);

#endif
