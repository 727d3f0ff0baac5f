#include "cli/collectflags.h"

#include <limits.h>

enum gn_exit gn_collectflags_check(const struct gn_collect_flags *flags)
{
    if (flags->token_file != NULL && flags->listen == NULL)
        return gn_exit_usage("--token-file goes with --listen");
    if (flags->parallel > INT_MAX || flags->workers > INT_MAX)
        return gn_exit_usage("--parallel and --workers: that is too many");
    return GN_EXIT_OK;
}

void gn_collectflags_apply(const struct gn_collect_flags *flags,
                           struct gn_collect *collect)
{
    collect->engine.parallel = (int)flags->parallel;
    collect->engine.workers = (int)flags->workers;
    collect->listen = flags->listen;
    collect->token_file = flags->token_file;
}
