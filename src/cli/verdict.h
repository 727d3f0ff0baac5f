/* verdict.h - how a fetch by hand went, for people or as JSON. */
#ifndef GN_CLI_VERDICT_H
#define GN_CLI_VERDICT_H

#include <stdbool.h>

#include "base/buf.h"
#include "engine/status.h"

/* Appends a line. */
void gn_verdict(struct gn_buf *out, const char *source,
                const struct gn_asked_run *run, bool json);

#endif
