/* storage.h - flags that say how a database is opened. */
#ifndef GN_CLI_STORAGE_H
#define GN_CLI_STORAGE_H

#include "cli/options.h"
#include "garner/store.h"

/* A part of a command's settings. */
struct gn_storage_flags {
    const char *checkpoint; /* NULL: not said */
    bool network_fs;
};

/* The entries of an option table for the struct gn_storage_flags that is the
 * field `storage` of settings: of commands that only read, and of those that
 * write. */
#define GN_STORAGE_READ_OPTION(S)                                              \
    {                                                                          \
        "network-fs", 0, GN_OPTION_FLAG, NULL,                                 \
            offsetof(S, storage.network_fs),                                   \
            "open it on a network file system, too; only if all who do are "   \
            "on one machine",                                                  \
            NULL                                                               \
    }
#define GN_STORAGE_OPTIONS(S)                                                  \
    {"checkpoint",                                                             \
     0,                                                                        \
     GN_OPTION_CHOICE,                                                         \
     "auto|external",                                                          \
     offsetof(S, storage.checkpoint),                                          \
     "leave the log to another program, as Litestream (external)",             \
     NULL},                                                                    \
        GN_STORAGE_READ_OPTION(S)

/* The options that garner_open gets: the defaults, and what the flags say. */
struct garner_options gn_storage_options(const struct gn_storage_flags *flags);

#endif
