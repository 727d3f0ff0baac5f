#include "cli/commands.h"

#include "cli/help.h"
#include "cli/outcome.h"
#include "cli/print.h"

struct settings {
    bool man;
};

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_command *about = NULL;
    struct gn_buf text = {0};

    if (call->count > 0) {
        about = gn_command_find(call->program, call->items[0]);
        if (about == NULL)
            return gn_exit_usage("there is no command '%.60s'; 'garner help' "
                                 "lists them",
                                 call->items[0]);
    }
    if (s->man)
        gn_help_man(call->program, &text);
    else if (about != NULL)
        gn_help_command(about, &text);
    else
        gn_help_program(call->program, &text);
    return gn_print(&text);
}

static const struct gn_option options[] = {
    {"man", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, man),
     "print the manual page garner(1), for man(1) to show", NULL},
};

const struct gn_command gn_cmd_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "say how garner, or one of its commands, is used",
    .text = "Prints the same as 'garner COMMAND --help'.",
    .examples = "garner help run\n"
                "garner help --man | man -l -\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_WORD,
    .most = 1,
    .run = run,
};
