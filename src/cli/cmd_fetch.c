#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/collect.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "cli/signals.h"
#include "cli/storage.h"
#include "cli/verbs.h"
#include "cli/verdict.h"
#include "cli/where.h"

enum { LOOK_MS = 50 };

struct settings {
    struct gn_where_flags where;
    struct gn_storage_flags storage;
    bool force;
    bool json;
};

/* What the fetches came to. */
struct report {
    const struct settings *settings;
    bool failed;
    bool unread; /* nobody reads it any more */
};

/* Says at once how a source's fetch went. */
static void tell(struct report *r, const char *source,
                 const struct gn_asked_run *run)
{
    struct gn_buf line = {0};

    gn_verdict(&line, source, run, r->settings->json);
    r->failed = r->failed || run->failed;
    if (!r->unread)
        r->unread = gn_print(&line) != GN_EXIT_OK;
    else
        gn_buf_fini(&line);
}

static enum gn_exit outcome(const struct report *r)
{
    return r->failed || r->unread ? GN_EXIT_FAILED : GN_EXIT_OK;
}

/* --- by the collector that runs ------------------------------------------ */

/* A fetch that is under way there, as a line of the answer says. */
struct awaited {
    char *name;
    uint64_t number;
};

/* Waits until it is answered. */
static enum garner_code wait_for(const struct gn_where *where,
                                 const struct awaited *a,
                                 struct gn_asked_run *run,
                                 struct garner_error *err)
{
    const char *const words[] = {"asked", a->name};
    const struct timespec look = {0, LOOK_MS * 1000000L};
    struct gn_asked asked = {0};
    struct gn_buf answer = {0};
    enum garner_code code;

    for (;;) {
        gn_buf_clear(&answer);
        code = gn_where_ask(where, words, 2, &answer, err);
        if (code == GARNER_OK &&
            !gn_verbs_read_asked(gn_buf_cstr(&answer), &asked))
            code = gn_fail(err, GARNER_IO,
                           "the collector's answer is not understood; is it of "
                           "another version?");
        if (code != GARNER_OK || asked.answered >= a->number)
            break;
        (void)nanosleep(&look, NULL);
    }
    *run = asked.last;
    gn_buf_fini(&answer);
    return code;
}

/* Parts a "NAME <tab> NUMBER" line; *next is what follows it. */
static bool read_line(char *line, struct awaited *a, char **next)
{
    char *tab = strchr(line, '\t');

    if (tab == NULL)
        return false;
    *tab = '\0';
    a->name = line;
    a->number = strtoull(tab + 1, next, 10);
    if (**next != '\n')
        return false;
    (*next)++;
    return true;
}

static enum garner_code wait_for_all(const struct gn_where *where, char *lines,
                                     struct report *r, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    struct awaited a;

    while (code == GARNER_OK && lines != NULL && read_line(lines, &a, &lines)) {
        struct gn_asked_run run;

        code = wait_for(where, &a, &run, err);
        if (code == GARNER_OK)
            tell(r, a.name, &run);
        else if (code == GARNER_CLOSED)
            code = gn_fail(err, GARNER_CANCELED,
                           "the collector ended before it answered for %.100s; "
                           "'garner log' says what was stored",
                           a.name);
    }
    return code;
}

/* CLOSED: no collector runs. */
static enum garner_code by_collector(const struct gn_call *call,
                                     const struct gn_where *where,
                                     struct report *r, struct garner_error *err)
{
    const struct settings *s = call->settings;
    const char **words = gn_alloc((call->count + 2) * sizeof *words);
    struct gn_buf answer = {0};
    enum garner_code code;

    if (words == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a question");
    words[0] = "ask";
    words[1] = s->force ? "whole" : "ever";
    memcpy(words + 2, call->items, call->count * sizeof *words);
    code = gn_where_ask(where, words, call->count + 2, &answer, err);
    gn_free(words);
    if (code == GARNER_OK)
        code = wait_for_all(where, answer.data, r, err);
    gn_buf_fini(&answer);
    return code;
}

/* --- by this process ----------------------------------------------------- */

static void tell_all(void *context, struct gn_engine *engine,
                     const struct gn_config *config)
{
    for (size_t i = 0; i < config->source_count; i++) {
        const char *name = config->sources[i].name;
        struct gn_asked_run none = {.failed = true,
                                    .error = "given up: garner was stopped"};
        struct gn_standing standing;

        if (gn_engine_look(engine, name, &standing, NULL) != GARNER_OK ||
            standing.asked.answered == 0)
            tell(context, name, &none);
        else
            tell(context, name, &standing.asked.last);
    }
}

static enum gn_exit collect(const struct settings *s, const char *store_name,
                            const struct gn_config *config, struct report *r)
{
    struct garner_options options = gn_storage_options(&s->storage);
    struct gn_collect collect = {.config = config,
                                 .store_name = store_name,
                                 .engine = {.by_hand = true, .whole = s->force},
                                 .sole = true,
                                 .ended = tell_all,
                                 .ended_context = r};
    struct garner_error err = {0};
    enum gn_exit status;

    if (s->storage.checkpoint == NULL)
        options.checkpoint = config->checkpoint;
    if (garner_open(store_name, &options, &collect.store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    gn_log_set_level(GN_LOG_ERROR); /* what fails is told by its source */
    gn_signals_block();
    status = gn_collect(&collect);
    garner_close(collect.store);
    return status == GN_EXIT_OK ? outcome(r) : status;
}

static enum gn_exit by_this(const struct gn_call *call,
                            const struct gn_where *where, struct report *r)
{
    const struct settings *s = call->settings;
    struct gn_lookup lookup = {.name = where->store};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_buf problems = {0};
    struct gn_config config;
    struct garner_error err = {0};
    enum garner_code code;
    enum gn_exit status;

    if (s->where.config == NULL)
        return gn_exit_usage("no collector runs on %s, so say which sources "
                             "there are: --config FILE",
                             where->store);
    code = gn_prepare_load(s->where.config, &way, &config, &problems, &err);
    if (code == GARNER_OK)
        code = gn_config_keep(&config, call->items, call->count, &err);
    if (code != GARNER_OK && problems.size > 0)
        fputs(gn_buf_cstr(&problems), stderr);
    else if (code != GARNER_OK)
        gn_complain("%s", err.message);
    gn_buf_fini(&problems);
    if (code == GARNER_OK)
        status = collect(s, where->store, &config, r);
    else
        status = code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
    gn_config_fini(&config);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct report report = {.settings = s};
    struct gn_where where;
    struct garner_error err = {0};
    enum gn_exit status = gn_where_find(&s->where, &where);
    enum garner_code code;

    if (status != GN_EXIT_OK)
        return status;
    code = by_collector(call, &where, &report, &err);
    if (code == GARNER_CLOSED)
        status = by_this(call, &where, &report);
    else if (code == GARNER_OK)
        status = outcome(&report);
    else
        status = code == GARNER_NOTFOUND ? gn_exit_usage("%s", err.message)
                                         : gn_exit_error(&err);
    gn_where_fini(&where);
    return status;
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
    GN_STORAGE_OPTIONS(struct settings),
    {"force", 'f', GN_OPTION_FLAG, NULL, offsetof(struct settings, force),
     "fetch the whole answer, even if it has not changed", NULL},
    {"json", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, json),
     "print a JSON object a source", NULL},
};

const struct gn_command gn_cmd_fetch = {
    .name = "fetch",
    .operands = "SOURCE...",
    .summary = "fetch sources of a file now, and say how it went",
    .text =
        "Fetches sources at once, whatever their schedules say and whether "
        "they are paused or put off, stores what comes as always, and prints a "
        "line each. SOURCE is a name, a tag, or a pattern of names ('news.*'). "
        "If a collector runs on the store, it does that; a fetch of the same "
        "source that is under way ends first. Otherwise this command does it.\n"
        "\n"
        "The exit status is 1 if any of them failed. Such a fetch is no due "
        "time: garner_run has it with attempt 0, and it is not tried again.",
    .examples = "garner fetch ticker --config garner.yaml\n"
                "garner fetch 'news.*' daily -c garner.yaml --force --json\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
