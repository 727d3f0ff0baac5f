#include "cli/commands.h"

#include "cli/completion.h"
#include "cli/outcome.h"
#include "cli/print.h"

static enum gn_exit run(const struct gn_call *call)
{
    struct gn_buf text = {0};

    if (!gn_completion(call->program, call->items[0], &text))
        return gn_exit_usage("no completion for '%.60s'; there is one for "
                             "bash, zsh and fish",
                             call->items[0]);
    return gn_print(&text);
}

const struct gn_command gn_cmd_completion = {
    .name = "completion",
    .operands = "bash|zsh|fish",
    .summary = "print the script that lets a shell complete garner",
    .text = "'make install' puts these scripts where the shells look for them; "
            "this prints one for another place.",
    .examples = "garner completion bash > "
                "~/.local/share/bash-completion/completions/garner\n"
                "source <(garner completion zsh)\n",
    .operand = GN_OPERAND_WORD,
    .words = "bash zsh fish",
    .least = 1,
    .most = 1,
    .run = run,
};
