#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/unit.h"
#include "cli/outcome.h"
#include "cli/select.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "garner/maintain.h"

#define SHOWN_NS (INT64_C(200) * 1000000)

struct settings {
    struct gn_storage_flags storage;
    bool replace;
    bool quiet;
};

/* A backup under way. */
struct way {
    struct gn_signals *signals;
    bool screen; /* how far it is is shown on stderr */
    int64_t shown_ns;
    uint64_t all_bytes;
};

/* From the start of its line, so that the next one writes over it. */
static void show(const char *text)
{
    fprintf(stderr, "\r\033[K%s", text);
    (void)fflush(stderr);
}

static bool go_on(void *context, uint64_t done_bytes, uint64_t all_bytes)
{
    struct way *way = context;
    const int64_t now_ns = gn_clock_monotonic_ns();
    char line[100];
    char done[32];
    char all[32];

    way->all_bytes = all_bytes;
    if (way->screen && now_ns - way->shown_ns >= SHOWN_NS) {
        way->shown_ns = now_ns;
        gn_unit_format_size((int64_t)done_bytes, done);
        gn_unit_format_size((int64_t)all_bytes, all);
        snprintf(line, sizeof line, "%s of %s", done, all);
        show(line);
    }
    return gn_signals_times(way->signals) == 0;
}

static enum gn_exit copy(const struct gn_call *call, struct way *way)
{
    const struct settings *s = call->settings;
    const int64_t start_us = gn_clock_wall_us();
    struct garner_store *store = NULL;
    struct garner_error err = {0};
    char size[32];
    char took[32];
    enum garner_code code =
        gn_select_open(call->items[0], &s->storage, 0, &store, &err);

    if (code == GARNER_OK)
        code =
            garner_backup(store, call->items[1], s->replace, go_on, way, &err);
    garner_close(store);
    if (way->shown_ns != 0)
        show("");
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    gn_unit_format_size((int64_t)way->all_bytes, size);
    gn_text_duration(gn_clock_wall_us() - start_us, took);
    if (!s->quiet)
        fprintf(stderr, "%s: %s in %s\n", call->items[1], size, took);
    return GN_EXIT_OK;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_signals_calls nothing = {0};
    struct way way = {.screen = !s->quiet && gn_terminal_is(STDERR_FILENO)};
    struct garner_error err = {0};
    enum gn_exit status;

    gn_signals_block();
    if (gn_signals_start(&nothing, &way.signals, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = copy(call, &way);
    gn_signals_stop(way.signals);
    return status;
}

static const struct gn_option options[] = {
    {"replace", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, replace),
     "replace the file TO, if it is there, once the copy is whole", NULL},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, offsetof(struct settings, quiet),
     "say only what goes wrong", NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_backup = {
    .name = "backup",
    .operands = "DB TO",
    .summary = "copy a store into a file, while others write to it",
    .text =
        "Copies the database as it is at one moment, without holding up those "
        "who write to it; its log cannot be cut meanwhile. The file TO appears "
        "when the copy is whole and on the disk, until then it is called "
        "TO.part-XXXXXX. On a failure, or when it is interrupted, nothing is "
        "left, and a file that was there is as it was.\n"
        "\n"
        "The copy is a database without a log of its own: it can be read "
        "anywhere, and put in the place of the original when nobody has that "
        "open (remove what lies beside it, -wal and -shm, first).",
    .examples = "garner backup data.db backup/data-$(date +%F).db\n"
                "garner backup data.db backup/data.db --replace\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 2,
    .run = run,
};
