#include "cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/logged.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/urls.h"
#include "cli/where.h"
#include "garner/garner.h"

enum { LAST_RUNS = 500000 };

struct settings {
    struct gn_format_flags format;
    struct gn_storage_flags storage;
    struct gn_where_flags where;
    bool live;
    int64_t runs;
};

/* Whether words, a JSON array of names and GLOBs, mean name; NULL: all do. */
#define MEANT(name, words)                                                     \
    "(" words " is null or exists (select 1 from json_each(" words ") w"       \
    " where " name " = w.value or " name " glob w.value))"

/* A line a source. ?1: the wall clock in microseconds, ?2: how many runs to
 * look back, ?3: which sources. garner_run has no index on its sources (it
 * would cost a B-tree write a run), hence the bound. Columns beside max() are
 * those of its row. */
#define SOURCES(columns, good, stale_s, runs, with_urls, urls, join)           \
    "with recent as (select source, max(id) as id,"                            \
    " started, status, duration_us, error,"                                    \
    " count(*) as runs, count(failure) as failed, sum(rows) as rows,"          \
    " sum(bytes) as bytes"                                                     \
    " from " runs                                                              \
    " where id > (select max(id) from garner_run) - ?2 and missed = 0"         \
    " group by source),"                                                       \
    " gone as (select source, sum(missed) as missed from garner_run"           \
    " where id > (select max(id) from garner_run) - ?2 and missed > 0"         \
    " group by source)," with_urls " line as (select s.name as source,"        \
    " strftime('%Y-%m-%dT%H:%M:%fZ', r.started / 1e6, 'unixepoch')"            \
    " as last_run,"                                                            \
    " strftime('%Y-%m-%dT%H:%M:%fZ', " good " / 1e6, 'unixepoch')"             \
    " as last_good, " stale_s " as stale_s,"                                   \
    " round((?1 - r.started) / 1e6, 1) as age_s, r.status as http,"            \
    " round(r.duration_us / 1e3, 3) as ms, coalesce(r.runs, 0) as runs,"       \
    " coalesce(r.failed, 0) as failed, coalesce(g.missed, 0) as missed,"       \
    " coalesce(r.rows, 0) as rows, coalesce(r.bytes, 0) as bytes," urls        \
    " r.error, s.url"                                                          \
    " from garner_source s left join recent r on r.source = s.id"              \
    " left join gone g on g.source = s.id" join ")"                            \
    " select " columns " from line where " MEANT(                              \
        "source", "?3") " order by stale_s is null, error is null, source"

/* As it is, and where some were a crawl's: what that left alone is no failure.
 */
#define RUNS "garner_run"
#define CRAWLED                                                                \
    "(select id, source, started, status, duration_us, rows, bytes, missed,"   \
    " iif(left_alone, null, failure) as failure,"                              \
    " iif(left_alone, null, error) as error from garner_run)"

/* What fits on a terminal; urls: where sources have many. */
#define TABLE(urls)                                                            \
    "source, age_s, stale_s, http, ms, runs, failed, missed, rows," urls       \
    " error"

/* The URLs of a source that has many, in its last pass. */
#define WITH_URLS                                                              \
    " pages as (select f.source, count(*) as urls,"                            \
    " sum(f.pass < s.pass) as urls_left,"                                      \
    " sum(" GN_URLS_FAILED ") as urls_failed"                                  \
    " from garner_source s join garner_frontier f on f.source = s.id"          \
    " and f.pass between s.pass - 1 and s.pass group by f.source),"
#define URLS      " p.urls, p.urls_left, p.urls_failed,"
#define JOIN_URLS " left join pages p on p.source = s.id"

/* How long the last good run is ago, when that is too long. */
#define STALE                                                                  \
    "iif(?1 - max(coalesce(s.good, 0), s.watched) > s.max_age,"                \
    " round((?1 - max(coalesce(s.good, 0), s.watched)) / 1e6, 1), null)"

/* What the tables know: those of older ones less. */
enum { OF_RUNS, OF_AGES, OF_URLS };

/* For programs, and for people. */
static const char *const queries[][2] = {
    [OF_RUNS] = {SOURCES("*", "null", "null", RUNS, "", "", ""),
                 SOURCES(TABLE(""), "null", "null", RUNS, "", "", "")},
    [OF_AGES] = {SOURCES("*", "s.good", STALE, RUNS, "", "", ""),
                 SOURCES(TABLE(""), "s.good", STALE, RUNS, "", "", "")},
    [OF_URLS] = {SOURCES("*", "s.good", STALE, CRAWLED, WITH_URLS, URLS,
                         JOIN_URLS),
                 SOURCES(TABLE(" urls, urls_left, urls_failed,"), "s.good",
                         STALE, CRAWLED, WITH_URLS, URLS, JOIN_URLS)},
};

static const char columns_known[] =
    "select max(name = 'watched') * (1 + exists (select 1 from"
    " pragma_table_info('garner_frontier') where name = 'left_alone'))"
    " from pragma_table_info('garner_source')";

static const char has_many[] =
    "select exists (select 1 from garner_source where pass is not null)";

static const char stale[] = "select count(*) from garner_source s where " STALE
                            " is not null and " MEANT("s.name", "?2");

/* The sources whose last run failed. */
#define FAILING(runs)                                                          \
    "select count(*) from (select failure, max(id) from " runs                 \
    " where id > (select max(id) from garner_run) - ?1 and missed = 0"         \
    " and source in (select id from garner_source where " MEANT(               \
        "name", "?2") ") group by source) where failure is not null"

static const char *const failing[] = {[OF_RUNS] = FAILING(RUNS),
                                      [OF_AGES] = FAILING(RUNS),
                                      [OF_URLS] = FAILING(CRAWLED)};

static const char has_tables[] =
    "select count(*) from sqlite_schema where name in"
    " ('garner_source', 'garner_run')";

/* The one number that sql gives, or -1 after a complaint. */
static int64_t number(struct garner_store *store, const char *sql,
                      const struct garner_value *args, size_t count,
                      enum gn_exit *status)
{
    struct garner_error err = {0};
    struct garner_rows *rows = NULL;
    enum garner_code code = garner_query(store, sql, args, count, &rows, &err);
    int64_t n = -1;

    if (code == GARNER_OK)
        code = garner_next(rows, &err);
    if (code == GARNER_ROW)
        n = garner_column(rows, 0).integer;
    else
        *status = gn_exit_error(&err);
    garner_rows_close(rows);
    return n;
}

/* Which of the queries is to be asked; below 0 after a complaint. */
static int known(struct garner_store *store, bool people, enum gn_exit *status)
{
    const int64_t n = number(store, columns_known, GARNER_ARGS(), status);

    if (n == OF_URLS && people)
        return number(store, has_many, GARNER_ARGS(), status) > 0 ? OF_URLS
                                                                  : OF_AGES;
    return (int)n;
}

static bool for_people(const struct settings *s)
{
    const struct gn_format_flags *f = &s->format;

    return !f->csv && !f->tsv && !f->json && !f->nl && !f->raw;
}

/* words: which sources, as MEANT has them; what: which of the queries. */
static enum gn_exit tell(struct garner_store *store, const struct settings *s,
                         struct garner_value words, int what,
                         struct gn_output *output)
{
    const struct garner_value runs =
        garner_integer(s->runs > 0 ? s->runs : LAST_RUNS);
    const struct garner_value now = garner_integer(gn_clock_wall_us());
    enum gn_exit status = gn_select(store, queries[what][for_people(s)],
                                    GARNER_ARGS(now, runs, words), 0, output);

    if (status != GN_EXIT_OK)
        return status;
    if (number(store, failing[what], GARNER_ARGS(runs, words), &status) > 0)
        status = GN_EXIT_FAILED;
    if (what >= OF_AGES &&
        number(store, stale, GARNER_ARGS(now, words), &status) > 0)
        status = GN_EXIT_STALE;
    return status;
}

/* Writes the words of line as MEANT has them; each has to mean a source. */
static enum garner_code read_words(struct garner_store *store,
                                   const struct gn_where_line *line,
                                   struct gn_buf *words,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    struct gn_json j;

    gn_json_init(&j, words);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < line->count && code == GARNER_OK; i++) {
        code = gn_logged_find(store, line->items[i], err);
        gn_json_text(&j, line->items[i]);
    }
    gn_json_close(&j, ']');
    return code == GARNER_OK && gn_buf_failed(words)
               ? gn_fail(err, GARNER_NOMEM, "no memory for names")
               : code;
}

static enum gn_exit report(struct garner_store *store, const char *url,
                           const struct settings *s,
                           const struct gn_where_line *line,
                           struct gn_output *output)
{
    enum gn_exit status = GN_EXIT_OK;
    const int64_t tables = number(store, has_tables, GARNER_ARGS(), &status);
    const int what =
        tables > 0 ? known(store, for_people(s), &status) : OF_RUNS;
    struct gn_buf words = {0};
    struct garner_error err = {0};

    if (status != GN_EXIT_OK || what < OF_RUNS)
        return status;
    if (tables < 2) {
        gn_complain("%s has no tables of garner's; 'garner run' and 'garner "
                    "get --db' make them",
                    url);
        return GN_EXIT_STORE;
    }
    if (line->count > 0 && read_words(store, line, &words, &err) != GARNER_OK)
        status = gn_exit_error(&err);
    else
        status = tell(store, s,
                      line->count > 0 ? garner_text(gn_buf_cstr(&words))
                                      : garner_null(),
                      what, output);
    gn_buf_fini(&words);
    return status;
}

/* What the collector itself says. */
static enum gn_exit show_live(const struct gn_where *where)
{
    static const char *const words[] = {"status"};
    struct gn_buf text = {0};
    struct garner_error err = {0};

    if (gn_where_ask(where, words, 1, &text, &err) == GARNER_OK)
        return gn_print(&text);
    gn_buf_fini(&text);
    return gn_exit_error(&err);
}

static enum gn_exit show(const struct settings *s, const struct gn_where *where,
                         const struct gn_where_line *line)
{
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(&s->format, true, &status);
    struct garner_store *store;
    struct garner_error err = {0};

    if (output == NULL)
        return status;
    if (gn_select_open(where->store, &s->storage, 0, &store, &err) ==
        GARNER_OK) {
        status = report(store, where->store, s, line, output);
        garner_close(store);
    } else {
        status = gn_exit_error(&err);
    }
    gn_output_free(output);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_sources(call, &s->where);
    struct gn_where where;
    enum gn_exit status;

    if (s->live && line.count > 0)
        return gn_exit_usage("--live tells of all sources: leave %.100s out",
                             line.items[0]);
    status = gn_where_find(&line.flags, &where);
    if (status == GN_EXIT_OK) {
        status = s->live ? show_live(&where) : show(s, &where, &line);
        gn_where_fini(&where);
    }
    return status;
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
    GN_FORMAT_OPTIONS(struct settings),
    GN_FORMAT_JSON_OPTION(struct settings),
    {"live", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, live),
     "print what the collector that runs says of itself, as /status.json",
     NULL},
    {"runs", 0, GN_OPTION_NUMBER, "COUNT", offsetof(struct settings, runs),
     "look at so many of the last runs (500000)", NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_status = {
    .name = "status",
    .operands = "[DB] [SOURCE...]",
    .summary = "say how the sources of a store are doing",
    .text =
        "Prints a line a source, those in trouble first: its last run and how "
        "long ago that was, and how many of the last runs failed, were missed, "
        "and what they brought. A source whose last good run is older than "
        "its max_age has that age in stale_s, in seconds. The other formats "
        "have the times of the last run and of the last good one, the bytes "
        "and the URL, too. Of sources with many URLs (urls, crawl) it says "
        "how many those are, how many of them are left in the pass under way, "
        "and how many failed in it; what a crawl leaves alone (robots.txt "
        "forbids it, or it leads out of the crawl) has not failed. It may be "
        "asked while a garner runs, or when none does. The exit status is 5 if "
        "some source is stale, else 1 if some source's last run failed. Where "
        "sources are named, by name or a pattern of names ('news.*'), all that "
        "is of those alone." GN_WHERE_TEXT
        "; all operands are sources then, but for a first one that is a file.\n"
        "\n"
        "With --live the collector that runs on the store answers: one JSON "
        "object, as /status.json of --listen.",
    .examples = "garner status data.db\n"
                "garner status ticker --config garner.yaml\n"
                "garner status data.db --json\n"
                "garner status --live --config garner.yaml\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = SIZE_MAX,
    .run = run,
};
