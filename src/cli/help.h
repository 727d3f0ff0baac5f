/* help.h - what the tables of commands and flags say, for people: --help and
 * the manual page. Out of memory shows in gn_buf_failed(out). */
#ifndef GN_CLI_HELP_H
#define GN_CLI_HELP_H

#include "base/buf.h"
#include "cli/options.h"

/* The program's own help: what it is, and its commands. */
void gn_help_program(const struct gn_program *program, struct gn_buf *out);

/* garner COMMAND --help. */
void gn_help_command(const struct gn_command *command, struct gn_buf *out);

/* The manual page garner(1), in roff's man macros. */
void gn_help_man(const struct gn_program *program, struct gn_buf *out);

#endif
