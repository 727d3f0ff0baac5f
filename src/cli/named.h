/* named.h - the source of a file that a command line names. */
#ifndef GN_CLI_NAMED_H
#define GN_CLI_NAMED_H

#include "cli/outcome.h"
#include "config/config.h"

/* The entry of an option table for the file, which is the field `config` of
 * settings. */
#define GN_NAMED_OPTION(S)                                                     \
    {                                                                          \
        "config", 'c', GN_OPTION_FILE, "FILE", offsetof(S, config),            \
            "the file that has the source", "GARNER_CONFIG"                    \
    }

/* Reads the file at path (NULL: usage is wrong), prepares its SQL, and keeps in
 * *config (gn_config_fini frees it) the source of this name alone. Complains
 * about what is wrong; what is not OK leaves nothing to free. */
enum gn_exit gn_named_load(const char *path, const char *source,
                           struct gn_config *config);

#endif
