#include "cli/commands.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/dump.h"
#include "cli/named.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/signals.h"
#include "cli/storage.h"

struct settings {
    struct gn_format_flags format;
    struct gn_storage_flags storage;
    const char *config;
    const char *file;
    bool sql;
};

/* What is taken out: tables, or what a SELECT gives. */
struct job {
    const struct settings *settings;
    const char *store;
    const char *select; /* NULL: tables */
    const char **tables;
    size_t count;
    int fd;           /* where to */
    const char *name; /* of that, for messages */
};

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text);
    const size_t m = strlen(end);

    return n > m && strcasecmp(text + n - m, end) == 0;
}

/* The flags' format, else what the file's name ends in, else NL. */
static enum gn_exit choose(const struct job *j, enum gn_format *format,
                           bool *sql)
{
    const struct settings *s = j->settings;
    const char *file = s->file != NULL ? s->file : "";
    const bool any = s->format.csv || s->format.json || s->format.nl;
    struct garner_error err = {0};

    if (gn_format_choose(&s->format, false, format, &err) != GARNER_OK ||
        (any && s->sql))
        return gn_exit_usage("choose one of --csv --nl --json --sql");
    *sql = s->sql || (!any && ends_in(file, ".sql"));
    if (!any && ends_in(file, ".csv"))
        *format = GN_FORMAT_CSV;
    if (!any && ends_in(file, ".json"))
        *format = GN_FORMAT_JSON;
    if (*sql && j->select != NULL)
        return gn_exit_usage("--sql writes tables; take --csv, --json or --nl "
                             "for what a SELECT gives");
    if (!*sql && j->count > 1)
        return gn_exit_usage("the source has %zu tables, which only --sql puts "
                             "into one file; else name one: 'garner export DB "
                             "%.100s'",
                             j->count, j->tables[0]);
    return GN_EXIT_OK;
}

static enum gn_exit failed(const struct garner_error *err)
{
    if (err->code != GARNER_NOTFOUND)
        return gn_exit_error(err);
    return gn_exit_usage("%s", err->message);
}

static enum gn_exit dump(const struct job *j, struct garner_store *store)
{
    struct gn_writer w = {.fd = j->fd, .name = j->name};
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;

    gn_dump_begin(&w);
    for (size_t i = 0; i < j->count && code == GARNER_OK; i++)
        code = gn_dump_table(store, j->tables[i], &w, &err);
    gn_dump_end(&w);
    if (code == GARNER_OK)
        code = gn_writer_flush(&w, &err);
    gn_writer_fini(&w);
    if (code == GARNER_OK)
        return GN_EXIT_OK;
    return code == GARNER_CLOSED ? gn_exit_output(&err) : failed(&err);
}

static enum gn_exit select_rows(const struct job *j, enum gn_format format,
                                struct garner_store *store)
{
    struct gn_output *output = NULL;
    struct garner_error err = {0};
    struct gn_buf sql = {0};
    enum gn_exit status;

    if (j->select != NULL) {
        gn_buf_text(&sql, j->select);
    } else {
        gn_buf_text(&sql, "select * from \"");
        for (const char *at = j->tables[0]; *at != '\0'; at++) {
            gn_buf_text(&sql, *at == '"' ? "\"" : "");
            gn_buf_byte(&sql, *at);
        }
        gn_buf_byte(&sql, '"');
    }
    if (gn_buf_failed(&sql))
        (void)gn_fail(&err, GARNER_NOMEM, "out of memory for a query");
    else
        (void)gn_output_new(j->fd, format, 0, false, &output, &err);
    if (output != NULL)
        gn_output_name(output, j->name);
    status = err.code != GARNER_OK ? gn_exit_error(&err)
                                   : gn_select(store, gn_buf_cstr(&sql),
                                               GARNER_ARGS(), 0, output);
    gn_output_free(output);
    gn_buf_fini(&sql);
    return status;
}

static enum gn_exit write_out(const struct job *j, enum gn_format format,
                              bool sql)
{
    struct garner_store *store = NULL;
    struct garner_error err = {0};
    enum gn_exit status;

    if (gn_select_open(j->store, &j->settings->storage, 0, &store, &err) !=
        GARNER_OK)
        return gn_exit_error(&err);
    status = sql ? dump(j, store) : select_rows(j, format, store);
    garner_close(store);
    return status;
}

/* It only reads, so nothing else is to be put in order. */
static void interrupted(void *context, int times)
{
    (void)times;
    (void)unlink(context);
    gn_complain("interrupted; nothing is left of it");
    _exit(GN_EXIT_INTERRUPTED);
}

static enum gn_exit to_file(struct job *j, enum gn_format format, bool sql)
{
    struct gn_newfile file;
    struct gn_signals *signals = NULL;
    struct gn_signals_calls calls = {.end = interrupted};
    struct garner_error err = {0};
    struct stat st;
    enum gn_exit status;

    if (stat(j->name, &st) == 0 && !S_ISREG(st.st_mode))
        return gn_exit_usage("--output %.200s: that is no file; leave it out, "
                             "and write '> %.200s'",
                             j->name, j->name);
    if (gn_outfile_begin(&file, j->name, &err) != GARNER_OK)
        return failed(&err);
    calls.context = file.temporary;
    gn_signals_block();
    if (gn_signals_start(&calls, &signals, &err) != GARNER_OK) {
        gn_newfile_end(&file);
        return gn_exit_error(&err);
    }
    j->fd = file.fd;
    status = write_out(j, format, sql);
    gn_signals_stop(signals);
    if (status == GN_EXIT_OK && gn_newfile_keep(&file, &err) != GARNER_OK)
        status = gn_exit_error(&err);
    gn_newfile_end(&file);
    return status;
}

static enum gn_exit export_job(struct job *j)
{
    enum gn_format format = GN_FORMAT_NL;
    bool sql = false;
    enum gn_exit status = choose(j, &format, &sql);

    if (status != GN_EXIT_OK)
        return status;
    if (j->settings->file == NULL || strcmp(j->settings->file, "-") == 0) {
        j->fd = STDOUT_FILENO;
        j->name = "standard output";
        return write_out(j, format, sql);
    }
    j->name = j->settings->file;
    return to_file(j, format, sql);
}

/* Each table once, however many of the source's SQL write to it. */
static void add_tables(struct job *j, const struct gn_source *source)
{
    for (size_t i = 0; i < source->row_spec_count; i++) {
        bool known = false;

        for (size_t k = 0; k < j->count; k++)
            known =
                known || strcasecmp(j->tables[k], source->rows[i].table) == 0;
        if (!known)
            j->tables[j->count++] = source->rows[i].table;
    }
}

static enum gn_exit of_source(struct job *j, const char *name)
{
    struct gn_config config;
    enum gn_exit status = gn_named_load(j->settings->config, name, &config);

    if (status != GN_EXIT_OK)
        return status;
    j->store = config.store;
    j->tables =
        gn_alloc((config.sources[0].row_spec_count + 1) * sizeof j->tables[0]);
    if (j->tables == NULL) {
        gn_complain("out of memory");
        status = GN_EXIT_STORE;
    } else {
        add_tables(j, &config.sources[0]);
        if (j->store == NULL)
            status = gn_exit_usage("%s names no store", j->settings->config);
        else if (j->count == 0)
            status = gn_exit_usage("source %s makes no rows; its bodies are in "
                                   "the table garner_body",
                                   name);
        else
            status = export_job(j);
    }
    gn_free(j->tables);
    gn_config_fini(&config);
    return status;
}

static bool is_select(const char *text)
{
    static const char *const words[] = {"select", "with", "values"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t n = strlen(words[i]);

        if (strncasecmp(text, words[i], n) == 0 &&
            strchr(" \t\n(", text[n]) != NULL && text[n] != '\0')
            return true;
    }
    return false;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct job j = {.settings = s};
    const char *table;

    if (s->config != NULL && call->count == 1)
        return of_source(&j, call->items[0]);
    if (s->config != NULL)
        return gn_exit_usage("with --config FILE the operand is a source: its "
                             "tables are taken out");
    if (call->count < 2)
        return gn_exit_usage("garner export needs a DB and a TABLE or a "
                             "SELECT, or a SOURCE with --config FILE");
    j.store = call->items[0];
    table = call->items[1];
    if (is_select(table)) {
        j.select = table;
    } else {
        j.tables = &table;
        j.count = 1;
    }
    return export_job(&j);
}

static const struct gn_option options[] = {
    {"config", 'c', GN_OPTION_FILE, "FILE", offsetof(struct settings, config),
     "the operand is a source of this file: take out its tables", NULL},
    {"output", 'o', GN_OPTION_FILE, "FILE", offsetof(struct settings, file),
     "write to FILE, which appears when it is whole", NULL},
    GN_FORMAT_OPTION(struct settings, "csv", 0, csv,
                     "write CSV with a head line (RFC 4180)"),
    GN_FORMAT_OPTION(struct settings, "nl", 0, nl,
                     "write a JSON object a line (the default)"),
    GN_FORMAT_JSON_OPTION(struct settings),
    {"sql", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, sql),
     "write SQL that makes the table again: its schema, and INSERTs", NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_export = {
    .name = "export",
    .operands = "DB TABLE|SQL",
    .summary = "write a table to a file, or what a SELECT gives",
    .text =
        "Writes a table, what a SELECT gives, or (garner export SOURCE -c "
        "FILE) the tables of a source, as of one moment each, while others "
        "write. Without a flag for it the format is what the FILE's name ends "
        "in: .csv, .json, .sql, and else a JSON object a line.\n"
        "\n"
        "In CSV and JSON numbers, texts and NULL are as garner query prints "
        "them, blobs in base64. --sql keeps all: types, blobs, indexes and "
        "triggers; sqlite3 reads it back. A file is written beside FILE and "
        "put in its place when it is whole, so that a failure leaves what was "
        "there.",
    .examples = "garner export data.db price -o price.csv\n"
                "garner export data.db \"select * from price where price > "
                "100\" --json\n"
                "garner export data.db price --sql | sqlite3 copy.db\n"
                "garner export rates -c garner.yaml -o rates.sql\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .least = 1,
    .most = 2,
    .run = run,
};
