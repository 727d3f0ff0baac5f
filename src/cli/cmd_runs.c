/* cmd_runs.c - runs and log: what was fetched, from the store. */
#include "cli/commands.h"

#include "base/clock.h"
#include "cli/logged.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/where.h"
#include "garner/garner.h"

enum { RUNS = 20, LINES = 100 };

struct settings {
    struct gn_where_flags where;
    struct gn_storage_flags storage;
    struct gn_format_flags format;
    int64_t since_ms;
    int64_t count;
};

static const char runs[] = GN_LOGGED_OF(
    "r.id, r.name as source, " GN_LOGGED_STARTED " as started, r.attempt,"
    " r.status, round(r.duration_us / 1e3, 3) as ms, r.bytes, r.rows, r.missed,"
    " r.failure, r.error, r.url, r.body");

/* What fits on a terminal. */
static const char table[] = GN_LOGGED_OF(
    "r.id, r.name as source, " GN_LOGGED_STARTED " as started,"
    " r.status, round(r.duration_us / 1e3, 1) as ms, r.bytes, r.rows,"
    " r.error");

static int64_t since_us(const struct settings *s)
{
    return s->since_ms > 0 ? gn_clock_wall_us() - s->since_ms * 1000 : 0;
}

static int64_t most(const struct settings *s, int64_t without)
{
    if (s->count > 0)
        return s->count;
    return s->since_ms > 0 ? INT64_MAX : without;
}

static const char *source_of(const struct gn_where_line *line)
{
    return line->count > 0 ? line->items[0] : NULL;
}

/* Opens the store that the command line means, which must have the source that
 * it names. Complains. */
static enum gn_exit open_store(const struct settings *s,
                               const struct gn_where_line *line,
                               struct garner_store **store)
{
    struct gn_where where;
    struct garner_error err = {0};
    enum gn_exit status = gn_where_find(&line->flags, &where);
    enum garner_code code;

    if (status != GN_EXIT_OK)
        return status;
    code = gn_select_open(where.store, &s->storage, 0, store, &err);
    gn_where_fini(&where);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    if (gn_logged_find(*store, source_of(line), &err) != GARNER_OK) {
        status = gn_exit_error(&err);
        garner_close(*store);
    }
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_format_flags *f = &s->format;
    const bool people = !f->csv && !f->tsv && !f->json && !f->nl && !f->raw;
    const struct gn_where_line line = gn_where_line(call, &s->where, 0, 1);
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(f, true, &status);
    struct garner_store *store;

    if (output == NULL)
        return status;
    status = open_store(s, &line, &store);
    if (status == GN_EXIT_OK) {
        status = gn_select(store, people ? table : runs,
                           GARNER_ARGS(garner_text(source_of(&line)),
                                       garner_integer(since_us(s)),
                                       garner_integer(most(s, RUNS))),
                           0, output);
        garner_close(store);
    }
    gn_output_free(output);
    return status;
}

static enum gn_exit log_them(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_line(call, &s->where, 0, 1);
    struct garner_store *store;
    struct gn_buf text = {0};
    struct garner_error err = {0};
    enum gn_exit status = open_store(s, &line, &store);

    if (status != GN_EXIT_OK)
        return status;
    if (gn_logged_lines(store, source_of(&line), since_us(s), most(s, LINES),
                        &text, &err) == GARNER_OK) {
        status = gn_print(&text);
    } else {
        status = gn_exit_error(&err);
        gn_buf_fini(&text);
    }
    garner_close(store);
    return status;
}

#define OPTION(...) GN_OPTION(struct settings, __VA_ARGS__)
#define SHARED_OPTIONS(most)                                                   \
    GN_WHERE_OPTIONS(struct settings),                                         \
        OPTION("since", 0, DURATION, "TIME", since_ms,                         \
               "all that began in the last 10m, 2d ..."),                      \
        OPTION("count", 'n', NUMBER, "COUNT", count,                           \
               "at most so many, the last ones (" most " without --since)"),   \
        GN_STORAGE_READ_OPTION(struct settings)

static const struct gn_option run_options[] = {
    SHARED_OPTIONS("20"),
    GN_FORMAT_OPTIONS(struct settings),
    GN_FORMAT_JSON_OPTION(struct settings),
};

static const struct gn_option log_options[] = {SHARED_OPTIONS("100")};

const struct gn_command gn_cmd_runs = {
    .name = "runs",
    .operands = "[DB] [SOURCE]",
    .summary = "show the last fetches",
    .text =
        "Prints a row for each of the last fetches of a source, or of all, the "
        "latest at the end; due times that were missed have a row, too. SOURCE "
        "is a name or a pattern of names ('news.*'). The other formats have "
        "the attempt, the URL and the body's id, too. It may be asked while a "
        "garner runs." GN_WHERE_TEXT "; the operand is SOURCE then.",
    .examples = "garner runs ticker --config garner.yaml\n"
                "garner runs data.db --since 1h --json\n",
    .options = run_options,
    .option_count = sizeof run_options / sizeof run_options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 2,
    .run = run,
};

const struct gn_command gn_cmd_log = {
    .name = "log",
    .operands = "[DB] [SOURCE]",
    .summary = "tell what was fetched, a line each",
    .text =
        "Prints a line for each of the last fetches of a source, or of "
        "all, the latest at the end. SOURCE is a name or a pattern of names "
        "('news.*'). It may be asked while a garner runs." GN_WHERE_TEXT
        "; the operand is SOURCE then.",
    .examples = "garner log ticker --config garner.yaml\n"
                "garner log data.db ticker --since 1h\n",
    .options = log_options,
    .option_count = sizeof log_options / sizeof log_options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 2,
    .run = log_them,
};
