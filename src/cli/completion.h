/* completion.h - the tables of commands and flags as scripts that let bash, zsh
 * and fish complete them. */
#ifndef GN_CLI_COMPLETION_H
#define GN_CLI_COMPLETION_H

#include "base/buf.h"
#include "cli/options.h"

/* Appends the script for shell: "bash", "zsh" or "fish". false: another one.
 * Out of memory shows in gn_buf_failed(out). */
bool gn_completion(const struct gn_program *program, const char *shell,
                   struct gn_buf *out);

#endif
