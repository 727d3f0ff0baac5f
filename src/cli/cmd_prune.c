#include "cli/commands.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/unit.h"
#include "cli/outcome.h"
#include "cli/past.h"
#include "cli/storage.h"
#include "cli/text.h"
#include "engine/history/prune.h"
#include "engine/history/schema.h"
#include "garner/garner.h"

struct settings {
    struct gn_storage_flags storage;
    int64_t bodies;
    int64_t runs_ms;
    bool all;
    bool dry_run;
};

struct rules {
    struct gn_prune_rule *items;
    size_t count;
};

/* One rule for each row of sql, its first column. */
static enum garner_code add_rules(struct rules *rules,
                                  struct garner_store *store, const char *sql,
                                  const struct garner_value *args, size_t count,
                                  const struct gn_keep *keep,
                                  struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(store, sql, args, count, &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        struct gn_prune_rule *items =
            gn_realloc(rules->items, (rules->count + 1) * sizeof *rules->items);

        if (items == NULL) {
            code = gn_fail(err, GARNER_NOMEM, "out of memory for the sources");
            break;
        }
        rules->items = items;
        items[rules->count++] =
            (struct gn_prune_rule){garner_column(rows, 0).integer, *keep};
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* Of the sources that are named, or of all. */
static enum garner_code make_rules(const struct gn_call *call,
                                   struct garner_store *store,
                                   struct rules *rules,
                                   struct garner_error *err)
{
    const struct settings *s = call->settings;
    const struct gn_keep keep = {(int)s->bodies, s->runs_ms};
    enum garner_code code = GARNER_OK;

    if (s->all)
        return add_rules(rules, store, "select id from garner_source", NULL, 0,
                         &keep, err);
    for (size_t i = 1; i < call->count && code == GARNER_OK; i++) {
        const size_t before = rules->count;

        code = add_rules(rules, store,
                         "select id from garner_source where name = ?",
                         GARNER_ARGS(garner_text(call->items[i])), &keep, err);
        if (code == GARNER_OK && rules->count == before)
            code = gn_fail(err, GARNER_NOTFOUND,
                           "no source is named %.150s; 'garner status' lists "
                           "them",
                           call->items[i]);
    }
    return code;
}

static void say(const struct gn_pruned *done, bool dry_run)
{
    char runs[32];
    char bodies[32];
    char bytes[32];

    gn_text_count(done->runs, runs);
    gn_text_count(done->bodies, bodies);
    gn_unit_format_size((int64_t)done->bytes, bytes);
    fprintf(stderr, "%s %s run%s and %s bod%s of %s\n",
            dry_run ? "would delete" : "deleted", runs,
            gn_text_plural(done->runs), bodies, done->bodies == 1 ? "y" : "ies",
            bytes);
}

static enum gn_exit prune(const struct gn_call *call,
                          struct garner_store *store)
{
    const struct settings *s = call->settings;
    struct rules rules = {0};
    struct gn_pruned done = {0};
    struct garner_error err = {0};
    enum garner_code code =
        s->dry_run ? GARNER_OK : gn_schema_open(store, &err);

    if (code == GARNER_OK)
        code = make_rules(call, store, &rules, &err);
    if (code == GARNER_OK) {
        const struct gn_prune p = {.rules = rules.items,
                                   .count = rules.count,
                                   .now_us = gn_clock_wall_us(),
                                   .dry_run = s->dry_run};

        code = gn_prune(store, &p, &done, &err);
        if (code == GARNER_OK || done.runs + done.bodies > 0)
            say(&done, s->dry_run);
    }
    gn_free(rules.items);
    return code == GARNER_OK ? GN_EXIT_OK : gn_past_failed(&err);
}

/* OK, or USAGE after a complaint. */
static enum gn_exit check(const struct gn_call *call)
{
    const struct settings *s = call->settings;

    if (s->bodies == 0 && s->runs_ms == 0)
        return gn_exit_usage("what is to stay? --bodies COUNT, --runs TIME, or "
                             "both");
    if (s->bodies > INT_MAX)
        return gn_exit_usage("--bodies %" PRId64 " is too large", s->bodies);
    if (s->all == (call->count > 1))
        return gn_exit_usage(s->all ? "--all are all sources; name none, or "
                                      "leave --all out"
                                    : "of which sources? Name some, or write "
                                      "--all");
    for (size_t i = 1; i < call->count; i++)
        for (size_t k = 1; k < i; k++)
            if (strcmp(call->items[i], call->items[k]) == 0)
                return gn_exit_usage("%.150s is named twice", call->items[i]);
    return GN_EXIT_OK;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct garner_options options = gn_storage_options(&s->storage);
    struct garner_store *store;
    struct garner_error err = {0};
    enum gn_exit status = check(call);

    if (status != GN_EXIT_OK)
        return status;
    options.create = false;
    options.read_only = s->dry_run;
    if (garner_open(call->items[0], &options, &store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = prune(call, store);
    garner_close(store);
    return status;
}

static const struct gn_option options[] = {
    {"bodies", 0, GN_OPTION_NUMBER, "COUNT", offsetof(struct settings, bodies),
     "keep so many bodies of each source, the last ones", NULL},
    {"runs", 0, GN_OPTION_DURATION, "TIME", offsetof(struct settings, runs_ms),
     "keep the runs of this age, like 30d", NULL},
    {"all", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, all),
     "of all sources", NULL},
    {"dry-run", 'n', GN_OPTION_FLAG, NULL, offsetof(struct settings, dry_run),
     "delete nothing, say what would be", NULL},
    GN_STORAGE_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_prune = {
    .name = "prune",
    .operands = "DB SOURCE...|--all",
    .summary = "delete old runs and bodies",
    .text =
        "Deletes what is stored of sources but for what is to stay, in small "
        "steps: it may be done while a garner runs. Bodies that stay can be "
        "read as before, also those that were kept as what differs from one "
        "that goes. A source's last body stays, and that of the version it "
        "asks "
        "with (ETag); runs keep the numbers of bodies that are gone.\n"
        "\n"
        "With keep: in its file a garner that runs does so by itself. The "
        "database's file does not become smaller, but what is free in it is "
        "used again.",
    .examples = "garner prune data.db --all --bodies 20 --runs 30d --dry-run\n"
                "garner prune data.db prices news --bodies 100\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 1000,
    .run = run,
};
