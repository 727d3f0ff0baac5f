/* terminal.h - what stdout and stderr are: a terminal or not, how large, and
 * whether to colour. Thread: any. */
#ifndef GN_CLI_TERMINAL_H
#define GN_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* fd is a terminal that obeys escape sequences (TERM is not "dumb"). */
bool gn_terminal_is(int fd);

/* Its size; 80 by 24 if it does not say. */
void gn_terminal_size(int fd, size_t *columns, size_t *rows);

/* gn_terminal_is, and NO_COLOR (https://no-color.org) is not set. */
bool gn_terminal_color(int fd);

#endif
