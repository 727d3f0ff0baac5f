/* dot.h - the commands of garner shell that are no SQL: .open, .body and so on.
 */
#ifndef GN_CLI_DOT_H
#define GN_CLI_DOT_H

#include <stdbool.h>

#include "cli/shell.h"

/* Does what line, which begins with a dot, says, complains about what is wrong,
 * and gives the exit status; *leave: the shell is to end. */
enum gn_exit gn_dot(struct gn_shell *s, const char *line, bool *leave);

/* Adds their names. */
void gn_dot_words(struct gn_words *words);

#endif
