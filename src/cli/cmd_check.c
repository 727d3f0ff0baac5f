#include "cli/commands.h"
#include "cli/lookup.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/outcome.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "cli/text.h"
#include "config/file.h"
#include "config/load.h"
#include "config/tree.h"
#include "config/warn.h"

struct settings {
    const char *config;
    bool quiet;
    bool columns;
};

/* Tells what is not wise in a file that is good; good says how many there are.
 */
static enum garner_code warn(const char *path, struct gn_buf *good,
                             struct garner_error *err)
{
    struct gn_buf data = {0};
    struct gn_buf list = {0};
    size_t count = 0;
    enum garner_code code =
        gn_file_read(path, GN_TREE_BYTES_MAX, true, &data, err);

    if (code == GARNER_OK)
        code = gn_warn(path, gn_buf_cstr(&data), data.size, &list, &count, err);
    if (code == GARNER_OK && count > 0) {
        fputs(gn_buf_cstr(&list), stderr);
        gn_buf_printf(good, ", %zu warning%s", count, gn_text_plural(count));
    }
    gn_buf_fini(&data);
    gn_buf_fini(&list);
    /* a pipe, which cannot be read twice, has no warnings */
    return code == GARNER_NOMEM ? code : GARNER_OK;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const char *path = call->count > 0 ? call->items[0] : s->config;
    struct gn_lookup lookup = {.guesses = true};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_config config;
    struct gn_buf problems = {0};
    struct gn_buf good = {0};
    struct gn_buf warnings = {0};
    struct garner_error err = {0};
    enum garner_code code;

    if (path == NULL)
        return gn_exit_usage("garner check needs a FILE, or GARNER_CONFIG in "
                             "the environment");
    code = gn_prepare_load(path, &way, &config, &problems, &err);
    if (code != GARNER_OK) {
        /* Lines of their own: FILE:LINE:COLUMN is what editors jump to. */
        if (problems.size > 0)
            fputs(gn_buf_cstr(&problems), stderr);
        else
            gn_complain("%s", err.message);
        gn_buf_fini(&problems);
        return code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
    }
    gn_buf_fini(&problems);
    if (s->columns)
        code = gn_prepare_tell(&config, &good, &err);
    if (code == GARNER_OK)
        code = warn(path, &warnings, &err);
    if (!s->quiet)
        gn_buf_printf(&good, "%s: %zu source%s, %s%s\n", path,
                      config.source_count, gn_text_plural(config.source_count),
                      warnings.size > 0 ? "no mistakes" : "all well",
                      gn_buf_cstr(&warnings));
    good.failed = good.failed || gn_buf_failed(&warnings);
    gn_buf_fini(&warnings);
    gn_config_fini(&config);
    if (code == GARNER_OK)
        return gn_print(&good);
    gn_buf_fini(&good);
    return gn_exit_error(&err);
}

static const struct gn_option options[] = {
    {"config", 'c', GN_OPTION_FILE, "FILE", offsetof(struct settings, config),
     "the file, when it is not an operand", "GARNER_CONFIG"},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, offsetof(struct settings, quiet),
     "say nothing when all is well", NULL},
    {"columns", 'v', GN_OPTION_FLAG, NULL, offsetof(struct settings, columns),
     "name the table and the columns of each SQL, those of the key with a *",
     NULL},
};

const struct gn_command gn_cmd_check = {
    .name = "check",
    .operands = "[FILE]",
    .summary = "look for mistakes in a file of sources",
    .text =
        "Reads the file as 'garner run' would, prepares its SQL, tries the "
        "selectors, patterns and options that it names as strings, and prints "
        "what is wrong as FILE:LINE:COLUMN: what; what to do. Nothing is "
        "fetched. The exit status is 2 if anything is wrong. What looks like "
        "a token that stands in the file as it is, is no mistake: a warning "
        "says where, and that ${env:NAME}, ${file:PATH} or ${cred:NAME} may "
        "stand for it.",
    .examples = "garner check garner.yaml\n"
                "garner check garner.yaml --columns\n"
                "garner check garner.yaml && systemctl restart garner\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 1,
    .run = run,
};
