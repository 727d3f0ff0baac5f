/* collectflags.h - flags that say how much a collector does at a time, and
 * where it can be looked at. */
#ifndef GN_CLI_COLLECTFLAGS_H
#define GN_CLI_COLLECTFLAGS_H

#include "cli/collect.h"
#include "cli/options.h"
#include "cli/outcome.h"

/* A part of a command's settings. */
struct gn_collect_flags {
    int64_t parallel;
    int64_t workers;
    const char *listen;
    const char *token_file;
};

/* The entries of an option table for the struct gn_collect_flags that is the
 * field `collect` of settings. */
#define GN_COLLECT_OPTION(S, name, type, value, field, help)                   \
    GN_OPTION(S, name, 0, type, value, collect.field, help)
/* usual: of which fetches, and how many, unless it is said. */
#define GN_WORK_OPTIONS(S, usual)                                              \
    GN_COLLECT_OPTION(S, "parallel", NUMBER, "COUNT", parallel,                \
                      "most fetches at a time" usual),                         \
        GN_COLLECT_OPTION(S, "workers", NUMBER, "COUNT", workers,              \
                          "threads that make rows (one a core, at most 4)")
#define GN_DOOR_OPTIONS(S)                                                     \
    GN_COLLECT_OPTION(S, "listen", TEXT, "ADDRESS", listen,                    \
                      "serve /healthz, /status.json and /metrics at "          \
                      "HOST:PORT"),                                            \
        GN_COLLECT_OPTION(S, "token-file", FILE, "FILE", token_file,           \
                          "ask those who come to --listen for the token in "   \
                          "this file")

/* OK, or complains about what cannot be. */
enum gn_exit gn_collectflags_check(const struct gn_collect_flags *flags);

/* Has collect do so, which borrows what flags point to; they were checked. */
void gn_collectflags_apply(const struct gn_collect_flags *flags,
                           struct gn_collect *collect);

#endif
