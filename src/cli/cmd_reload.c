#include "cli/commands.h"

#include "cli/outcome.h"
#include "cli/print.h"
#include "cli/where.h"

struct settings {
    struct gn_where_flags where;
};

static enum gn_exit run(const struct gn_call *call)
{
    static const char *const words[] = {"reload"};
    const struct settings *s = call->settings;
    struct gn_buf told = {0};
    struct gn_where where;
    struct garner_error err = {0};
    enum gn_exit status = gn_where_find(&s->where, &where);
    enum garner_code code;

    if (status != GN_EXIT_OK)
        return status;
    code = gn_where_ask(&where, words, 1, &told, &err);
    gn_where_fini(&where);
    if (code == GARNER_OK)
        return gn_print(&told);
    gn_buf_fini(&told);
    if (code == GARNER_INVALID || code == GARNER_SQL ||
        code == GARNER_NOTFOUND || code == GARNER_UNSUPPORTED)
        return gn_exit_usage("%s", err.message);
    return gn_exit_error(&err);
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_reload = {
    .name = "reload",
    .operands = "",
    .summary = "have the collector that runs read its file again",
    .text =
        "The collector of the store reads its file again, as it does on "
        "SIGHUP where its standard error is no terminal. Sources that are the "
        "same go on undisturbed, with their schedules and connections; new "
        "ones start; those that are gone, or have changed, finish the fetch "
        "that is under way first, each for itself. A file with mistakes "
        "changes nothing: they are in the collector's log, the first one is "
        "printed, and the exit status is 2. Its store cannot be changed so.",
    .examples = "garner reload --config garner.yaml\n"
                "garner check garner.yaml && garner reload -c garner.yaml\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_NONE,
    .run = run,
};
