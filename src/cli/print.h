/* print.h - a finished text to standard output. */
#ifndef GN_CLI_PRINT_H
#define GN_CLI_PRINT_H

#include "base/buf.h"
#include "cli/outcome.h"

/* Writes text, frees it, and returns the exit status; complains if it cannot be
 * written or is not complete. */
enum gn_exit gn_print(struct gn_buf *text);

#endif
