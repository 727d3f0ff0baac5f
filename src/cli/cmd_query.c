#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/params.h"
#include "cli/terminal.h"
#include "garner/garner.h"

struct settings {
    struct gn_format_flags format;
    struct gn_texts params;
    bool write;
    int64_t timeout_ms;
};

/* A query on its way to standard output. */
struct job {
    const struct settings *settings;
    struct garner_store *store;
    const char *sql;
    struct garner_value args[GN_PARAMS_MAX];
    size_t arg_count;
    struct gn_output *output;
};

/* Names the columns. A result of very many is refused by SQLite before. */
static enum garner_code begin(struct job *job, const struct garner_rows *rows,
                              struct garner_error *err)
{
    const size_t count = garner_columns(rows);
    const char **names = gn_alloc((count + 1) * sizeof *names);
    enum garner_code code;

    if (names == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for column names");
    for (size_t i = 0; i < count; i++)
        names[i] = garner_column_name(rows, i);
    code = gn_output_columns(job->output, names, count, err);
    gn_free(names);
    return code;
}

static enum gn_exit pass_rows(struct job *job, struct garner_rows *rows,
                              struct garner_value *values)
{
    const size_t count = garner_columns(rows);
    struct garner_error err = {0};
    enum garner_code code;

    while ((code = garner_next(rows, &err)) == GARNER_ROW) {
        enum garner_code written;

        for (size_t i = 0; i < count; i++)
            values[i] = garner_column(rows, i);
        written = gn_output_row(job->output, values, &err);
        if (written == GARNER_DONE)
            break;
        if (written != GARNER_OK)
            return gn_exit_output(&err);
    }
    if (code != GARNER_ROW && code != GARNER_DONE) {
        const enum gn_exit status = gn_exit_error(&err);

        /* What came before the error is shown too. */
        return gn_output_end(job->output, &err) == GARNER_OK
                   ? status
                   : gn_exit_output(&err);
    }
    return gn_output_end(job->output, &err) == GARNER_OK ? GN_EXIT_OK
                                                         : gn_exit_output(&err);
}

static enum gn_exit read_rows(struct job *job)
{
    struct garner_error err = {0};
    struct garner_rows *rows = NULL;
    struct garner_value *values;
    enum gn_exit status;

    if (garner_query(job->store, job->sql, job->args, job->arg_count, &rows,
                     &err) != GARNER_OK)
        return gn_exit_error(&err);
    if (job->settings->timeout_ms > 0)
        garner_rows_set_timeout(rows, (int)job->settings->timeout_ms);
    values = gn_alloc((garner_columns(rows) + 1) * sizeof *values);
    if (values == NULL) {
        gn_complain("no memory for a row");
        status = GN_EXIT_STORE;
    } else if (begin(job, rows, &err) != GARNER_OK) {
        status = gn_exit_output(&err);
    } else {
        status = pass_rows(job, rows, values);
    }
    gn_free(values);
    garner_rows_close(rows);
    return status;
}

static enum gn_exit write_once(struct job *job)
{
    struct garner_error err = {0};
    struct garner_result result = {0};

    if (garner_exec(job->store, job->sql, job->args, job->arg_count, &result,
                    &err) != GARNER_OK)
        return gn_exit_error(&err);
    fprintf(stderr, "%" PRId64 " row%s changed\n", result.changes,
            result.changes == 1 ? "" : "s");
    return GN_EXIT_OK;
}

static enum gn_exit with_store(struct job *job, const char *url)
{
    const bool memory = strstr(url, ":memory:") != NULL;
    struct garner_options options;
    struct garner_error err = {0};
    enum gn_exit status;

    garner_options_init(&options);
    options.read_only = !job->settings->write && !memory;
    options.create = memory;
    if (job->settings->timeout_ms > 0)
        options.timeout_ms = (int)job->settings->timeout_ms;
    if (garner_open(url, &options, &job->store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = job->settings->write ? write_once(job) : read_rows(job);
    garner_close(job->store);
    return status;
}

static int run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const bool terminal = gn_terminal_is(STDOUT_FILENO);
    struct job job = {.settings = s, .sql = call->items[1]};
    struct garner_error err = {0};
    enum gn_format format;
    size_t columns = 0;
    size_t rows;
    enum gn_exit status;

    if (gn_format_choose(&s->format, terminal, &format, &err) != GARNER_OK ||
        gn_params_bind(job.sql, s->params.items, s->params.count, job.args,
                       &job.arg_count, &err) != GARNER_OK)
        return gn_exit_usage("%s", err.message);
    if (s->timeout_ms > INT32_MAX)
        return gn_exit_usage("--timeout: at most 24d");
    if (terminal)
        gn_terminal_size(STDOUT_FILENO, &columns, &rows);
    if (gn_output_new(STDOUT_FILENO, format, columns,
                      gn_terminal_color(STDOUT_FILENO), &job.output,
                      &err) != GARNER_OK)
        return (int)gn_exit_error(&err);
    status = with_store(&job, call->items[0]);
    gn_output_free(job.output);
    return (int)status;
}

static const struct gn_option options[] = {
    GN_FORMAT_OPTIONS(struct settings),
    {"param", 'p', GN_OPTION_LIST, "NAME=VALUE",
     offsetof(struct settings, params),
     "the value of :NAME in the SQL; may be repeated", NULL},
    {"write", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, write),
     "run a statement that writes, and say how many rows it changed", NULL},
    {"timeout", 0, GN_OPTION_DURATION, "TIME",
     offsetof(struct settings, timeout_ms),
     "give up after this time; the exit status is then 124", NULL},
};

const struct gn_command gn_cmd_query = {
    .name = "query",
    .operands = "DB SQL",
    .summary = "run SQL on a store and print the rows",
    .text =
        "Reads beside a running garner, without stopping it or being stopped. "
        "DB is a file or a URL (sqlite:FILE). A terminal gets a table; a pipe "
        "or a file gets a JSON object a line, unless a flag says otherwise. "
        "Rows are written as they come and not kept.\n"
        "\n"
        "NULL is an empty field in CSV (an empty text is \"\"), \\N in TSV. "
        "Bytes are base64 in CSV and TSV, {\"$base64\": true, \"encoded\": "
        "...} in JSON; --raw writes them as they are.\n"
        "\n"
        "A value that is written as a number is one to the SQL, all else is "
        "text.",
    .examples =
        "garner query data.db \"select * from garner_log limit 10\"\n"
        "garner query data.db \"select * from ticker where symbol = :s\" "
        "-p s=ABC --csv\n"
        "garner query data.db --write \"delete from ticker where price < 0\"\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 2,
    .run = run,
};
