#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>

#include "cli/outcome.h"
#include "cli/text.h"
#include "garner/garner.h"

struct settings {
    const char *into;
    struct gn_texts tables;
    bool keep;
    bool new_ids;
    int64_t batch;
    int64_t timeout_ms;
};

static void say(const struct garner_harvested *done, const char *into)
{
    char rows[32];
    char batches[32];

    gn_text_count(done->rows, rows);
    gn_text_count(done->batches, batches);
    fprintf(stderr, "%s row%s in %s batch%s came into %s\n", rows,
            gn_text_plural(done->rows), batches, done->batches == 1 ? "" : "es",
            into);
}

static enum gn_exit harvest(struct garner_store *farm,
                            struct garner_store *into, const struct settings *s)
{
    const struct garner_harvest_options options = {
        .tables = s->tables.items,
        .table_count = s->tables.count,
        .keep = s->keep,
        .new_ids = s->new_ids,
        .batch_rows = (size_t)s->batch,
    };
    struct garner_harvested done = {0};
    struct garner_error err = {0};
    const enum garner_code code =
        garner_harvest(farm, into, &options, &done, &err);

    if (code == GARNER_OK || done.rows > 0)
        say(&done, s->into);
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_error(&err);
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct garner_options options;
    struct garner_store *farm;
    struct garner_store *into;
    struct garner_error err = {0};
    enum gn_exit status;

    if (s->into == NULL)
        return gn_exit_usage("harvest into which database? --into DB");
    garner_options_init(&options);
    if (s->timeout_ms > 0)
        options.timeout_ms =
            s->timeout_ms < INT_MAX ? (int)s->timeout_ms : INT_MAX;
    options.create = false;
    if (garner_open(call->items[0], &options, &farm, &err) != GARNER_OK)
        return gn_exit_error(&err);
    options.create = true;
    if (garner_open(s->into, &options, &into, &err) == GARNER_OK) {
        status = harvest(farm, into, s);
        garner_close(into);
    } else {
        status = gn_exit_error(&err);
    }
    garner_close(farm);
    return status;
}

static const struct gn_option options[] = {
    {"into", 0, GN_OPTION_FILE, "DB", offsetof(struct settings, into),
     "the database that the rows come into; it is made if it is missing", NULL},
    {"table", 0, GN_OPTION_LIST, "TABLE", offsetof(struct settings, tables),
     "only this table; may be repeated, and they are taken in this order",
     NULL},
    {"keep", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, keep),
     "copy: the rows stay in the shards, and the next copy replaces this one",
     NULL},
    {"new-ids", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, new_ids),
     "give rows a new INTEGER PRIMARY KEY, where shards number theirs alike",
     NULL},
    {"batch", 0, GN_OPTION_NUMBER, "ROWS", offsetof(struct settings, batch),
     "rows at a time (1000)", NULL},
    {"timeout", 0, GN_OPTION_DURATION, "TIME",
     offsetof(struct settings, timeout_ms),
     "give up when a database cannot be written for this time (30s)", NULL},
};

const struct gn_command gn_cmd_harvest = {
    .name = "harvest",
    .operands = "DIR --into DB",
    .summary = "bring the rows of a farm's shards into one database",
    .text =
        "DIR is a farm: a folder of databases, 000.db and on, which a program "
        "opened with ?shards=N. Their rows are taken: they leave the shards as "
        "they come into DB, each exactly once, while others write. What comes "
        "meanwhile is taken too, or stays for the next time. A harvest that "
        "was "
        "killed is finished by the next one into the same DB.\n"
        "\n"
        "Tables that are missing in DB are made as they are in the shards, "
        "with "
        "their indexes; the others need columns of the same names.",
    .examples = "garner harvest data --into all.db\n"
                "garner harvest data --into all.db --table visit --new-ids\n"
                "garner harvest data --into copy.db --keep\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 1,
    .run = run,
};
