#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/named.h"
#include "cli/outcome.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/replay.h"
#include "cli/select.h"
#include "cli/signals.h"
#include "cli/storage.h"
#include "cli/text.h"

struct settings {
    struct gn_storage_flags storage;
    const char *config;
    const char *from;
    const char *to;
    struct gn_texts runs;
    bool dry;
};

static bool stop(void *context)
{
    return gn_signals_times(context) > 0;
}

static void failed(void *context, int64_t run, const char *why)
{
    (void)context;
    gn_complain("run %" PRId64 ": %s", run, why);
}

/* The moment that flag says, unless it is not there. */
static enum gn_exit read_time(struct garner_store *store, const char *flag,
                              const char *text, int64_t *us)
{
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;

    if (text != NULL)
        code = gn_past_moment(store, text, gn_clock_wall_us(), us, &err);
    if (code == GARNER_INVALID)
        return gn_exit_usage("%s: %s", flag, err.message);
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_error(&err);
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The runs that are named, each once and ascending, in ids. */
static enum gn_exit read_runs(const struct gn_texts *texts, int64_t *ids,
                              size_t *count)
{
    size_t kept = 0;

    for (size_t i = 0; i < texts->count; i++)
        if (!gn_past_number(texts->items[i], &ids[i]))
            return gn_exit_usage("--run %.60s: that is no number of a run "
                                 "(garner_run.id)",
                                 texts->items[i]);
    qsort(ids, texts->count, sizeof ids[0], ascending);
    for (size_t i = 0; i < texts->count; i++)
        if (i == 0 || ids[i] != ids[i - 1])
            ids[kept++] = ids[i];
    *count = kept;
    return GN_EXIT_OK;
}

/* Rows that nothing tells apart would be there twice. */
static enum gn_exit check(const struct settings *s,
                          const struct gn_source *source)
{
    if (s->runs.count > 0 && (s->from != NULL || s->to != NULL))
        return gn_exit_usage("name runs with --run, or a time with --from and "
                             "--to, not both");
    if (source->row_spec_count == 0)
        return gn_exit_usage("source %s makes no rows; add 'rows' to it",
                             source->name);
    for (size_t i = 0; i < source->row_spec_count && !s->dry; i++)
        if (source->rows[i].key_count == 0)
            return gn_exit_usage("the rows of table %s have no key, and would "
                                 "be added once more; give them one, or try "
                                 "with --dry-run",
                                 source->rows[i].table);
    return GN_EXIT_OK;
}

static enum gn_exit report(const struct gn_replay *r)
{
    struct gn_buf text = {0};
    char rows[32];

    gn_text_count(r->rows, rows);
    gn_buf_printf(&text, "%s: %s row%s of %zu run%s %s", r->source->name, rows,
                  gn_text_plural(r->rows), r->done, gn_text_plural(r->done),
                  r->dry ? "would be written" : "written");
    gn_buf_printf(&text, ", %zu run%s skipped, %zu failed\n", r->skipped,
                  gn_text_plural(r->skipped), r->bad);
    return gn_print(&text);
}

static enum gn_exit replay_all(struct gn_replay *r)
{
    struct garner_error err = {0};
    const enum garner_code code = gn_replay_run(r, &err);
    enum gn_exit status = GN_EXIT_OK;
    enum gn_exit printed;

    if (code == GARNER_SQL)
        status = gn_exit_usage("%s (is this a store that garner collected "
                               "into?)",
                               err.message);
    else if (code != GARNER_OK)
        status = gn_exit_error(&err);
    else if (r->bad > 0)
        status = GN_EXIT_FAILED;
    printed = report(r);
    return status != GN_EXIT_OK ? status : printed;
}

static enum gn_exit open_and_replay(struct gn_replay *r, const char *name,
                                    const struct settings *s)
{
    struct garner_options options = gn_storage_options(&s->storage);
    struct garner_error err = {0};
    enum gn_exit status;

    if (name == NULL)
        return gn_exit_usage("%s names no store, so there are no bodies",
                             s->config);
    options.create = false;
    options.read_only = s->dry;
    if (garner_open(name, &options, &r->store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = read_time(r->store, "--from", s->from, &r->from_us);
    if (status == GN_EXIT_OK)
        status = read_time(r->store, "--to", s->to, &r->to_us);
    if (status == GN_EXIT_OK)
        status = replay_all(r);
    garner_close(r->store);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_signals_calls nothing = {0};
    struct gn_replay r = {.from_us = INT64_MIN,
                          .to_us = INT64_MAX,
                          .dry = s->dry,
                          .stop = stop,
                          .failed = failed};
    struct gn_signals *signals;
    struct gn_config config;
    struct garner_error err = {0};
    int64_t *ids = gn_alloc((s->runs.count + 1) * sizeof ids[0]);
    enum gn_exit status;

    gn_signals_block();
    if (ids == NULL ||
        gn_signals_start(&nothing, &signals, &err) != GARNER_OK) {
        gn_free(ids);
        return gn_exit_error(&err);
    }
    r.context = signals;
    r.ids = ids;
    status = read_runs(&s->runs, ids, &r.id_count);
    if (status == GN_EXIT_OK)
        status = gn_named_load(s->config, call->items[0], &config);
    if (status == GN_EXIT_OK) {
        r.source = &config.sources[0];
        status = check(s, r.source);
        if (status == GN_EXIT_OK)
            status = open_and_replay(&r, config.store, s);
        gn_config_fini(&config);
    }
    gn_signals_stop(signals);
    gn_free(ids);
    return status;
}

static const struct gn_option options[] = {
    GN_NAMED_OPTION(struct settings),
    {"from", 0, GN_OPTION_TEXT, "TIME", offsetof(struct settings, from),
     "only runs that started at this time (2026-01-31, '2026-01-31 12:30', "
     "both UTC, or 2d for two days ago) or later",
     NULL},
    {"to", 0, GN_OPTION_TEXT, "TIME", offsetof(struct settings, to),
     "only runs that started before this time", NULL},
    {"run", 0, GN_OPTION_LIST, "ID", offsetof(struct settings, runs),
     "only this run (garner_run.id); may be repeated", NULL},
    {"dry-run", 'n', GN_OPTION_FLAG, NULL, offsetof(struct settings, dry),
     "write nothing, and say what would be written", NULL},
    GN_STORAGE_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_replay = {
    .name = "replay",
    .operands = "SOURCE",
    .summary = "make the rows of a source anew, of its stored bodies",
    .text =
        "Runs the SQL that the file has today over the bodies that the "
        "source's runs have left, in the order of the runs, and writes the "
        "rows by their keys: what is there is updated, what is not is added, "
        "and nothing is deleted, unless conflict or parent says otherwise. "
        ":fetched_at, :url, :status and the like are "
        "those of the run; :headers is NULL, for they are not kept. A "
        "collector may go on meanwhile.\n"
        "\n"
        "Runs that failed, or to which nothing had changed (304), are "
        "skipped. One whose rows cannot be made or written, or are not as "
        "expected (max_drop aside), leaves none, is named on stderr, and the "
        "exit status is 1. On Ctrl-C what is written stays, and is counted.",
    .examples = "garner replay rates -c garner.yaml -n\n"
                "garner replay rates -c garner.yaml --from 2026-01-31\n"
                "garner replay rates -c garner.yaml --run 17 --run 18\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .least = 1,
    .most = 1,
    .run = run,
};
