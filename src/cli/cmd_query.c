#include "cli/commands.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/params.h"
#include "cli/select.h"
#include "cli/storage.h"
#include "cli/text.h"
#include "garner/garner.h"

struct settings {
    struct gn_format_flags format;
    struct gn_texts params;
    bool write;
    struct gn_storage_flags storage;
    int64_t timeout_ms;
};

static enum gn_exit write_once(const char *url, const struct settings *s,
                               const char *sql, const struct garner_value *args,
                               size_t count)
{
    struct garner_options options = gn_storage_options(&s->storage);
    struct garner_store *store;
    struct garner_error err = {0};
    struct garner_result result = {0};
    enum garner_code code;

    options.create = strstr(url, ":memory:") != NULL;
    if (s->timeout_ms > 0)
        options.timeout_ms =
            s->timeout_ms < INT_MAX ? (int)s->timeout_ms : INT_MAX;
    if (garner_open(url, &options, &store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    if (garner_shard_count(store) > 1) {
        gn_complain("%s is a farm of %zu databases: write to them one by one "
                    "(%s/000.db ...)",
                    url, garner_shard_count(store), url);
        garner_close(store);
        return GN_EXIT_USAGE;
    }
    code = garner_exec(store, sql, args, count, &result, &err);
    garner_close(store);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    fprintf(stderr, "%" PRId64 " row%s changed\n", result.changes,
            gn_text_plural((uint64_t)result.changes));
    return GN_EXIT_OK;
}

static enum gn_exit read_rows(const char *url, const struct settings *s,
                              const char *sql, const struct garner_value *args,
                              size_t count)
{
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(&s->format, false, &status);
    struct garner_store *store;
    struct garner_error err = {0};

    if (output == NULL)
        return status;
    if (gn_select_open(url, &s->storage, s->timeout_ms, &store, &err) ==
        GARNER_OK) {
        status = gn_select(store, sql, args, count, s->timeout_ms, output);
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
    const char *sql = call->items[1];
    struct garner_value args[GN_PARAMS_MAX];
    struct garner_error err = {0};
    size_t count;

    if (gn_params_bind(sql, s->params.items, s->params.count, args, &count,
                       &err) != GARNER_OK)
        return gn_exit_usage("%s", err.message);
    return s->write ? write_once(call->items[0], s, sql, args, count)
                    : read_rows(call->items[0], s, sql, args, count);
}

static const struct gn_option options[] = {
    GN_FORMAT_OPTIONS(struct settings),
    GN_FORMAT_JSON_OPTION(struct settings),
    {"param", 'p', GN_OPTION_LIST, "NAME=VALUE",
     offsetof(struct settings, params),
     "the value of :NAME in the SQL; may be repeated", NULL},
    {"write", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, write),
     "run a statement that writes, and say how many rows it changed", NULL},
    GN_STORAGE_OPTIONS(struct settings),
    {"timeout", 0, GN_OPTION_DURATION, "TIME",
     offsetof(struct settings, timeout_ms),
     "give up after this time; the exit status is then 124", NULL},
};

const struct gn_command gn_cmd_query = {
    .name = "query",
    .operands = "DB SQL",
    .summary = "run SQL on a store and print the rows",
    .text =
        "Reads beside a running garner, without stopping it or being stopped, "
        "and where nothing may be written (a read-only mount). "
        "DB is a file or a URL (sqlite:FILE), or the folder of a farm: then "
        "the "
        "rows of all its shards come, one shard after the other. A terminal "
        "gets a table; a pipe "
        "or a file gets a JSON object a line, unless a flag says otherwise. "
        "Rows are written as they come and not kept; those too wide for the "
        "terminal have a line a value.\n"
        "\n"
        "NULL is an empty field in CSV (an empty text is \"\"), \\N in TSV. "
        "Bytes are base64 in CSV and TSV, {\"$base64\": true, \"encoded\": "
        "...} in JSON; --raw writes them as they are.\n"
        "\n"
        "A value that is written as a number is one to the SQL, all else is "
        "text. body_of(id) gives the body of a fetch back, which garner_body "
        "has compressed; so does garner body, with the number of a run.",
    .examples =
        "garner query data.db \"select * from garner_log limit 10\"\n"
        "garner query data.db \"select * from ticker where symbol = :s\" "
        "-p s=ABC --csv\n"
        "garner query data.db --raw \"select body_of(max(id)) from "
        "garner_body\"\n"
        "garner query data.db --write \"delete from ticker where price < 0\"\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 2,
    .most = 2,
    .run = run,
};
