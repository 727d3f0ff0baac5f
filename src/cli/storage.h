/* storage.h - flags that say how a database is opened, for the commands that
 * write to one. */
#ifndef GN_CLI_STORAGE_H
#define GN_CLI_STORAGE_H

#include "cli/options.h"
#include "garner/store.h"

/* A part of a command's settings. */
struct gn_storage_flags {
    const char *checkpoint; /* NULL: not said */
};

/* The entries of an option table for the struct gn_storage_flags that is the
 * field `storage` of settings. */
#define GN_STORAGE_OPTIONS(S)                                                  \
    {                                                                          \
        "checkpoint", 0, GN_OPTION_CHOICE, "auto|external",                    \
            offsetof(S, storage.checkpoint),                                   \
            "leave the log to another program, as Litestream (external)", NULL \
    }

/* The options that garner_open gets: the defaults, and what the flags say. */
struct garner_options gn_storage_options(const struct gn_storage_flags *flags);

#endif
