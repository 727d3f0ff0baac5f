#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/url.h"
#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/collect.h"
#include "cli/jarfile.h"
#include "cli/one.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/quote.h"
#include "cli/select.h"
#include "cli/signals.h"
#include "cli/sources.h"
#include "cli/storage.h"
#include "cli/writer.h"
#include "garner/store.h"
#include "garner/write.h"

struct settings {
    struct gn_ask_flags ask;
    struct gn_format_flags format;
    bool head;    /* -I */
    bool include; /* -i */
    bool fail;
    bool silent;
    bool show_error;
    bool remote_name; /* -O */
    const char *file; /* -o */
    const char *write_out;
    struct gn_rows_flags rows;
    const char *store;
    struct gn_storage_flags storage;
};

/* Where rows wait, in a database in memory, until they are printed. */
#define PRINTED "rows"

/* What came, as the flags ask for it. */
static enum gn_exit show(const struct settings *s, const char *url,
                         struct gn_one *one)
{
    struct gn_buf out = {0};
    struct gn_buf after = {0};
    struct garner_error err = {0};
    char name[GN_ANSWER_NAME];
    const char *path = s->file != NULL ? s->file : "-";
    enum garner_code code = GARNER_OK;

    if (s->remote_name) {
        code = gn_answer_file_name(url, name, &err);
        path = name;
    }
    if (s->include || s->head)
        gn_answer_head(one, &out);
    if (out.size == 0) { /* moved, not copied: it may be large */
        out = one->body;
        one->body = (struct gn_buf){0};
    } else {
        gn_buf_append(&out, gn_buf_cstr(&one->body), one->body.size);
    }
    if (s->write_out != NULL)
        gn_answer_write_out(s->write_out, one, &after);
    if (code == GARNER_OK)
        code = gn_writer_put(path, &out, 0666, &err);
    if (code == GARNER_OK && after.size > 0)
        code = gn_writer_put("-", &after, 0666, &err);
    gn_buf_fini(&out);
    gn_buf_fini(&after);
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_output(&err);
}

static enum gn_exit trouble(const struct settings *s, enum gn_exit status,
                            const char *url, const char *what)
{
    char *shown = gn_url_redact(url);

    if (!s->silent || s->show_error)
        gn_complain("%s: %s", shown != NULL ? shown : "", what);
    gn_free(shown);
    return status;
}

/* jar: the cookies so far, and then those after it. */
static enum gn_exit fetch(const struct settings *s, struct gn_request request,
                          struct gn_buf *jar)
{
    struct garner_error err = {0};
    struct gn_one one = {0};
    enum gn_exit status;

    if (s->head)
        request.method = "HEAD";
    if (gn_one_fetch(&request, gn_buf_cstr(jar), &one, &err) != GARNER_OK) {
        status = gn_exit_error(&err);
    } else if (one.failure != GN_FAILURE_NONE) {
        status = trouble(s,
                         one.failure == GN_FAILURE_TIMEOUT ? GN_EXIT_DEADLINE
                                                           : GN_EXIT_FAILED,
                         request.url, one.error);
    } else if (s->fail && one.status >= 400) {
        char what[64];

        snprintf(what, sizeof what, "the server answered with status %d",
                 one.status);
        status = trouble(s, GN_EXIT_HTTP, request.url, what);
    } else {
        status = show(s, request.url, &one);
    }
    if (one.cookies.size > 0 || one.status != 0) { /* moved */
        gn_buf_fini(jar);
        *jar = one.cookies;
        one.cookies = (struct gn_buf){0};
    }
    gn_one_fini(&one);
    return status;
}

/* All URLs are looked at before the first is fetched. */
static enum gn_exit print_bodies(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_rows_flags none = {.params = s->rows.params};
    const struct gn_sources sources = {
        .ask = &s->ask, .rows = &none, .unconditional = true};
    struct gn_config config = {0};
    struct garner_error err = {0};
    struct gn_buf jar = {0};
    enum gn_exit status = GN_EXIT_OK;

    if (s->ask.cookie_file != NULL &&
        gn_jarfile_read(s->ask.cookie_file, &jar, &err) != GARNER_OK)
        return gn_exit_error(&err);
    if (gn_sources_build(&sources, call->items, call->count, &config, &err) !=
        GARNER_OK) {
        gn_buf_fini(&jar);
        return gn_exit_error(&err);
    }
    for (size_t i = 0; i < config.source_count; i++) {
        const enum gn_exit one = fetch(s, config.sources[i].request, &jar);

        if (one != GN_EXIT_OK)
            status = one;
    }
    if (s->ask.cookie_jar != NULL &&
        gn_jarfile_write(s->ask.cookie_jar, &jar, &err) != GARNER_OK)
        status = gn_exit_output(&err);
    gn_buf_fini(&jar);
    gn_config_fini(&config);
    return status;
}

static enum gn_exit print_rows(const struct settings *s,
                               struct garner_store *store)
{
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(&s->format, false, &status);

    if (output == NULL)
        return status;
    status = gn_select(store, "select * from " PRINTED " order by rowid", NULL,
                       0, 0, output);
    gn_output_free(output);
    return status;
}

/* Makes the table in memory that the rows wait in; columns without a type keep
 * values as they are, and a table is there when there are no rows. */
static enum garner_code make_table(struct garner_store *store,
                                   const struct gn_config *config,
                                   struct garner_error *err)
{
    struct gn_rowset columns = {0};
    struct gn_buf sql = {0};
    enum garner_code code =
        gn_prepare_columns(&config->sources[0], &columns, err);

    gn_buf_text(&sql, "create table " PRINTED " (");
    for (size_t i = 0; i < columns.column_count; i++) {
        gn_buf_text(&sql, i > 0 ? ", " : "");
        gn_quote_name(&sql, columns.columns[i]);
    }
    gn_buf_byte(&sql, ')');
    gn_rowset_fini(&columns);
    if (code == GARNER_OK && gn_buf_failed(&sql))
        code = gn_fail(err, GARNER_NOMEM, "no memory for a table");
    if (code == GARNER_OK)
        code = garner_exec(store, gn_buf_cstr(&sql), NULL, 0, NULL, err);
    gn_buf_fini(&sql);
    return code;
}

/* Stores in the database at url, or in one in memory, what the sources of
 * config give once. */
static enum gn_exit store_once(const struct settings *s, const char *url,
                               const struct gn_config *config)
{
    struct gn_collect collect = {.config = config,
                                 .store_name = url,
                                 .complain = !s->silent || s->show_error};
    const struct garner_options options = gn_storage_options(&s->storage);
    struct garner_error err = {0};
    enum gn_exit status;

    if (garner_open(url, &options, &collect.store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    gn_log_set_level(GN_LOG_ERROR);
    collect.engine.once = true;
    if (s->store == NULL &&
        make_table(collect.store, config, &err) != GARNER_OK)
        status = gn_exit_error(&err);
    else
        status = gn_collect(&collect);
    if (status == GN_EXIT_OK && s->store == NULL)
        status = print_rows(s, collect.store);
    garner_close(collect.store);
    return status;
}

/* Rows, by way of the engine: what is printed is what would be stored. */
static enum gn_exit make_rows(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct gn_rows_flags rows = s->rows;
    const struct gn_sources sources = {
        .ask = &s->ask, .rows = &rows, .unconditional = true};
    struct gn_config config = {0};
    struct garner_error err = {0};
    enum garner_code code;
    enum gn_exit status;

    if (s->file != NULL || s->remote_name || s->include || s->head ||
        s->write_out != NULL || s->ask.cookie_file != NULL ||
        s->ask.cookie_jar != NULL)
        return gn_exit_usage("--output, --remote-name, --include, --head, "
                             "--write-out and files of cookies go with a body "
                             "that is shown, not with --sql or --db");
    if (s->store == NULL && rows.table != NULL)
        return gn_exit_usage("--into %.60s: add --db FILE, where the table is",
                             rows.table);
    if (s->store == NULL)
        rows.table = PRINTED;
    code = gn_sources_build(&sources, call->items, call->count, &config, &err);
    if (code == GARNER_OK)
        code = gn_prepare_sql(&config, &err);
    if (code == GARNER_OK)
        status =
            store_once(s, s->store != NULL ? s->store : ":memory:", &config);
    else
        status = gn_exit_error(&err);
    gn_config_fini(&config);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    struct settings *s = call->settings;

    gn_ask_find_file(&s->ask);

    if (s->rows.sql != NULL || s->store != NULL)
        return make_rows(call);
    if (s->rows.table != NULL || s->rows.key.count > 0)
        return gn_exit_usage("--into and --key go with --sql and --db");
    if (s->file != NULL && call->count > 1)
        return gn_exit_usage("--output is one file, and there are %zu URLs; "
                             "use --remote-name",
                             call->count);
    return print_bodies(call);
}

#define OPTION(...) GN_OPTION(struct settings, __VA_ARGS__)

static const struct gn_option options[] = {
    GN_ASK_OPTIONS(struct settings),
    GN_ASK_PRIVATE_OPTION(struct settings),
    OPTION("cookie-jar", 'c', FILE, "FILE", ask.cookie_jar,
           "write the cookies of --cookie FILE and of servers to FILE"),
    OPTION("max-time", 'm', SECONDS, "TIME", ask.total_ms,
           "longest time for the fetch (60s)"),
    OPTION("output", 'o', FILE, "FILE", file, "write the body to FILE"),
    OPTION("remote-name", 'O', FLAG, NULL, remote_name,
           "write the body to a file named as in the URL"),
    OPTION("include", 'i', FLAG, NULL, include,
           "write the answer's headers before the body"),
    OPTION("head", 'I', FLAG, NULL, head, "ask for the headers alone (HEAD)"),
    OPTION("fail", 'f', FLAG, NULL, fail,
           "fail with exit status 22, without the body, on HTTP status 400 "
           "and up"),
    OPTION("silent", 's', FLAG, NULL, silent, "say nothing of failures"),
    OPTION("show-error", 'S', FLAG, NULL, show_error,
           "with --silent, say why it failed"),
    OPTION("write-out", 'w', TEXT, "FORMAT", write_out,
           "after the body write FORMAT, in it %{http_code}, %{time_total}, "
           "%{size_download}, %{url_effective}, %{content_type}, "
           "%{num_redirects}, \\n"),
    GN_ROWS_OPTIONS(struct settings),
    OPTION("db", 0, FILE, "DB", store,
           "store the fetch, and its rows, in this database"),
    GN_STORAGE_OPTIONS(struct settings),
    GN_FORMAT_OPTIONS(struct settings),
};

const struct gn_command gn_cmd_get = {
    .name = "get",
    .operands = "URL...",
    .summary = "fetch once: print the body or rows of it, or store it",
    .text =
        "Prints the body, as curl does, with the most used of curl's flags: a "
        "curl command that has no others may be pasted after 'garner get'. "
        "Redirects are followed and compression is undone without being "
        "asked.\n"
        "\n"
        "With --sql it prints the rows that the SQL makes of the body, a table "
        "on a terminal, else a JSON object a line. With --db it stores the "
        "fetch, and its rows with --sql and --into, as 'garner run' would.",
    .examples =
        "garner get https://example.org/x.json\n"
        "garner get -sSf -H 'Accept: text/csv' -o x.csv https://example.org/x\n"
        "garner get https://example.org/x.json --sql \"select value->>'$.id' "
        "as "
        "id\n"
        "  from json_each(:body)\" --csv\n"
        "garner get https://example.org/x.json --db data.db\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_NONE,
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
