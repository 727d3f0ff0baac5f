#include "cli/summary.h"

#include <ctype.h>
#include <errno.h> /* program_invocation_name */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/progress.h"
#include "cli/quote.h"
#include "cli/text.h"
#include "cli/urls.h"

/* text is a sentence without its end. */
static void say(const struct gn_summary *s, const char *text, const char *end)
{
    if (text[0] == '\0') /* no memory for it */
        return;
    if (s->screen)
        fprintf(stderr, "%c%s%s\n", toupper((unsigned char)text[0]), text + 1,
                end);
    else
        gn_log(GN_LOG_INFO, NULL, "%s", text);
}

/* The first table that rows go to; NULL: none. */
static const char *first_table(const struct gn_config *config)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (config->sources[i].row_spec_count > 0)
            return config->sources[i].rows[0].table;
    return NULL;
}

/* A database in memory is gone by now. */
static bool lasts(const struct gn_summary *s)
{
    return strstr(s->store_name, ":memory:") == NULL;
}

/* Says the command that shows what sql gives. */
static void say_query(const struct gn_summary *s, const char *what,
                      const char *sql)
{
    struct gn_buf line = {0};

    if (!lasts(s))
        return;
    gn_buf_printf(&line, "%s: ", what);
    /* As it was called, so that the line works from a build folder, too. */
    gn_quote_shell(&line, program_invocation_name);
    gn_buf_text(&line, " query ");
    gn_quote_shell(&line, s->store_name);
    gn_buf_byte(&line, ' ');
    gn_quote_shell(&line, sql);
    say(s, gn_buf_cstr(&line), "");
    gn_buf_fini(&line);
}

static void say_look(const struct gn_summary *s)
{
    const char *table =
        s->status->totals.rows > 0 ? first_table(s->config) : NULL;
    struct gn_buf sql = {0};

    if (table != NULL) {
        gn_buf_text(&sql, "select * from ");
        gn_quote_name(&sql, table);
        gn_buf_text(&sql, " order by rowid desc limit 10");
    } else {
        gn_buf_text(&sql, "select started, source, status, ms, bytes, error "
                          "from garner_log order by id desc limit 10");
    }
    say_query(s, "look at it", gn_buf_cstr(&sql));
    gn_buf_fini(&sql);
}

static void say_stored(const struct gn_summary *s)
{
    const struct gn_totals *t = &s->status->totals;
    const uint64_t errors = gn_progress_errors(t);
    struct gn_buf what = {0};
    char runs[32];
    char rows[32];
    char took[32];

    gn_text_count(t->stored, runs);
    gn_text_count(t->rows, rows);
    gn_text_duration(s->status->now_wall_us - s->status->started_wall_us, took);
    gn_buf_printf(&what,
                  "stored in %s: %s run%s and %s row%s in %s; %" PRIu64
                  " error%s, %" PRIu64 " missed",
                  s->store_name, runs, gn_text_plural(t->stored), rows,
                  gn_text_plural(t->rows), took, errors, gn_text_plural(errors),
                  gn_progress_missed(t));
    say(s, gn_buf_cstr(&what), ".");
    gn_buf_fini(&what);
}

/* Of the sources with many URLs. */
static void say_pages(const struct gn_summary *s)
{
    const struct gn_pages *p = &s->status->pages;
    struct gn_buf what = {0};
    struct gn_buf sql = {0};
    char left[32];
    char total[32];
    char failed[32];

    gn_text_count(p->total, total);
    gn_text_count(p->left, left);
    gn_text_count(p->failed, failed);
    if (p->failed > 0) {
        gn_buf_printf(&what, "%s of %s URLs failed; look at them", failed,
                      total);
        gn_buf_printf(&sql,
                      "select f.url, f.failure, f.status from garner_frontier f"
                      " join garner_source s on s.id = f.source where"
                      " f.done >= %" PRId64 " and " GN_URLS_FAILED
                      " order by f.done desc limit 10",
                      s->status->started_wall_us);
        say_query(s, gn_buf_cstr(&what), gn_buf_cstr(&sql));
        gn_buf_fini(&sql);
        gn_buf_clear(&what);
    }
    if (p->left == 0 || !lasts(s)) {
        gn_buf_fini(&what);
        return;
    }
    gn_buf_printf(&what, "%s of %s URLs are left; ", left, total);
    if (s->again != NULL)
        gn_buf_printf(&what, "go on with them: %s", s->again);
    else
        gn_buf_text(&what, "the same command goes on with them");
    say(s, gn_buf_cstr(&what), "");
    gn_buf_fini(&what);
}

void gn_summary(const struct gn_summary *s)
{
    if (s->screen)
        fputs("\n", stderr);
    say_stored(s);
    say_look(s);
    say_pages(s);
}
