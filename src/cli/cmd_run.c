#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/collect.h"
#include "cli/collectflags.h"
#include "cli/logflags.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/prepare.h"
#include "cli/signals.h"
#include "cli/sources.h"
#include "cli/storage.h"
#include "cli/terminal.h"
#include "garner/store.h"

enum { MOST_LOOPS = 64 };

struct settings {
    const char *config;
    const char *store;
    struct gn_storage_flags storage;
    int64_t every_ms;
    int64_t jitter_ms;
    bool align;
    bool once;
    bool until_idle;
    struct gn_texts only;
    int64_t for_ms;
    bool unconditional;
    int64_t retries;
    struct gn_rows_flags rows;
    const char *ack;
    struct gn_ask_flags ask;
    int64_t loops;
    struct gn_collect_flags collect;
    struct gn_log_flags log;
};

/* The flags that go with a file; the others make sources of URLs. */
static const char *const with_file[] = {
    "config",    "db",       "checkpoint", "network-fs", "once",       "only",
    "for",       "parallel", "workers",    "listen",     "token-file", "log",
    "log-level", "quiet",    "until-idle", "loops",
};

static bool goes_with_file(const char *name)
{
    for (size_t i = 0; i < sizeof with_file / sizeof with_file[0]; i++)
        if (strcmp(with_file[i], name) == 0)
            return true;
    return false;
}

static enum garner_code check_with_file(const struct gn_call *call,
                                        struct garner_error *err)
{
    for (size_t i = 0; i < call->command->option_count; i++) {
        const struct gn_option *o = &call->command->options[i];

        if (gn_option_is_set(call, o) && !goes_with_file(o->name))
            return gn_fail(err, GARNER_INVALID,
                           "--%s goes with URLs; with --config FILE say it in "
                           "the file",
                           o->name);
    }
    return GARNER_OK;
}

static bool is_url(const char *text)
{
    return strstr(text, "://") != NULL;
}

/* The words by which sources are chosen: operands and --only. NULL: no memory.
 */
static const char **choose(const struct gn_call *call, size_t *count)
{
    const struct settings *s = call->settings;
    const char **words;

    *count = call->count + s->only.count;
    words = gn_alloc((*count + 1) * sizeof *words);
    for (size_t i = 0; words != NULL && i < *count; i++)
        words[i] =
            i < call->count ? call->items[i] : s->only.items[i - call->count];
    return words;
}

/* Those that are chosen, or all. */
static enum garner_code keep(const struct gn_call *call,
                             struct gn_config *config, struct garner_error *err)
{
    size_t count;
    const char **words = choose(call, &count);
    enum garner_code code;

    if (words == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for names");
    code = gn_config_keep(config, words, count, err);
    gn_free(words);
    return code;
}

static enum gn_exit from_file(const struct gn_call *call,
                              struct gn_config *config)
{
    const struct settings *s = call->settings;
    struct gn_lookup lookup = {.name = s->store};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_buf problems = {0};
    struct garner_error err = {0};
    enum garner_code code = check_with_file(call, &err);

    if (code == GARNER_OK)
        code = gn_prepare_load(s->config, &way, config, &problems, &err);
    if (code == GARNER_OK) {
        code = keep(call, config, &err);
        if (code == GARNER_NOTFOUND && call->count > 0 &&
            is_url(call->items[0]))
            gn_fail(&err, code,
                    "with --config FILE the operands are names of its sources; "
                    "write a URL into the file");
        if (code != GARNER_OK)
            gn_config_fini(config);
    }
    if (code != GARNER_OK && problems.size > 0)
        fputs(gn_buf_cstr(&problems), stderr);
    else if (code != GARNER_OK)
        gn_complain("%s", err.message);
    gn_buf_fini(&problems);
    if (code == GARNER_OK)
        return GN_EXIT_OK;
    return code == GARNER_NOMEM ? GN_EXIT_STORE : GN_EXIT_USAGE;
}

static enum gn_exit from_urls(const struct gn_call *call,
                              struct gn_config *config)
{
    const struct settings *s = call->settings;
    const struct gn_sources sources = {
        .ask = &s->ask,
        .rows = &s->rows,
        .schedule = {.every_ms = s->every_ms,
                     .jitter_ms = s->jitter_ms,
                     .align = s->align},
        .ack = gn_sources_ack(s->ack),
        .unconditional = s->unconditional,
        .retries = s->retries > INT_MAX ? INT_MAX : (int)s->retries,
    };
    struct garner_error err = {0};
    enum garner_code code;

    if (call->count == 0)
        return gn_exit_usage("nothing to fetch: name a URL, or a file of "
                             "sources with --config FILE");
    if (s->only.count > 0)
        return gn_exit_usage("--only goes with --config FILE; with URLs name "
                             "those that are to be fetched");
    code = gn_sources_build(&sources, call->items, call->count, config, &err);
    if (code == GARNER_OK) {
        code = gn_prepare_sql(config, &err);
        if (code != GARNER_OK)
            gn_config_fini(config);
    }
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_error(&err);
}

/* A file named by the environment alone gives way to URLs. */
static bool wants_file(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): before other threads */
    const char *from_environment = getenv("GARNER_CONFIG");
    const bool urls = call->count > 0 && is_url(call->items[0]);

    return s->config != NULL && !(urls && s->config == from_environment);
}

static enum gn_exit with_store(const struct gn_call *call,
                               const struct gn_config *config)
{
    const struct settings *s = call->settings;
    const bool terminal = gn_terminal_is(STDERR_FILENO);
    struct gn_collect collect = {
        .config = config,
        .store_name = s->store != NULL ? s->store : config->store,
        .screen = terminal && gn_logflags_screen(&s->log),
        .json = gn_logflags_json(&s->log),
        .summary = !s->log.quiet,
        .sole = true,
    };
    struct garner_options options = gn_storage_options(&s->storage);
    struct garner_error err = {0};
    const char **words;
    enum gn_exit status;

    if (collect.store_name == NULL && config->path != NULL)
        return gn_exit_usage("where to store what comes? add 'store: FILE' to "
                             "%s, or --db FILE",
                             config->path);
    if (collect.store_name == NULL)
        return gn_exit_usage("where to store what comes? add --db FILE");
    if (s->loops > MOST_LOOPS)
        return gn_exit_usage("--loops: at most %d; more than the machine has "
                             "cores are of no use",
                             MOST_LOOPS);
    collect.engine.loops = (int)s->loops;
    gn_collectflags_apply(&s->collect, &collect);
    collect.engine.run_for_ms = s->for_ms;
    collect.engine.once = s->once;
    collect.engine.until_idle = s->until_idle;
    if (s->storage.checkpoint == NULL)
        options.checkpoint = config->checkpoint;
    if (garner_open(collect.store_name, &options, &collect.store, &err) !=
        GARNER_OK)
        return gn_exit_error(&err);
    collect.renews = config->path != NULL;
    collect.hangup_renews = collect.renews && !terminal;
    collect.meant = words = choose(call, &collect.meant_count);
    status = words != NULL ? gn_collect(&collect) : GN_EXIT_STORE;
    gn_free(words);
    garner_close(collect.store);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_config config = {0};
    enum gn_exit status;

    if (s->once && s->until_idle)
        return gn_exit_usage("--once ends when all is fetched, --until-idle "
                             "when nothing is to be waited for any more; take "
                             "one of them");
    status = gn_collectflags_check(&s->collect);
    if (status != GN_EXIT_OK)
        return status;
    gn_logflags_apply(&s->log);
    status =
        wants_file(call) ? from_file(call, &config) : from_urls(call, &config);
    if (status == GN_EXIT_OK) {
        gn_signals_block();
        status = with_store(call, &config);
        gn_config_fini(&config);
    }
    return status;
}

#define OPTION(...) GN_OPTION(struct settings, __VA_ARGS__)

static const struct gn_option options[] = {
    {"config", 'c', GN_OPTION_FILE, "FILE", offsetof(struct settings, config),
     "collect the sources of this file, see garner.yaml(5); operands name "
     "some of them",
     "GARNER_CONFIG"},
    {"db", 0, GN_OPTION_FILE, "DB", offsetof(struct settings, store),
     "the store: a file, made if it is not there, or a URL", "GARNER_STORE"},
    GN_STORAGE_OPTIONS(struct settings),
    OPTION("every", 0, DURATION, "TIME", every_ms,
           "fetch each URL so often, 1s or 10m; without it once"),
    OPTION("jitter", 0, DURATION, "TIME", jitter_ms,
           "put each fetch off by up to so long, at random"),
    OPTION("align", 0, FLAG, NULL, align,
           "fetch all at whole multiples of the interval, instead of spread "
           "over it"),
    OPTION("once", 0, FLAG, NULL, once,
           "fetch each source once, whatever its schedule, and end"),
    OPTION("until-idle", 0, FLAG, NULL, until_idle,
           "the same, but also wait for what was put off before, and for what "
           "could not be told at once"),
    OPTION("only", 0, LIST, "SOURCE", only,
           "collect these alone: a name, a tag, or a pattern of names; may be "
           "repeated (as operands, too)"),
    OPTION("for", 0, DURATION, "TIME", for_ms, "end after this time"),
    OPTION("retry", 0, NUMBER, "COUNT", retries,
           "try a fetch that fails in passing so often again, after longer and "
           "longer waits; without it not"),
    OPTION("unconditional", 0, FLAG, NULL, unconditional,
           "fetch the whole answer each time; without it, where the server can "
           "tell, only what changed"),
    GN_ROWS_OPTIONS(struct settings),
    GN_ACK_OPTION(struct settings),
    OPTION("timeout", 'm', SECONDS, "TIME", ask.total_ms,
           "longest time for a fetch (60s)"),
    GN_ASK_OPTIONS(struct settings),
    GN_ASK_PRIVATE_OPTION(struct settings),
    GN_WORK_OPTIONS(struct settings, " (1024)"),
    OPTION("loops", 0, NUMBER, "COUNT", loops,
           "event loops, each a thread, among which hosts are divided (1)"),
    GN_DOOR_OPTIONS(struct settings),
    GN_LOG_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_run = {
    .name = "run",
    .operands = "URL... | --config FILE [SOURCE...]",
    .summary = "fetch on a schedule and store what comes",
    .text =
        "Fetches URLs, or the sources of a file, on their schedules until it "
        "is told to end, and stores each result in the database --db. A fetch "
        "that fails is stored too, with its error. A fetch that cannot start "
        "when it is due (the last one is still going on, or there is no room) "
        "is recorded as missed, and never made up for. A server that asks for "
        "time (Retry-After, with status 429 or 503) is given it, up to an "
        "hour.\n"
        "\n"
        "A store has one collector at a time; a second one is refused. The one "
        "that runs can be asked: garner fetch, trigger, pause, resume, why. "
        "Paused sources are not fetched.\n"
        "\n"
        "On a terminal it shows how it goes; elsewhere it writes a line to the "
        "log every 10 seconds. Ctrl-C ends it: what is under way is finished "
        "and stored.\n"
        "\n"
        "One event loop fetches and stores up to tens of thousands of answers "
        "a second, so --loops is for more than that. The sources of a host "
        "belong to one loop, with all its limits; so a single host is not "
        "fetched faster. A source works on one loop, where it asks other "
        "hosts, too: those of redirects, of a list, of links, of next pages. "
        "Each loop counts what it asks of them for itself, so that such a host "
        "may be asked as often as it allows by each of them. --parallel and "
        "--workers are divided among the loops.\n"
        "\n"
        "With --until-idle it ends when each source has been fetched well, or "
        "failed for the last time, and no hook or alert is to be tried again, "
        "which may be a day: --for bounds that. Sources that a server, or "
        "their last failure, had put off are waited for; --once fetches those "
        "at once, and leaves what cannot be told to the next run. Alerts wait "
        "in the store for their quiet hours, or digest, to be over.\n"
        "\n"
        "Ended by itself (--once, --until-idle, --for) its exit status is 1 if "
        "any fetch "
        "failed and was not tried again. Ended by Ctrl-C or a signal, as "
        "services are, it says how the "
        "sources stand: 1 if the last fetch of one failed.\n"
        "\n"
        "The table garner_run has a row a fetch, garner_body the bodies, and "
        "the view garner_log shows both. With --sql and --into, what comes "
        "becomes rows of a table of your own; see garner.yaml(5) for what the "
        "SQL is given.",
    .examples =
        "garner run https://example.org/x.json --every 1s --db data.db\n"
        "garner run https://example.org/t.json --every 1s --db data.db --into "
        "t \\\n"
        "  --key id --sql \"select value->>'$.id' as id, value->>'$.n' as n\n"
        "  from json_each(:body, '$.list')\"\n"
        "garner run --config garner.yaml --listen 127.0.0.1:8765\n"
        "garner run --config garner.yaml --once ticker rates\n"
        "garner run --config garner.yaml --only daily --only 'news.*'\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = SIZE_MAX,
    .run = run,
};
