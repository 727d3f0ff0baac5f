/* logflags.h - flags that say how a collector tells what it does. */
#ifndef GN_CLI_LOGFLAGS_H
#define GN_CLI_LOGFLAGS_H

#include "cli/options.h"

/* A part of a command's settings. */
struct gn_log_flags {
    const char *form;
    const char *level;
    bool quiet;
};

/* The entries of an option table for the struct gn_log_flags that is the field
 * `log` of settings. */
#define GN_LOG_OPTION(S, name, letter, type, value, field, help)               \
    GN_OPTION(S, name, letter, type, value, log.field, help)
#define GN_LOG_OPTIONS(S)                                                      \
    GN_LOG_OPTION(S, "log", 0, CHOICE, "text|json", form,                      \
                  "write log lines, even where the live screen could be"),     \
        GN_LOG_OPTION(S, "log-level", 0, CHOICE, "error|warn|info|debug",      \
                      level, "write log lines down to this level (info)"),     \
        GN_LOG_OPTION(S, "quiet", 'q', FLAG, NULL, quiet,                      \
                      "say only what goes wrong")

/* Sets the log so. */
void gn_logflags_apply(const struct gn_log_flags *flags);

/* Whether the log is JSON lines. */
bool gn_logflags_json(const struct gn_log_flags *flags);

/* Whether there may be a live screen, on a terminal. */
bool gn_logflags_screen(const struct gn_log_flags *flags);

#endif
