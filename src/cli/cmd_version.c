#include "cli/commands.h"

#include "base/json.h"
#include "cli/print.h"
#include "garner/garner.h"

struct settings {
    bool json;
};

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_buf text = {0};
    struct gn_json j;

    if (!s->json) {
        gn_buf_printf(&text, "garner %s\n", GN_VERSION);
        return gn_print(&text);
    }
    gn_json_init(&j, &text);
    gn_json_open(&j, '{');
    gn_json_key(&j, "version");
    gn_json_text(&j, GN_VERSION);
    gn_json_key(&j, "library");
    gn_json_text(&j, garner_version());
    gn_json_close(&j, '}');
    gn_buf_byte(&text, '\n');
    return gn_print(&text);
}

static const struct gn_option options[] = {
    {"json", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, json),
     "print a JSON object, with the version of libgarner too", NULL},
};

const struct gn_command gn_cmd_version = {
    .name = "version",
    .operands = "",
    .summary = "print the version",
    .text = "Prints the program's version.",
    .examples = "garner version\n"
                "garner version --json\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .run = run,
};
