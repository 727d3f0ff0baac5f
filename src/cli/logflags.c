#include "cli/logflags.h"

#include <string.h>

#include "base/log.h"

void gn_logflags_apply(const struct gn_log_flags *flags)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};

    if (flags->quiet)
        gn_log_set_level(GN_LOG_WARN);
    for (int i = 0; flags->level != NULL && i < 4; i++)
        if (strcmp(levels[i], flags->level) == 0)
            gn_log_set_level((enum gn_log_level)i);
    gn_log_set_json(gn_logflags_json(flags));
}

bool gn_logflags_json(const struct gn_log_flags *flags)
{
    return flags->form != NULL && strcmp(flags->form, "json") == 0;
}

bool gn_logflags_screen(const struct gn_log_flags *flags)
{
    return flags->form == NULL && !flags->quiet;
}
