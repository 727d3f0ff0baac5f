#include "cli/commands.h"
#include "cli/lookup.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/findings.h"
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
    bool json;
    bool offline;
};

/* A file, and what is found in it. */
struct check {
    const struct settings *settings;
    const char *path;
    struct gn_buf data;     /* its bytes; none, if it cannot be read twice */
    struct gn_buf problems; /* lines of their own: FILE:LINE:COLUMN is what
                               editors jump to */
    struct gn_buf warnings; /* the same, of what is not wise in a good one */
    size_t warning_count;
    size_t sources;
    struct gn_buf columns;
};

static enum garner_code look(struct check *c, struct garner_error *err)
{
    struct gn_lookup lookup = {.guesses = true,
                               .offline = c->settings->offline};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_config config;
    enum garner_code code =
        gn_prepare_load(c->path, &way, &config, &c->problems, err);

    /* A pipe, which cannot be read twice, has no warnings. */
    (void)gn_file_read(c->path, GN_TREE_BYTES_MAX, true, &c->data, NULL);
    if (code != GARNER_OK)
        return code;
    c->sources = config.source_count;
    if (c->settings->columns)
        code = gn_prepare_tell(&config, &c->columns, err);
    if (code == GARNER_OK)
        code = gn_warn(c->path, gn_buf_cstr(&c->data), c->data.size,
                       &c->warnings, &c->warning_count, err);
    gn_config_fini(&config);
    return code;
}

static enum gn_exit say(const struct check *c, enum garner_code code,
                        const struct garner_error *err)
{
    struct gn_buf good = {0};

    fputs(gn_buf_cstr(&c->problems), stderr);
    fputs(gn_buf_cstr(&c->warnings), stderr);
    if (code != GARNER_OK) {
        if (c->problems.size == 0)
            gn_complain("%s", err->message);
        return code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
    }
    good.failed = gn_buf_failed(&c->columns);
    gn_buf_text(&good, gn_buf_cstr(&c->columns));
    if (!c->settings->quiet) {
        gn_buf_printf(&good, "%s: %zu source%s, %s", c->path, c->sources,
                      gn_text_plural(c->sources),
                      c->warning_count > 0 ? "no mistakes" : "all well");
        if (c->warning_count > 0)
            gn_buf_printf(&good, ", %zu warning%s", c->warning_count,
                          gn_text_plural(c->warning_count));
        gn_buf_byte(&good, '\n');
    }
    return gn_print(&good);
}

static enum gn_exit say_json(const struct check *c, enum garner_code code,
                             const struct garner_error *err)
{
    const struct gn_findings_file file = {c->path, gn_buf_cstr(&c->data),
                                          c->data.size};
    struct gn_buf text = {0};
    struct gn_json json;
    enum gn_exit status;

    gn_json_init(&json, &text);
    gn_json_open(&json, '{');
    gn_json_key(&json, "ok");
    gn_json_bool(&json, code == GARNER_OK);
    gn_json_key(&json, "file");
    gn_json_text(&json, c->path);
    gn_json_key(&json, "sources");
    if (code == GARNER_OK)
        gn_json_integer(&json, (int64_t)c->sources);
    else
        gn_json_null(&json);
    gn_json_key(&json, "findings");
    gn_json_open(&json, '[');
    gn_findings_write(&file,
                      code != GARNER_OK && c->problems.size == 0
                          ? err->message
                          : gn_buf_cstr(&c->problems),
                      &json);
    gn_findings_write(&file, gn_buf_cstr(&c->warnings), &json);
    gn_json_close(&json, ']');
    gn_json_close(&json, '}');
    gn_buf_byte(&text, '\n');
    status = gn_print(&text);
    if (status != GN_EXIT_OK || code == GARNER_OK)
        return status;
    return code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct check c = {.settings = s,
                      .path = call->count > 0 ? call->items[0] : s->config};
    struct garner_error err = {0};
    enum garner_code code;
    enum gn_exit status;

    if (c.path == NULL)
        return gn_exit_usage("garner check needs a FILE, or GARNER_CONFIG in "
                             "the environment");
    if (s->json && (s->columns || s->quiet))
        return gn_exit_usage("--json says all there is to say; leave --columns "
                             "and --quiet out");
    code = look(&c, &err);
    status = s->json ? say_json(&c, code, &err) : say(&c, code, &err);
    gn_buf_fini(&c.data);
    gn_buf_fini(&c.problems);
    gn_buf_fini(&c.warnings);
    gn_buf_fini(&c.columns);
    return status;
}

static const struct gn_option options[] = {
    {"config", 'c', GN_OPTION_FILE, "FILE", offsetof(struct settings, config),
     "the file, when it is not an operand", "GARNER_CONFIG"},
    {"quiet", 'q', GN_OPTION_FLAG, NULL, offsetof(struct settings, quiet),
     "say nothing when all is well", NULL},
    {"columns", 'v', GN_OPTION_FLAG, NULL, offsetof(struct settings, columns),
     "name the table and the columns of each SQL, those of the key with a *",
     NULL},
    {"json", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, json),
     "print a JSON object in place of lines, for programs", NULL},
    {"offline", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, offline),
     "look at nothing but the file: at no secret, store or certificate", NULL},
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
        "a token or a password that stands in the file as it is, is no "
        "mistake: a warning says where, and that ${env:NAME}, ${file:PATH} or "
        "${cred:NAME} may stand for it.\n"
        "\n"
        "What the file refers to must be there: ${env:NAME}, ${file:PATH} and "
        "${cred:NAME}, PEM files under tls, and the store for vars that SQL "
        "gives (if it is not made yet, one value stands for all). With "
        "--offline, where none of it is, as in a repository's tests, something "
        "stands in for each; a URL that begins with such cannot be judged.\n"
        "\n"
        "--json prints an object with ok, file, sources (how many; null if "
        "anything is wrong) and findings: of each severity (error or warning), "
        "file, line, column, source and message; line, column and source are "
        "null where none is known.",
    .examples = "garner check garner.yaml\n"
                "garner check garner.yaml --columns\n"
                "garner check garner.yaml && systemctl restart garner\n"
                "garner check garner.yaml --offline --json\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 1,
    .run = run,
};
