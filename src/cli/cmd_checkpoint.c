#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>

#include "base/unit.h"
#include "cli/outcome.h"
#include "cli/storage.h"
#include "garner/maintain.h"

enum { WAIT_MS = 1000 };

struct settings {
    struct gn_storage_flags storage;
    bool cut;
    bool quiet;
    int64_t wait_ms;
};

static void report(const char *url, const struct garner_checkpointed *done)
{
    char size[32];

    gn_unit_format_size((int64_t)done->log_bytes, size);
    if (done->log_bytes == 0)
        fprintf(stderr, "%s: its log is empty\n", url);
    else
        fprintf(stderr, "%s: all of its log is copied, %s\n", url, size);
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const int64_t wait_ms = s->wait_ms > 0 ? s->wait_ms : WAIT_MS;
    struct garner_options options = gn_storage_options(&s->storage);
    struct garner_checkpointed done;
    struct garner_store *store = NULL;
    struct garner_error err = {0};
    enum garner_code code;

    options.create = false;
    /* What is asked for is done, and nothing more when it is closed. */
    options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    code = garner_open(call->items[0], &options, &store, &err);
    if (code == GARNER_OK)
        code = garner_checkpoint(store, s->cut,
                                 wait_ms < INT_MAX ? (int)wait_ms : INT_MAX,
                                 &done, &err);
    garner_close(store);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    if (!s->quiet)
        report(call->items[0], &done);
    return GN_EXIT_OK;
}

static const struct gn_option options[] = {
    {"truncate", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, cut),
     "cut the log's file to nothing, too", NULL},
    {"wait", 0, GN_OPTION_DURATION, "TIME", offsetof(struct settings, wait_ms),
     "how long to wait for those who write or read (1s)", NULL},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, offsetof(struct settings, quiet),
     "say only what goes wrong", NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_checkpoint = {
    .name = "checkpoint",
    .operands = "DB",
    .summary = "copy the log of a store into its database",
    .text =
        "Copies the write-ahead log into the database, so that it starts anew. "
        "A garner that writes does so by itself, unless it was told to leave "
        "that to another program; this is for databases that other programs "
        "left with a long log, and to see who keeps one from being copied. "
        "While it waits, nobody can write.\n"
        "\n"
        "If somebody was in the way to the end, the exit status is 3, and the "
        "processes are named that read the log, or write.",
    .examples = "garner checkpoint data.db\n"
                "garner checkpoint data.db --truncate --wait 10s\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 1,
    .run = run,
};
