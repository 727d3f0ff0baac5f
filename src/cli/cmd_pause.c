/* cmd_pause.c - pause, resume and trigger: what is asked of a collector. */
#include "cli/commands.h"

#include <string.h>

#include "base/mem.h"
#include "cli/outcome.h"
#include "cli/print.h"
#include "cli/where.h"

struct settings {
    struct gn_where_flags where;
};

/* Asks "VERB OPERAND..."; prints the answer. */
static enum gn_exit ask(const struct gn_call *call, const char *verb)
{
    const struct settings *s = call->settings;
    const char **words = gn_alloc((call->count + 1) * sizeof *words);
    struct gn_buf names = {0};
    struct gn_where where;
    struct garner_error err = {0};
    enum gn_exit status = gn_where_find(&s->where, &where);
    enum garner_code code;

    if (status != GN_EXIT_OK || words == NULL) {
        gn_free(words);
        return status != GN_EXIT_OK ? status : GN_EXIT_STORE;
    }
    words[0] = verb;
    memcpy(words + 1, call->items, call->count * sizeof *words);
    code = gn_where_ask(&where, words, call->count + 1, &names, &err);
    gn_free(words);
    gn_where_fini(&where);
    if (code == GARNER_OK)
        return gn_print(&names);
    gn_buf_fini(&names);
    if (code == GARNER_NOTFOUND)
        return gn_exit_usage("%s", err.message);
    return gn_exit_error(&err);
}

static enum gn_exit pause_them(const struct gn_call *call)
{
    return ask(call, "pause");
}

static enum gn_exit resume(const struct gn_call *call)
{
    return ask(call, "resume");
}

static enum gn_exit trigger(const struct gn_call *call)
{
    return ask(call, "trigger");
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
};

#define SHARED                                                                 \
    .options = options, .option_count = sizeof options / sizeof options[0],    \
    .settings_size = sizeof(struct settings), .operands = "SOURCE...",         \
    .operand = GN_OPERAND_FILE, .least = 1, .most = SIZE_MAX

const struct gn_command gn_cmd_pause = {
    .name = "pause",
    .summary = "stop fetching sources, in the collector that runs",
    .text = "The collector of the store fetches these sources no more, until "
            "'garner resume'; over its restarts, too. Their due times do not "
            "come, so none is missed; a fetch that is under way ends as "
            "always. 'garner fetch' and 'garner trigger' fetch a paused source "
            "all the same. SOURCE is a name, a tag, or a pattern of names "
            "('news.*'). Prints the names.",
    .examples = "garner pause ticker --config garner.yaml\n"
                "garner pause 'news.*' --db data.db\n",
    .run = pause_them,
    SHARED,
};

const struct gn_command gn_cmd_resume = {
    .name = "resume",
    .summary = "let paused sources go on",
    .text = "The collector of the store fetches these sources by their "
            "schedules again, from the next due time on. Prints the names.",
    .examples = "garner resume ticker --config garner.yaml\n"
                "garner resume '*' --db data.db\n",
    .run = resume,
    SHARED,
};

const struct gn_command gn_cmd_trigger = {
    .name = "trigger",
    .summary = "have the collector that runs fetch sources now",
    .text = "The collector of the store fetches these sources at once, outside "
            "of their schedules; one whose fetch is under way as soon as that "
            "has ended. 'garner fetch' does the same and waits for the end. "
            "Prints the names.",
    .examples = "garner trigger ticker --config garner.yaml\n"
                "garner trigger daily --db data.db\n",
    .run = trigger,
    SHARED,
};
