#include "cli/commands.h"

#include "cli/load.h"

static enum gn_exit run(const struct gn_call *call)
{
    const struct gn_load_flags *f = call->settings;

    if (f->key.count == 0)
        return gn_exit_usage("garner upsert needs --pk COLUMN: what tells "
                             "which row is which");
    return gn_load(call, GN_CONFLICT_UPDATE);
}

static const struct gn_option options[] = {
    GN_LOAD_OPTION("pk", 0, LIST, "COLUMN", key,
                   "a row with the same value here is updated; may be "
                   "repeated"),
    GN_LOAD_OPTIONS,
};

const struct gn_command gn_cmd_upsert = {
    .name = "upsert",
    .operands = "DB TABLE [FILE]",
    .summary = "update or add the rows of a file by their key",
    .text =
        "As 'garner insert', but a row whose key is there gives that its "
        "values; columns that the new row lacks stay as they are. If the "
        "table is there without a primary key or unique index over --pk, one "
        "is made.",
    .examples = "garner upsert data.db price price.csv --pk symbol -d\n"
                "curl -s https://example.com/rates |\n"
                "  garner upsert data.db rates --pk currency\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct gn_load_flags),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 3,
    .run = run,
};
