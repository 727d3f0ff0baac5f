#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/outcome.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/storage.h"
#include "cli/terminal.h"
#include "cli/unified.h"
#include "cli/where.h"

struct settings {
    struct gn_where_flags where;
    struct gn_storage_flags storage;
    const char *since;
    const char *until;
};

/* The two that are compared. */
struct pair {
    struct gn_past before;
    struct gn_past after;
};

static enum garner_code find_runs(struct garner_store *store,
                                  const int64_t runs[2], struct pair *pair,
                                  struct garner_error *err)
{
    enum garner_code code = gn_past_run(store, runs[0], &pair->before, err);

    return code == GARNER_OK ? gn_past_run(store, runs[1], &pair->after, err)
                             : code;
}

/* What source had at two moments; without the first one, what it had before
 * that of the second. */
static enum garner_code find_versions(struct garner_store *store,
                                      const char *source,
                                      const struct settings *s,
                                      struct pair *pair,
                                      struct garner_error *err)
{
    const int64_t now_us = gn_clock_wall_us();
    int64_t since_us = INT64_MAX;
    int64_t until_us = INT64_MAX;
    enum garner_code code = GARNER_OK;

    if (s->since != NULL)
        code = gn_past_moment(store, s->since, now_us, &since_us, err);
    if (code == GARNER_OK && s->until != NULL)
        code = gn_past_moment(store, s->until, now_us, &until_us, err);
    if (code == GARNER_OK)
        code = gn_past_at(store, source, until_us, 0, &pair->after, err);
    if (code != GARNER_OK)
        return code;
    code = s->since != NULL
               ? gn_past_at(store, source, since_us, 0, &pair->before, err)
               : gn_past_at(store, source, until_us, pair->after.body,
                            &pair->before, err);
    /* It began after that. */
    if (code == GARNER_NOTFOUND)
        code = gn_past_first(store, source, &pair->before, err);
    return code;
}

static void name(const struct gn_past *past, char text[256])
{
    snprintf(text, 256, "%.180s run %" PRId64 "\t%s", past->source, past->run,
             past->started);
}

static enum gn_exit print(const struct pair *pair)
{
    const struct gn_unified_style style = {
        .terminal = gn_terminal_is(STDOUT_FILENO),
        .color = gn_terminal_color(STDOUT_FILENO)};
    char before_name[256];
    char after_name[256];
    const struct gn_version before = {before_name, pair->before.data,
                                      pair->before.size};
    const struct gn_version after = {after_name, pair->after.data,
                                     pair->after.size};
    struct gn_buf out = {0};
    struct garner_error err = {0};

    name(&pair->before, before_name);
    name(&pair->after, after_name);
    if (pair->before.body == pair->after.body)
        return GN_EXIT_OK;
    if (!gn_unified_is_text(&before) || !gn_unified_is_text(&after)) {
        gn_buf_printf(&out,
                      "the bodies of runs %" PRId64 " and %" PRId64
                      " differ, and are not text: %zu and %zu bytes\n",
                      pair->before.run, pair->after.run, before.size,
                      after.size);
        return gn_print(&out);
    }
    if (gn_unified(&before, &after, &style, &out, &err) != GARNER_OK) {
        gn_buf_fini(&out);
        return gn_exit_error(&err);
    }
    return gn_print(&out);
}

/* runs: two of them; NULL: source is compared with itself. */
static enum gn_exit compare(const char *url, const struct settings *s,
                            const char *source, const int64_t *runs)
{
    struct garner_store *store;
    struct garner_error err = {0};
    struct pair pair = {0};
    enum gn_exit status;
    enum garner_code code = gn_select_open(url, &s->storage, 0, &store, &err);

    if (code != GARNER_OK)
        return gn_exit_error(&err);
    code = runs != NULL ? find_runs(store, runs, &pair, &err)
                        : find_versions(store, source, s, &pair, &err);
    garner_close(store);
    status = code == GARNER_OK ? print(&pair) : gn_past_failed(&err);
    gn_past_fini(&pair.before);
    gn_past_fini(&pair.after);
    return status;
}

/* What follows DB: two runs, or a source. Two numbers behind flags that name
 * the store are two runs. */
static struct gn_where_line read_line(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    int64_t runs[2];
    const bool numbers = call->count > 1 &&
                         gn_past_number(call->items[0], &runs[0]) &&
                         gn_past_number(call->items[1], &runs[1]);

    return gn_where_line(call, &s->where, 1,
                         call->count > 2 || numbers ? 2 : 1);
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = read_line(call);
    const bool of_runs = line.count == 2;
    struct gn_where where;
    enum gn_exit status;
    int64_t runs[2];

    if (of_runs && (s->since != NULL || s->until != NULL))
        return gn_exit_usage("--since and --until choose two versions of a "
                             "source; two runs are named already");
    for (size_t i = 0; of_runs && i < 2; i++)
        if (!gn_past_number(line.items[i], &runs[i]))
            return gn_exit_usage("\"%.60s\" is not the number of a run; the "
                                 "view garner_log has them",
                                 line.items[i]);
    status = gn_where_find(&line.flags, &where);
    if (status == GN_EXIT_OK) {
        status = compare(where.store, s, line.items[0], of_runs ? runs : NULL);
        gn_where_fini(&where);
    }
    return status;
}

static const struct gn_option options[] = {
    {"since", 0, GN_OPTION_TEXT, "TIME", offsetof(struct settings, since),
     "compare with what it had then: 2026-08-01, \"2026-08-01 12:00\" (UTC), "
     "or "
     "2d for two days ago; else with what it had before its last change",
     NULL},
    {"until", 0, GN_OPTION_TEXT, "TIME", offsetof(struct settings, until),
     "what it had then, not what it has now", NULL},
    GN_WHERE_OPTIONS(struct settings),
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_diff = {
    .name = "diff",
    .operands = "[DB] SOURCE | [DB] RUN RUN",
    .summary = "show what changed in a source's body",
    .text =
        "Compares two bodies line by line and writes what differs as diff -u "
        "does: those that a source had at two times, or those of two runs. "
        "Nothing is written if they are the same, and of bodies that are not "
        "text only that they differ. What an error said (a status of 400 and "
        "more) is no version of a source. It may be asked while a garner "
        "runs." GN_WHERE_TEXT "; two numbers are runs then.",
    .examples = "garner diff data.db prices\n"
                "garner diff prices --since 1d -c garner.yaml\n"
                "garner diff data.db prices --since 2026-08-01 --until "
                "2026-08-02\n"
                "garner diff data.db 1230 1234\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 3,
    .run = run,
};
