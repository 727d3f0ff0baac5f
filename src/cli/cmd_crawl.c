#include "cli/commands.h"

#include <errno.h> /* program_invocation_name */
#include <limits.h>
#include <unistd.h>

#include "cli/again.h"
#include "cli/ask.h"
#include "cli/collect.h"
#include "cli/collectflags.h"
#include "cli/crawlflags.h"
#include "cli/logflags.h"
#include "cli/outcome.h"
#include "cli/prepare.h"
#include "cli/signals.h"
#include "cli/sources.h"
#include "cli/storage.h"
#include "cli/terminal.h"
#include "garner/store.h"

struct settings {
    const char *store;
    struct gn_storage_flags storage;
    struct gn_crawl_flags crawl;
    struct gn_rows_flags rows;
    bool fresh;
    int64_t retries;
    const char *ack;
    int64_t for_ms;
    struct gn_ask_flags ask;
    struct gn_collect_flags collect;
    struct gn_log_flags log;
};

/* What is worth a row of any page. */
#define TABLE "pages"
#define KEY   "url"
#define ROWS                                                                   \
    "select :final_url as url, case when :content_type like '%html%'"          \
    " then html_text(:body, 'title') end as title, :depth as depth,"           \
    " :status as status, :content_type as type,"                               \
    " datetime(:fetched_at, 'unixepoch') as fetched"

/* Without SQL a page is a row all the same. */
static struct gn_rows_flags rows_of(const struct settings *s)
{
    static const char *key[] = {KEY};
    struct gn_rows_flags rows = s->rows;

    if (rows.sql != NULL)
        return rows;
    rows.sql = ROWS;
    if (rows.table == NULL)
        rows.table = TABLE;
    if (rows.key.count == 0)
        rows.key = (struct gn_texts){key, 1};
    return rows;
}

static enum garner_code build(const struct gn_call *call,
                              struct gn_config *config,
                              struct garner_error *err)
{
    const struct settings *s = call->settings;
    const struct gn_rows_flags rows = rows_of(s);
    struct gn_build_crawl crawl;
    struct gn_buf follow = {0};
    const struct gn_sources sources = {
        .ask = &s->ask,
        .rows = &rows,
        .ack = gn_sources_ack(s->ack),
        .retries = s->retries > INT_MAX ? INT_MAX : (int)s->retries,
        .crawl = &crawl,
    };
    enum garner_code code = gn_crawlflags_read(&s->crawl, &crawl, &follow, err);

    if (code == GARNER_OK)
        code =
            gn_sources_build(&sources, call->items, call->count, config, err);
    gn_buf_fini(&follow);
    if (code != GARNER_OK)
        return code;
    code = gn_prepare_sql(config, err);
    if (code != GARNER_OK)
        gn_config_fini(config);
    return code;
}

static enum gn_exit with_store(const struct gn_call *call,
                               const struct gn_config *config)
{
    const struct settings *s = call->settings;
    const struct garner_options options = gn_storage_options(&s->storage);
    struct gn_buf again = {0};
    struct gn_collect collect = {
        .config = config,
        .store_name = s->store,
        .engine = {.run_for_ms = s->for_ms, .once = true},
        .screen = gn_terminal_is(STDERR_FILENO) && gn_logflags_screen(&s->log),
        .json = gn_logflags_json(&s->log),
        .summary = !s->log.quiet,
        .finishes = true,
        .fresh = s->fresh,
        .sole = true,
    };
    struct garner_error err = {0};
    enum gn_exit status;

    gn_collectflags_apply(&s->collect, &collect);
    if (gn_again(call, program_invocation_name, "fresh", &again) &&
        !gn_buf_failed(&again))
        collect.again = gn_buf_cstr(&again);
    if (garner_open(s->store, &options, &collect.store, &err) == GARNER_OK)
        status = gn_collect(&collect);
    else
        status = gn_exit_error(&err);
    garner_close(collect.store);
    gn_buf_fini(&again);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_config config = {0};
    struct garner_error err = {0};
    enum gn_exit status;

    if (s->store == NULL)
        return gn_exit_usage("where to store the pages? add --db FILE");
    status = gn_collectflags_check(&s->collect);
    if (status != GN_EXIT_OK)
        return status;
    gn_logflags_apply(&s->log);
    if (build(call, &config, &err) != GARNER_OK)
        return gn_exit_error(&err);
    gn_signals_block();
    status = with_store(call, &config);
    gn_config_fini(&config);
    return status;
}

#define OPTION(...) GN_OPTION(struct settings, __VA_ARGS__)

static const struct gn_option options[] = {
    {"db", 0, GN_OPTION_FILE, "DB", offsetof(struct settings, store),
     "the store: a file, made if it is not there, or a URL", "GARNER_STORE"},
    GN_STORAGE_OPTIONS(struct settings),
    GN_CRAWL_OPTIONS(struct settings),
    OPTION("fresh", 0, FLAG, NULL, fresh,
           "begin anew, even if the last crawl of these URLs was cut short; "
           "without it that is gone on with"),
    GN_ROWS_OPTIONS(struct settings),
    OPTION("retry", 0, NUMBER, "COUNT", retries,
           "try a page that fails in passing so often again, after longer and "
           "longer waits; without it not"),
    GN_ACK_OPTION(struct settings),
    OPTION("for", 0, DURATION, "TIME", for_ms,
           "end after this time; the same command goes on then"),
    OPTION("timeout", 'm', SECONDS, "TIME", ask.total_ms,
           "longest time for a fetch (60s)"),
    GN_ASK_PAGE_OPTIONS(struct settings),
    GN_ASK_PRIVATE_OPTION(struct settings),
    GN_WORK_OPTIONS(struct settings, ", of all hosts (64)"),
    GN_DOOR_OPTIONS(struct settings),
    GN_LOG_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_crawl = {
    .name = "crawl",
    .operands = "URL...",
    .summary = "fetch pages and those that they lead to, and store them",
    .text =
        "Fetches the URLs, and then those that they lead to, each once, and "
        "stores them in the database --db. It stays on the sites of the "
        "URLs, obeys robots.txt and nofollow, and asks a host for 8 pages at a "
        "time, unless flags say otherwise; they are named as the keys of a "
        "crawl in a file, see CRAWL in garner.yaml(5).\n"
        "\n"
        "Each page is a row of the table pages, or --into: its url, title, "
        "depth (how many links it is away from a URL), status, type and the "
        "time of its fetch. With --sql it makes other rows. The bodies are "
        "in garner_body, all fetches in garner_log, failed ones, too.\n"
        "\n"
        "What is left to be fetched is in the database, too. Ctrl-C ends it, "
        "kill -9 or a power cut may: the same command goes on where it was, "
        "and fetches no page once more but those that were under way. --fresh "
        "begins anew. A crawl that is over is begun anew in any case; its rows "
        "are updated.\n"
        "\n"
        "On a terminal it shows how far it is, and how long the rest takes, as "
        "fast as it goes of late: at least so long, as long as new pages are "
        "found. Elsewhere it writes a line to the log every 10 seconds.\n"
        "\n"
        "The exit status is 1 if a page failed, and 130 if it was told to end, "
        "by --for, too, before it was over. A crawl on a schedule is one of a "
        "file: garner run.",
    .examples =
        "garner crawl https://docs.example.org/ --db docs.db\n"
        "garner crawl https://docs.example.org/ --db docs.db --depth 3 \\\n"
        "  --follow 'main a[href]' --deny '[.](zip|pdf)$'\n"
        "garner crawl https://example.org/ --db x.db --into links --key url "
        "\\\n"
        "  --key target --sql \"select :final_url as url, l.url as target\n"
        "  from links_each(:body, :final_url) l\"\n"
        "garner query docs.db \"select url, title from pages where depth < "
        "2\"\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_NONE,
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
