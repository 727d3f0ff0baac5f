#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/where.h"
#include "garner/garner.h"

struct settings {
    struct gn_format_flags format;
    struct gn_storage_flags storage;
    struct gn_where_flags where;
    int64_t show;
};

/* What is asked for. */
struct question {
    const struct settings *settings;
    const char *store;  /* its name */
    const char *source; /* NULL: all of them */
};

/* ?1: the source's name, or null. */
#define FROM                                                                   \
    " from garner_quarantine q left join garner_source s on s.id = q.source"   \
    " left join garner_run r on r.id = q.run where (?1 is null or s.name = "   \
    "?1)"
#define STARTED                                                                \
    " strftime('%Y-%m-%dT%H:%M:%fZ', q.started / 1e6, 'unixepoch') as "        \
    "started,"

static const char all[] =
    "select q.id, q.run, s.name as source," STARTED
    " q.rule, r.error, q.rows, r.status as http, q.size, q.content_type,"
    " r.url" FROM " order by q.id desc";

/* What fits on a terminal. */
static const char table[] =
    "select q.id, s.name as source," STARTED
    " q.size, q.content_type, coalesce(r.error, q.rule) as error" FROM
    " order by q.id desc";

static const char body[] =
    "select case when q.rule = 'bad_rows' then q.rows when q.codec = 'zstd'"
    " then unzstd(q.data) else q.data end" FROM " and q.id = ?2";

static bool has_format(const struct gn_format_flags *f)
{
    return f->table || f->csv || f->tsv || f->json || f->nl;
}

static enum gn_exit print(struct garner_store *store, const struct question *q)
{
    const struct settings *s = q->settings;
    const struct garner_value source =
        q->source != NULL ? garner_text(q->source) : garner_null();
    const struct gn_format_flags raw = {.raw = true};
    const struct gn_format_flags *format = s->show > 0 ? &raw : &s->format;
    const bool people = !has_format(format) || format->table;
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(format, true, &status);

    if (output == NULL)
        return status;
    status =
        s->show > 0
            ? gn_select(store, body,
                        GARNER_ARGS(source, garner_integer(s->show)), 0, output)
            : gn_select(store, people ? table : all, GARNER_ARGS(source), 0,
                        output);
    gn_output_free(output);
    return status;
}

/* Whether sql gives a row; complains if it cannot be run. */
static bool any(struct garner_store *store, const char *sql,
                const struct garner_value *args, size_t count,
                enum gn_exit *status)
{
    struct garner_error err = {0};
    struct garner_rows *rows = NULL;
    enum garner_code code = garner_query(store, sql, args, count, &rows, &err);

    if (code == GARNER_OK)
        code = garner_next(rows, &err);
    if (code != GARNER_ROW && code != GARNER_DONE)
        *status = gn_exit_error(&err);
    garner_rows_close(rows);
    return code == GARNER_ROW;
}

/* What is named must be there: an empty answer would say that all is well. */
static enum gn_exit check(struct garner_store *store, const struct question *q)
{
    const int64_t id = q->settings->show;
    enum gn_exit status = GN_EXIT_OK;

    if (!any(store,
             "select 1 from sqlite_schema where name = 'garner_quarantine'",
             GARNER_ARGS(), &status) &&
        status == GN_EXIT_OK) {
        gn_complain("%s has no table garner_quarantine; 'garner run' makes it",
                    q->store);
        status = GN_EXIT_STORE;
    }
    if (status == GN_EXIT_OK && q->source != NULL &&
        !any(store, "select 1 from garner_source where name = ?",
             GARNER_ARGS(garner_text(q->source)), &status) &&
        status == GN_EXIT_OK)
        status = gn_exit_usage("no source of %s is named %.200s; 'garner "
                               "status' lists them",
                               q->store, q->source);
    if (status == GN_EXIT_OK && id > 0 &&
        !any(store, "select 1" FROM " and q.id = ?2",
             GARNER_ARGS(q->source != NULL ? garner_text(q->source)
                                           : garner_null(),
                         garner_integer(id)),
             &status) &&
        status == GN_EXIT_OK)
        status = gn_exit_usage("there is no body %" PRId64 " in quarantine; "
                               "without --show those there are are listed",
                               id);
    return status;
}

static enum gn_exit answer(const struct question *q)
{
    struct garner_store *store;
    struct garner_error err = {0};
    enum gn_exit status;

    if (gn_select_open(q->store, &q->settings->storage, 0, &store, &err) !=
        GARNER_OK)
        return gn_exit_error(&err);
    status = check(store, q);
    if (status == GN_EXIT_OK)
        status = print(store, q);
    garner_close(store);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_line(call, &s->where, 0, 1);
    struct question q = {.settings = s};
    struct gn_where where;
    enum gn_exit status;

    if (s->show > 0 && has_format(&s->format))
        return gn_exit_usage("--show prints a body as it is; leave the format "
                             "out");
    status = gn_where_find(&line.flags, &where);
    if (status != GN_EXIT_OK)
        return status;
    q.source = line.count > 0 ? line.items[0] : NULL;
    q.store = where.store;
    status = answer(&q);
    gn_where_fini(&where);
    return status;
}

static const struct gn_option options[] = {
    GN_FORMAT_OPTIONS(struct settings),
    GN_FORMAT_JSON_OPTION(struct settings),
    GN_WHERE_OPTIONS(struct settings),
    {"show", 0, GN_OPTION_NUMBER, "ID", offsetof(struct settings, show),
     "print the body of this id, byte for byte; of bad_rows, the rows", NULL},
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_quarantine = {
    .name = "quarantine",
    .operands = "[DB] [SOURCE]",
    .summary = "list what was not as expected, and show it",
    .text =
        "Prints a line for each body that broke a rule of expect in the file, "
        "of one source or all, the newest first: its id, its source, when it "
        "was fetched, and what was expected and found. The other formats have "
        "the rule, the rows that broke it, the run and the URL, too. Rows that "
        "a table refused (bad_rows) have a line as well. The 20 newest of a "
        "source are kept. Nothing was made of them, and nothing is changed "
        "here." GN_WHERE_TEXT "; the operand is SOURCE then.",
    .examples = "garner quarantine data.db\n"
                "garner quarantine -c garner.yaml rates --json\n"
                "garner quarantine data.db --show 17 | less\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 2,
    .run = run,
};
