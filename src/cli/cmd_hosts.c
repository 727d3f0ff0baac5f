#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/where.h"

struct settings {
    struct gn_where_flags where;
    struct gn_format_flags format;
    struct gn_storage_flags storage;
};

#define UTC(us) "strftime('%Y-%m-%dT%H:%M:%fZ', " us " / 1e6, 'unixepoch')"

/* A line a host. ?1: the wall clock in microseconds. */
#define HOSTS(columns)                                                         \
    "with line as (select name as host, requests, not_modified,"               \
    " round(100.0 * not_modified / nullif(requests, 0), 1) as"                 \
    " not_modified_percent,"                                                   \
    " errors, bytes, " UTC("since") " as since, " UTC(                         \
        "last") " as last_request,"                                            \
                " round((?1 - last) / 1e6, 1) as age_s, failures,"             \
                " case when openings = 0 then 'closed' when open_until > ?1 "  \
                "then 'open'"                                                  \
                " else 'trying' end as circuit,"                               \
                " nullif(max(iif(openings > 0, coalesce(open_until, 0), 0),"   \
                " coalesce(off_until, 0), coalesce(next, 0), ?1), ?1) as "     \
                "until"                                                        \
                " from garner_host),"                                          \
                " shown as (select line.*, round((until - ?1) / 1e6, 1) as "   \
                "wait_s,"                                                      \
                " " UTC("until") " as next_allowed from line)"                 \
                                 " select " columns                            \
                                 " from shown order by requests desc, host"

static const char hosts[] =
    HOSTS("host, requests, not_modified, not_modified_percent, errors, bytes,"
          " since, last_request, age_s, failures, circuit, wait_s,"
          " next_allowed");

/* What fits on a terminal. */
static const char table[] =
    HOSTS("host, requests, not_modified_percent as '304 %', errors, bytes,"
          " substr(since, 1, 10) as since, age_s, circuit, wait_s");

static const char has_table[] =
    "select count(*) from sqlite_schema where name = 'garner_host'";

/* Whether the store has that; false also after a complaint, which is *status.
 */
static bool is_there(struct garner_store *store, const char *url,
                     enum gn_exit *status)
{
    struct garner_error err = {0};
    struct garner_rows *rows = NULL;
    bool there = false;

    if (garner_query(store, has_table, GARNER_ARGS(), &rows, &err) ==
            GARNER_OK &&
        garner_next(rows, &err) == GARNER_ROW) {
        there = garner_column(rows, 0).integer > 0;
        *status = there ? GN_EXIT_OK : GN_EXIT_STORE;
        if (!there)
            gn_complain("%s tells nothing of hosts; 'garner run' and 'garner "
                        "get --db' keep that",
                        url);
    } else {
        *status = gn_exit_error(&err);
    }
    garner_rows_close(rows);
    return there;
}

static enum gn_exit show(const char *url, const struct settings *s)
{
    const struct gn_format_flags *f = &s->format;
    const bool people = !f->csv && !f->tsv && !f->json && !f->nl && !f->raw;
    enum gn_exit status = GN_EXIT_OK;
    struct gn_output *output = gn_select_output(f, true, &status);
    struct garner_store *store = NULL;
    struct garner_error err = {0};

    if (output == NULL)
        return status;
    if (gn_select_open(url, &s->storage, 0, &store, &err) != GARNER_OK)
        status = gn_exit_error(&err);
    else if (is_there(store, url, &status))
        status = gn_select(store, people ? table : hosts,
                           GARNER_ARGS(garner_integer(gn_clock_wall_us())), 0,
                           output);
    garner_close(store);
    gn_output_free(output);
    return status;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    const struct gn_where_line line = gn_where_line(call, &s->where, 0, 0);
    struct gn_where where;
    enum gn_exit status = gn_where_find(&line.flags, &where);

    if (status == GN_EXIT_OK) {
        status = show(where.store, s);
        gn_where_fini(&where);
    }
    return status;
}

static const struct gn_option options[] = {
    GN_WHERE_OPTIONS(struct settings),
    GN_FORMAT_OPTIONS(struct settings),
    GN_FORMAT_JSON_OPTION(struct settings),
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_hosts = {
    .name = "hosts",
    .operands = "[DB]",
    .summary = "say what is asked of each host",
    .text =
        "Prints a line a host (scheme, name and port), those that are asked "
        "most first: how many requests it got, the share of them that only "
        "said that nothing had changed (304), errors and bytes, since when, "
        "and how long ago the last one was. A circuit is open while the host "
        "is left alone since it failed; wait_s is for how long no fetch with "
        "a limit of its own may begin there, by that, by its Retry-After or "
        "by the interval between fetches. The other formats tell more. It may "
        "be asked while a garner runs, which is behind by a second at "
        "most." GN_WHERE_TEXT ".",
    .examples = "garner hosts data.db\n"
                "garner hosts -c garner.yaml --json\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .operand = GN_OPERAND_FILE,
    .most = 1,
    .run = run,
};
