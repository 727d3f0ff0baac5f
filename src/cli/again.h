/* again.h - a command line as it may be given once more. Pure. */
#ifndef GN_CLI_AGAIN_H
#define GN_CLI_AGAIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/options.h"

/* Appends the line of call for a shell: program, its command, and its words but
 * for the flag --without. false, and nothing is appended: it has a flag whose
 * value is not to be shown. Out of memory shows in gn_buf_failed(out). */
bool gn_again(const struct gn_call *call, const char *program,
              const char *without, struct gn_buf *out);

#endif
