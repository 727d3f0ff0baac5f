#include "cli/again.h"

#include <string.h>

#include "cli/quote.h"

/* What may say who one is. */
static bool is_private(const char *flag)
{
    static const char *const flags[] = {
        "user", "header", "cookie", "oauth2-bearer", "proxy", "pass", "param"};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i], flag) == 0)
            return true;
    return false;
}

bool gn_again(const struct gn_call *call, const char *program,
              const char *without, struct gn_buf *out)
{
    const struct gn_command *c = call->command;

    for (size_t i = 0; i < c->option_count; i++)
        if (is_private(c->options[i].name) &&
            gn_option_is_set(call, &c->options[i]))
            return false;
    gn_quote_shell(out, program);
    gn_buf_printf(out, " %s", c->name);
    for (int i = 0; i < call->argc; i++) {
        const char *word = call->argv[i];

        if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, without) == 0)
            continue;
        gn_buf_byte(out, ' ');
        gn_quote_shell(out, word);
    }
    return true;
}
