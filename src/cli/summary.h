/* summary.h - what a run came to, said at its end: on the screen, or in the
 * log. */
#ifndef GN_CLI_SUMMARY_H
#define GN_CLI_SUMMARY_H

#include <stdbool.h>

#include "config/config.h"
#include "engine/status.h"

struct gn_summary {
    const struct gn_config *config;
    const struct gn_status *status;
    const char *store_name; /* as the person wrote it */
    const char *again;      /* the command line that goes on with what is left;
                               NULL: it is not shown */
    bool screen;            /* on stderr, not in the log */
};

void gn_summary(const struct gn_summary *s);

#endif
