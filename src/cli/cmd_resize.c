#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/outcome.h"
#include "cli/text.h"
#include "garner/garner.h"

struct settings {
    struct gn_texts keys;
    int64_t timeout_ms;
};

/* TABLE=COLUMN */
static enum garner_code note_key(struct garner_store *farm, const char *text,
                                 struct garner_error *err)
{
    const char *equals = strchr(text, '=');
    char *table;
    enum garner_code code;

    if (equals == NULL)
        return gn_fail(err, GARNER_INVALID, "--key %s: write TABLE=COLUMN",
                       text);
    table = gn_memdup(text, (size_t)(equals - text));
    if (table == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for a key");
    code = garner_farm_key(farm, table, equals + 1, err);
    gn_free(table);
    return code;
}

static enum gn_exit resize(struct garner_store *farm, unsigned shards,
                           const struct settings *s)
{
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < s->keys.count && code == GARNER_OK; i++)
        code = note_key(farm, s->keys.items[i], &err);
    if (code == GARNER_INVALID)
        return gn_exit_usage("%s", err.message);
    if (code == GARNER_OK)
        code = garner_farm_resize(farm, shards, &err);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    fprintf(stderr, "%u shard%s\n", shards, gn_text_plural(shards));
    return GN_EXIT_OK;
}

/* Opening it removes the files that are empty now, if nobody else uses them. */
static void open_again(const char *url, const struct garner_options *options)
{
    struct garner_store *farm;

    if (garner_open(url, options, &farm, NULL) == GARNER_OK)
        garner_close(farm);
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct garner_options options;
    struct garner_store *farm;
    struct garner_error err = {0};
    enum gn_exit status;
    char *end;
    const unsigned long shards = strtoul(call->items[1], &end, 10);

    if (*end != '\0' || call->items[1][0] < '0' || call->items[1][0] > '9' ||
        shards < 1 || shards > GARNER_SHARDS_MOST)
        return gn_exit_usage("%s: a farm has 1 to %d shards", call->items[1],
                             GARNER_SHARDS_MOST);
    garner_options_init(&options);
    options.create = false;
    if (s->timeout_ms > 0)
        options.timeout_ms =
            s->timeout_ms < INT_MAX ? (int)s->timeout_ms : INT_MAX;
    if (garner_open(call->items[0], &options, &farm, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = resize(farm, (unsigned)shards, s);
    garner_close(farm);
    if (status == GN_EXIT_OK)
        open_again(call->items[0], &options);
    return status;
}

static const struct gn_option options[] = {
    {"key", 0, GN_OPTION_LIST, "TABLE=COLUMN", offsetof(struct settings, keys),
     "the column that places the rows of a table; noted for later, too; may be "
     "repeated",
     NULL},
    {"timeout", 0, GN_OPTION_DURATION, "TIME",
     offsetof(struct settings, timeout_ms),
     "give up when a shard cannot be written for this time (30s)", NULL},
};

const struct gn_command gn_cmd_resize = {
    .name = "resize",
    .operands = "DIR N",
    .summary = "give a farm another number of shards, while it is used",
    .text =
        "DIR is a farm: a folder of databases, 000.db and on, which a program "
        "opened with ?shards=N. Rows of the tables that have a key move to the "
        "shards they belong to, some thousand at a time; programs go on "
        "reading "
        "and writing. A table without a key stays where its rows are.\n"
        "\n"
        "It may be killed at any time: nothing is lost, and the next one does "
        "the rest. Files that are empty afterwards are removed when the farm "
        "is "
        "next opened by one program alone.",
    .examples = "garner resize data 4 --key user=name --key visit=user\n"
                "garner resize data 2\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 2,
    .run = run,
};
