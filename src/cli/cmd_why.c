#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/unit.h"
#include "cli/logged.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/print.h"
#include "cli/select.h"
#include "cli/sent.h"
#include "cli/text.h"
#include "cli/timing.h"
#include "cli/where.h"
#include "config/load.h"
#include "garner/garner.h"

enum { RUNS = 10, LABEL = 13 };

struct settings {
    struct gn_where_flags where;
    struct gn_storage_flags storage;
};

/* What the store knows of a source. */
struct known {
    bool paused;
    bool retired;
    int64_t off_until_us; /* 0: it is not put off */
    int64_t tried;        /* 0: it is not to be tried again */
    int64_t interval_ms;  /* that its interval has come to; 0: it stays */
    int64_t next_us;      /* when its next slot is; 0: that is not kept */
    int64_t urls;         /* of its last pass; 0: it has one, or none yet */
    int64_t urls_left;
    struct gn_buf url;
    struct gn_buf etag;     /* empty: none */
    struct gn_buf modified; /* empty: none */
};

/* A line "label     text". */
static void say(struct gn_buf *out, const char *label, const char *text)
{
    gn_buf_printf(out, "%-*s", LABEL, label);
    (void)gn_text_show(out, text, strlen(text), SIZE_MAX);
    gn_buf_byte(out, '\n');
}

/* --- the store ----------------------------------------------------------- */

static void take_text(struct garner_rows *rows, size_t column,
                      struct gn_buf *out)
{
    const struct garner_value v = garner_column(rows, column);

    if (v.type == GARNER_TEXT)
        gn_buf_append(out, v.bytes.data, v.bytes.size);
}

static int64_t take_integer(struct garner_rows *rows, size_t column)
{
    const struct garner_value v = garner_column(rows, column);

    return v.type == GARNER_INTEGER ? v.integer : 0;
}

static void forget(struct known *k)
{
    gn_buf_fini(&k->url);
    gn_buf_fini(&k->etag);
    gn_buf_fini(&k->modified);
}

static enum garner_code recall(struct garner_store *store, const char *name,
                               struct known *k, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select paused, retired, off_until, tried, url, etag, modified,"
        " coalesce(interval, 0) / 1000, next_due"
        " from garner_source where name = ?",
        GARNER_ARGS(garner_text(name)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW) {
        k->paused = take_integer(rows, 0) != 0;
        k->retired = take_integer(rows, 1) != 0;
        k->off_until_us = take_integer(rows, 2);
        k->tried = take_integer(rows, 3);
        take_text(rows, 4, &k->url);
        take_text(rows, 5, &k->etag);
        take_text(rows, 6, &k->modified);
        k->interval_ms = take_integer(rows, 7);
        k->next_us = take_integer(rows, 8);
    }
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND,
                       "the store has no source named \"%.100s\"; 'garner "
                       "status' lists them",
                       name);
    return code == GARNER_ROW ? GARNER_OK : code;
}

/* The URLs of a source that has many. Tables of older ones know of none. */
static enum garner_code recall_urls(struct garner_store *store,
                                    const char *name, struct known *k,
                                    struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select 1 from pragma_table_info('garner_source') where name = 'pass'",
        NULL, 0, &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    if (code != GARNER_ROW)
        return code == GARNER_DONE ? GARNER_OK : code;
    code = garner_query(store,
                        "select count(*), sum(f.pass < s.pass)"
                        " from garner_source s join garner_frontier f"
                        " on f.source = s.id"
                        " and f.pass between s.pass - 1 and s.pass"
                        " where s.name = ?",
                        GARNER_ARGS(garner_text(name)), &rows, err);
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW) {
        k->urls = take_integer(rows, 0);
        k->urls_left = take_integer(rows, 1);
    }
    garner_rows_close(rows);
    return code == GARNER_ROW ? GARNER_OK : code;
}

/* --- state and next run -------------------------------------------------- */

/* Those "key <tab> value". */
static void say_lines(struct gn_buf *out, const struct gn_buf *lines)
{
    const char *line = gn_buf_cstr(lines);

    while (*line != '\0') {
        const size_t key = strcspn(line, "\t\n");
        const size_t end = strcspn(line, "\n");

        if (line[key] == '\t') {
            gn_buf_printf(out, "%-*.*s", LABEL, (int)key, line);
            (void)gn_text_show(out, line + key + 1, end - key - 1, SIZE_MAX);
            gn_buf_byte(out, '\n');
        }
        line += end + (line[end] == '\n');
    }
}

static void say_put_off(struct gn_buf *out, const struct known *k)
{
    const int64_t left_us = k->off_until_us - gn_clock_wall_us();
    char text[128];
    char left[32];

    if (k->off_until_us == 0 || left_us <= 0)
        return;
    gn_text_duration(left_us, left);
    if (k->tried > 0)
        snprintf(text, sizeof text,
                 "for %s more, then it is tried again (tried %lld times)", left,
                 (long long)k->tried);
    else
        snprintf(text, sizeof text,
                 "for %s more, as the server asked (Retry-After)", left);
    say(out, "put off", text);
}

/* Where its schedule would go on. */
static void say_next(struct gn_buf *out, const struct known *k)
{
    const int64_t left_us = k->next_us - gn_clock_wall_us();
    char text[128];
    char left[32];

    if (k->next_us == 0 || k->paused || k->retired)
        return;
    gn_text_duration(left_us > 0 ? left_us : -left_us, left);
    if (left_us > 0)
        snprintf(text, sizeof text,
                 "in %s, by its schedule, if a collector runs then", left);
    else
        snprintf(text, sizeof text, "it was due %s ago, and no collector ran",
                 left);
    say(out, "next", text);
}

/* Without a collector: what one would find. */
static void say_rest(struct gn_buf *out, const struct known *k)
{
    say(out, "state",
        k->paused ? "paused; no collector runs"
                  : "no collector runs; 'garner run' starts one");
    say_next(out, k);
    say_put_off(out, k);
}

/* What is left of its URLs, if it has many. */
static void say_urls(struct gn_buf *out, const struct known *k)
{
    struct gn_buf line = {0};

    if (k->urls == 0)
        return;
    if (k->urls_left > 0)
        gn_buf_printf(&line, "%" PRId64 " of %" PRId64 " are left to be done",
                      k->urls_left, k->urls);
    else
        gn_buf_printf(&line, "all %" PRId64 " are done, until the next pass",
                      k->urls);
    say(out, "URLs", gn_buf_cstr(&line));
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
}

static void say_schedule(struct gn_buf *out, const struct gn_source *source,
                         const struct known *k)
{
    struct gn_buf line = {0};
    char age[32];

    gn_timing_schedule(source, k->interval_ms, &line);
    say(out, "schedule", gn_buf_cstr(&line));
    gn_buf_clear(&line);
    if (source->max_age_ms > 0) {
        gn_unit_format_duration(source->max_age_ms, age);
        gn_buf_printf(&line, "%s after its last good run (max_age)", age);
        say(out, "stale", gn_buf_cstr(&line));
    }
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
}

/* --- what would be sent -------------------------------------------------- */

static void say_sent(struct gn_buf *out, const struct gn_source *source,
                     const struct known *k)
{
    const struct gn_sent known = {gn_buf_cstr(&k->url), gn_buf_cstr(&k->etag),
                                  gn_buf_cstr(&k->modified)};
    struct gn_buf lines = {0};

    gn_sent_tell(source, &known, &lines);
    say_lines(out, &lines);
    out->failed = out->failed || gn_buf_failed(&lines);
    gn_buf_fini(&lines);
}

/* From the file, as far as it can be read here. */
static void say_file(struct gn_buf *out, const char *path, const char *name,
                     const struct known *k)
{
    struct gn_lookup lookup = {0};
    const struct gn_values_way way = gn_lookup_way(&lookup);
    struct gn_config config;
    struct garner_error err;

    if (path == NULL) {
        say(out, "sends", gn_buf_cstr(&k->url));
        return;
    }
    if (gn_config_load_with(path, &way, &config, NULL, &err) != GARNER_OK) {
        say(out, "file", err.message);
        return;
    }
    for (size_t i = 0; i < config.source_count; i++) {
        if (strcmp(config.sources[i].name, name) != 0)
            continue;
        say_schedule(out, &config.sources[i], k);
        say_sent(out, &config.sources[i], k);
    }
    gn_config_fini(&config);
}

/* --- the screen ---------------------------------------------------------- */

static enum garner_code explain(const struct gn_where_line *line,
                                const struct gn_where *where,
                                struct garner_store *store, struct gn_buf *out,
                                struct garner_error *err)
{
    const char *name = line->items[0];
    const char *const words[] = {"look", name};
    struct gn_buf answer = {0};
    struct known k = {0};
    enum garner_code code = recall(store, name, &k, err);

    if (code == GARNER_OK)
        code = recall_urls(store, name, &k, err);
    if (code == GARNER_OK) {
        say(out, "source", name);
        if (k.retired)
            say(out, "retired", "the file has it no more");
        if (gn_where_ask(where, words, 2, &answer, NULL) == GARNER_OK)
            say_lines(out, &answer);
        else
            say_rest(out, &k);
        say_urls(out, &k);
        say_file(out, line->flags.config, name, &k);
        gn_buf_text(out, "\n");
        code = gn_logged_lines(store, name, 0, RUNS, out, err);
    }
    gn_buf_fini(&answer);
    forget(&k);
    return code;
}

static enum gn_exit with_store(const struct settings *s,
                               const struct gn_where_line *line,
                               const struct gn_where *where)
{
    struct garner_store *store;
    struct gn_buf text = {0};
    struct garner_error err = {0};
    enum garner_code code =
        gn_select_open(where->store, &s->storage, 0, &store, &err);

    if (code == GARNER_OK) {
        code = explain(line, where, store, &text, &err);
        garner_close(store);
    }
    if (code == GARNER_OK)
        return gn_print(&text);
    gn_buf_fini(&text);
    return gn_exit_error(&err);
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_line(call, &s->where, 1, 1);
    struct gn_where where;
    enum gn_exit status = gn_where_find(&line.flags, &where);

    if (status == GN_EXIT_OK) {
        status = with_store(s, &line, &where);
        gn_where_fini(&where);
    }
    return status;
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_why = {
    .name = "why",
    .operands = "[DB] SOURCE",
    .summary = "say how a source stands, and why it is fetched when it is",
    .text =
        "Prints what a source is doing, when it is fetched next and why then "
        "(its schedule, a retry, a pause, a server that asked for time, a host "
        "that is left alone), what is left of its URLs, if it has many, what "
        "is "
        "sent, with secrets and credentials hidden, and its last ten fetches. "
        "It asks the collector of the store; without one, it says what the "
        "store and the file know." GN_WHERE_TEXT ".",
    .examples = "garner why ticker --config garner.yaml\n"
                "garner why data.db ticker\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 2,
    .run = run,
};
