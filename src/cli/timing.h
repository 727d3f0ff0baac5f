/* timing.h - when a source is due, in words. Pure. */
#ifndef GN_CLI_TIMING_H
#define GN_CLI_TIMING_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

/* Appends all that the file says of it: "every 10s, aligned to the clock",
 * "cron \"10 4 * * *\" (Europe/London), jitter up to 5m". interval_ms: what an
 * interval that adapts has come to; 0: nobody knows. */
void gn_timing_schedule(const struct gn_source *source, int64_t interval_ms,
                        struct gn_buf *out);

#endif
