#include "cli/storage.h"

#include <string.h>

struct garner_options gn_storage_options(const struct gn_storage_flags *flags)
{
    struct garner_options options;

    garner_options_init(&options);
    if (flags->checkpoint != NULL && strcmp(flags->checkpoint, "external") == 0)
        options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    options.network_fs = flags->network_fs;
    return options;
}
