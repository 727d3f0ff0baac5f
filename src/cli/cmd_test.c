#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "cli/compare.h"
#include "cli/diffout.h"
#include "cli/maker.h"
#include "cli/named.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/sample.h"
#include "cli/select.h"
#include "cli/storage.h"
#include "cli/stored.h"
#include "cli/trail.h"
#include "fetch/nextpage.h"

struct settings {
    struct gn_format_flags format;
    struct gn_storage_flags storage;
    const char *config;
    const char *body;
    const char *table;
    int64_t run;
    bool links;
};

/* A source that is tried. */
struct trial {
    const struct settings *settings;
    const struct gn_source *source;
    const char *url;            /* of many, that is named; NULL: none is */
    struct garner_store *store; /* NULL: there is none yet */
    struct gn_sample sample;
    struct gn_made made;
    struct gn_trail trail; /* of a crawl's page */
};

/* No store is no fault: all rows are new then. */
static enum garner_code open_store(struct trial *t, const char *name,
                                   struct garner_error *err)
{
    enum garner_code code;

    if (name == NULL)
        return GARNER_OK;
    code = gn_select_open(name, &t->settings->storage, 0, &t->store, err);
    return code == GARNER_NOTFOUND && t->settings->run == 0 ? GARNER_OK : code;
}

/* --- the rows -------------------------------------------------------------*/

static enum gn_exit show_set(const struct trial *t,
                             const struct gn_rows_spec *spec,
                             const struct gn_rowset *rows,
                             const struct gn_rowset *parents)
{
    struct gn_compared diff;
    struct garner_error err = {0};
    enum gn_exit status;

    if (gn_compare_rows(t->store, spec, rows, parents, &diff, &err) ==
        GARNER_OK) {
        status = gn_diffout(&t->settings->format, spec->table, rows, &diff);
    } else {
        status = gn_exit_error(&err);
        status = err.code == GARNER_INVALID ? GN_EXIT_FAILED : status;
    }
    gn_compared_fini(&diff);
    return status;
}

static bool is_asked(const struct trial *t, const struct gn_rows_spec *spec)
{
    return t->settings->table == NULL ||
           strcasecmp(spec->table, t->settings->table) == 0;
}

/* The answer's rows of spec's parent; NULL: it has none. */
static const struct gn_rowset *parents_of(const struct trial *t,
                                          const struct gn_rows_spec *spec)
{
    return spec->parent == NULL
               ? NULL
               : &t->made.extraction.queries[spec->parent - t->source->rows]
                      .rows;
}

/* How much of what came is rows: of some pages of a crawl a run makes none. */
static size_t set_count(const struct trial *t)
{
    return t->settings->links || (t->source->crawl != NULL && !t->trail.keeps)
               ? 0
               : t->made.extraction.query_count;
}

static enum gn_exit show(const struct trial *t)
{
    enum gn_exit status = GN_EXIT_OK;

    if (t->source->row_spec_count == 0)
        fprintf(stderr,
                "%s: status %d, %zu bytes; it has no rows to show: only its "
                "bodies are kept\n",
                t->source->name, t->sample.answer.status,
                t->sample.answer.body.size);
    else if (t->source->crawl != NULL && !t->trail.keeps)
        fprintf(stderr, "%s: a run makes no rows of this page: %s\n",
                t->source->name,
                t->sample.answer.is_sitemap ? "it is a sitemap" : "noindex");
    for (size_t i = 0; i < set_count(t); i++)
        if (status == GN_EXIT_OK && is_asked(t, &t->source->rows[i]))
            status = show_set(t, &t->source->rows[i],
                              &t->made.extraction.queries[i].rows,
                              parents_of(t, &t->source->rows[i]));
    return status;
}

/* --- where it leads to ----------------------------------------------------*/

/* A program gets one kind of rows, and people all there is. */
static bool shows_links(const struct trial *t)
{
    const struct gn_format_flags *f = &t->settings->format;
    const bool people = !(f->csv || f->json || f->nl);

    return t->source->crawl != NULL &&
           (t->settings->links || (t->settings->table == NULL &&
                                   (people || t->source->row_spec_count == 0)));
}

static enum gn_exit show_all(struct trial *t)
{
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;

    if (t->source->crawl != NULL &&
        gn_trail_read(t->source, &t->sample.answer, &t->made.onward, &t->trail,
                      &err) != GARNER_OK)
        status = gn_exit_error(&err);
    if (status == GN_EXIT_OK)
        status = show(t);
    if (status == GN_EXIT_OK && shows_links(t))
        status =
            gn_trail_print(&t->trail, t->source->name, &t->settings->format);
    gn_trail_fini(&t->trail);
    return status;
}

/* --- the next page --------------------------------------------------------*/

/* Says where it is, as a run would ask for it. */
static enum gn_exit show_next(const struct trial *t)
{
    const struct gn_request *request = &t->source->request;
    const struct gn_one *one = &t->sample.answer;
    const char *next = t->source->next.link ? one->next : t->made.next;
    const char *base = one->base_url != NULL ? one->base_url : one->final_url;
    struct gn_target *target = NULL;
    struct gn_buf url = {0};
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;

    if (!gn_config_has_next(t->source))
        return GN_EXIT_OK;
    if (next == NULL || next[0] == '\0') {
        fprintf(stderr, "next page: none\n");
        return GN_EXIT_OK;
    }
    code = gn_nextpage(request, base != NULL ? base : request->url, next, &url,
                       &target, &err);
    if (code == GARNER_OK)
        fprintf(stderr, "next page: %s\n", gn_target_url(target));
    else
        gn_complain("%s: %s", t->source->name, err.message);
    gn_target_free(target);
    gn_buf_fini(&url);
    return code == GARNER_OK ? GN_EXIT_OK : GN_EXIT_FAILED;
}

/* --- what is expected -----------------------------------------------------*/

/* EXPECT if a rule is broken, which is told. */
static enum gn_exit judge(const struct trial *t, struct gn_maker *m,
                          const struct gn_made *made)
{
    const size_t count = t->source->row_spec_count;
    int64_t *before = gn_alloc((count + 1) * sizeof before[0]);
    struct gn_buf broken = {0};
    struct garner_error err = {0};
    enum garner_code code = GARNER_OK;
    bool any;

    for (size_t i = 0; before != NULL && i < count; i++)
        before[i] = -1;
    if (before != NULL && t->store != NULL)
        code =
            gn_stored_good_rows(t->store, t->source->name, before, count, &err);
    if (code == GARNER_OK)
        code =
            gn_maker_judge(m, &t->sample.answer, made, before, &broken, &err);
    gn_free(before);
    for (const char *at = gn_buf_cstr(&broken); *at != '\0';) {
        const size_t n = strcspn(at, "\n");

        gn_complain("%s: %.*s", t->source->name, (int)n, at);
        at += n + 1;
    }
    any = broken.size > 0;
    gn_buf_fini(&broken);
    if (code != GARNER_OK)
        return gn_exit_error(&err);
    return any ? GN_EXIT_EXPECT : GN_EXIT_OK;
}

/* --- all of it ------------------------------------------------------------*/

/* What is left out is not to be overlooked. */
static void tell_skipped(const struct trial *t)
{
    const struct gn_csv_skipped *skipped = &t->made.extraction.skipped;

    if (skipped->count > 0)
        gn_complain("%s: records that csv_each left out: %" PRId64
                    ", the first in line %zu: %s",
                    t->source->name, skipped->count, skipped->line,
                    skipped->fault);
}

static enum gn_exit try_with(struct trial *t, struct gn_maker *m)
{
    struct garner_error err = {0};
    enum gn_exit status;
    enum gn_exit shown;

    if (!gn_expect_takes(t->source->expect, t->sample.answer.status)) {
        status = judge(t, m, NULL);
        if (status != GN_EXIT_OK)
            return status;
        gn_complain("%s: the server answered with status %d", t->source->name,
                    t->sample.answer.status);
        return GN_EXIT_FAILED;
    }
    if (gn_maker_run(m, &t->sample.answer, &t->made, &err) != GARNER_OK) {
        status = judge(t, m, NULL); /* it says why, if it was no such body */
        gn_complain("%s: %s", t->source->name, err.message);
        return status != GN_EXIT_OK ? status : GN_EXIT_FAILED;
    }
    tell_skipped(t);
    shown = show_all(t);
    if (shown == GN_EXIT_OK)
        shown = show_next(t);
    status = judge(t, m, &t->made); /* as a run does before it writes */
    return status == GN_EXIT_EXPECT || shown == GN_EXIT_OK ? status : shown;
}

static enum gn_exit try_it(struct trial *t, const char *store)
{
    const struct gn_sample_from from = {
        .body = t->settings->body, .run = t->settings->run, .url = t->url};
    struct gn_maker maker;
    struct garner_error err = {0};
    enum gn_exit status;

    if (open_store(t, store, &err) != GARNER_OK)
        return gn_exit_error(&err);
    status = gn_sample_get(&from, t->source, t->store, &t->sample);
    t->source = t->sample.source;
    if (status == GN_EXIT_OK &&
        gn_maker_open(&maker, t->source, &err) != GARNER_OK)
        status = gn_exit_error(&err);
    else if (status == GN_EXIT_OK) {
        maker.wants_next = true;
        maker.wants_links = t->source->crawl != NULL;
        status = try_with(t, &maker);
        gn_made_fini(&t->made);
        gn_maker_close(&maker);
    }
    gn_sample_fini(&t->sample);
    garner_close(t->store);
    return status;
}

/* A second table after the first would be no CSV, and no JSON. */
static enum gn_exit check(const struct trial *t)
{
    const struct gn_format_flags *f = &t->settings->format;
    size_t sets = 0;

    if (t->url != NULL && !gn_config_has_list(t->source))
        return gn_exit_usage("%s has no urls, of which one could be named",
                             t->source->name);
    if (t->settings->links && t->source->crawl == NULL)
        return gn_exit_usage("--links: %s is no crawl, whose pages lead to "
                             "others",
                             t->source->name);
    for (size_t i = 0; i < t->source->row_spec_count; i++)
        sets += is_asked(t, &t->source->rows[i]) ? 1 : 0;
    if (sets == 0 && t->settings->table != NULL)
        return gn_exit_usage("--into %.100s: %s has no rows for that table",
                             t->settings->table, t->source->name);
    if (sets > 1 && !t->settings->links && (f->csv || f->json))
        return gn_exit_usage("%s has rows for %zu tables, which are no one CSV "
                             "or JSON; choose one with --into TABLE, or take "
                             "--nl",
                             t->source->name, sets);
    return GN_EXIT_OK;
}

static enum gn_exit run(const struct gn_call *call)
{
    const struct settings *s = call->settings;
    struct trial t = {.settings = s,
                      .url = call->count > 1 ? call->items[1] : NULL};
    struct gn_config config;
    enum gn_exit status;

    if (s->links && s->table != NULL)
        return gn_exit_usage("take either --links or --into: links are no rows "
                             "of a table");
    if (s->run > 0 && s->body != NULL)
        return gn_exit_usage("take the body from --body or from --run, not "
                             "from both");
    if (s->run > 0 && t.url != NULL)
        return gn_exit_usage("take either a URL or --run, which has its own");
    status = gn_named_load(s->config, call->items[0], &config);
    if (status != GN_EXIT_OK)
        return status;
    t.source = &config.sources[0];
    status = check(&t);
    if (status == GN_EXIT_OK)
        status = try_it(&t, config.store);
    gn_config_fini(&config);
    return status;
}

static const struct gn_option options[] = {
    GN_NAMED_OPTION(struct settings),
    {"body", 0, GN_OPTION_FILE, "FILE", offsetof(struct settings, body),
     "take this body, as if it came with status 200, and fetch nothing", NULL},
    {"run", 0, GN_OPTION_NUMBER, "ID", offsetof(struct settings, run),
     "take what this run (garner_run.id) got, and fetch nothing", NULL},
    {"into", 0, GN_OPTION_TEXT, "TABLE", offsetof(struct settings, table),
     "show only the rows for this table", NULL},
    {"links", 0, GN_OPTION_FLAG, NULL, offsetof(struct settings, links),
     "show only where the page of a crawl leads", NULL},
    GN_FORMAT_OPTION(struct settings, "table", 't', table,
                     "print a table for people (the default)"),
    GN_FORMAT_OPTION(struct settings, "csv", 0, csv,
                     "print CSV with a head line (RFC 4180)"),
    GN_FORMAT_OPTION(struct settings, "nl", 0, nl,
                     "print a JSON object a line"),
    GN_FORMAT_JSON_OPTION(struct settings),
    GN_STORAGE_READ_OPTION(struct settings),
};

const struct gn_command gn_cmd_test = {
    .name = "test",
    .operands = "SOURCE [URL]",
    .summary = "try a source: show its rows and what they would change",
    .text =
        "Fetches the source now, but not where a run would not (robots.txt, "
        "private addresses, out of a crawl), or takes a stored body or a file "
        "in place of that, runs its SQL, and prints each row with what writing "
        "it would "
        "do: 'new', 'changed' (as 'old -> new'), 'same', 'twice', when a later "
        "row of the answer has the same key, 'kept', when what is stored stays "
        "(conflict: ignore), or 'bad', when it is left out (bad_rows); and the "
        "stored rows that it would take away, as 'gone' (the first 1,000). How "
        "many of each there are is said on stderr, and how many stored rows "
        "that stay are not among them. Where a run would fail and write none "
        "of the rows, by conflict, new_columns or NULL in a key, that is said "
        "in place of them; rules of the table itself (CHECK, NOT NULL, other "
        "unique indexes) are not tried. "
        "Nothing is written. Of a source without rows, stderr has the status "
        "and the size of the answer.\n"
        "\n"
        "With --csv, --json and --nl the columns of a row stand between "
        "_table, _change and _was: the values that are stored, as a JSON "
        "object, where they are others.\n"
        "\n"
        "Of a crawl it tries the first start, or the page of --run, and prints "
        "its links after the rows: each with its depth and priority, and "
        "whether it is 'followed', or else why not: 'seen' before, on this "
        "page or as a start, 'nofollow', 'too deep', 'elsewhere', 'not "
        "allowed', 'denied'. What robots.txt forbids of them is not asked. "
        "With "
        "--csv, --json and --nl the links come with --links, in place of the "
        "rows, or if there are no rows to make.\n"
        "\n"
        "Of a source with many URLs (urls) it tries the first of the list, or "
        "the URL, which need not be in it.\n"
        "\n"
        "Of a source with pages (next) it tries the first, and says on stderr "
        "where the next one is.\n"
        "\n"
        "Every rule of expect that is broken is named on stderr; the exit "
        "status is 4 then, 1 if the fetch or the SQL failed, and else 0.",
    .examples = "garner test rates -c garner.yaml\n"
                "garner test rates -c garner.yaml --body rates.json\n"
                "garner test rates -c garner.yaml --run 17 --nl\n",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .settings_size = sizeof(struct settings),
    .least = 1,
    .most = 2,
    .run = run,
};
