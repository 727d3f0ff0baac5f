/* standing.h - how a source stands, in words. Pure. */
#ifndef GN_CLI_STANDING_H
#define GN_CLI_STANDING_H

#include "base/buf.h"
#include "engine/status.h"

/* Appends "key <tab> value" lines: what it does, when it is fetched next and
 * why then, what became of it since the start, and how old its last good run
 * is, if that matters. */
void gn_standing_tell(const struct gn_standing *s, struct gn_buf *out);

#endif
