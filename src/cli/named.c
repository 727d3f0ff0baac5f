#include "cli/named.h"
#include "cli/lookup.h"

#include <stdio.h>

#include "cli/prepare.h"

enum gn_exit gn_named_load(const char *path, const char *source,
                           struct gn_config *config)
{
    struct gn_lookup lookup = {0};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_buf problems = {0};
    struct garner_error err = {0};

    if (path == NULL)
        return gn_exit_usage("which file has the source %.200s? Say --config "
                             "FILE, or GARNER_CONFIG in the environment",
                             source);
    if (gn_prepare_load(path, &way, config, &problems, &err) != GARNER_OK) {
        if (problems.size > 0)
            fputs(gn_buf_cstr(&problems), stderr);
        else
            gn_complain("%s", err.message);
        gn_buf_fini(&problems);
        return err.code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
    }
    gn_buf_fini(&problems);
    if (gn_config_keep(config, &source, 1, &err) == GARNER_OK)
        return GN_EXIT_OK;
    gn_config_fini(config);
    return gn_exit_usage("%s", err.message);
}
