#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "cli/text.h"

enum { NARROWEST_NAME = 12, SOURCE_COLUMNS = 62 };

#define DIM   "\033[2m"
#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

uint64_t gn_progress_errors(const struct gn_totals *t)
{
    return t->fetch_failed + t->http_errors + t->extract_failed +
           t->store_failed + t->unexpected;
}

uint64_t gn_progress_missed(const struct gn_totals *t)
{
    return t->missed_overlap + t->missed_late + t->missed_refused +
           t->missed_waiting + t->missed_stopped;
}

/* The screen as it is written, line by line. */
struct page {
    struct gn_buf *out;
    struct gn_buf line;
    size_t columns;
    size_t rows;
    bool color;
};

/* Ends the line: cuts it, and paints all of it. */
static void end_line(struct page *p, const char *paint)
{
    if (p->rows > 0) {
        p->rows--;
        gn_buf_text(p->out, p->color ? paint : "");
        (void)gn_text_show(p->out, gn_buf_cstr(&p->line), p->line.size,
                           p->columns - 1);
        gn_buf_text(p->out, p->color && paint[0] != '\0' ? PLAIN : "");
        gn_buf_byte(p->out, '\n');
    }
    gn_buf_clear(&p->line);
}

static const char *count(uint64_t n, char text[32])
{
    gn_text_count(n, text);
    return text;
}

static const char *duration(int64_t us, char text[32])
{
    gn_text_duration(us, text);
    return text;
}

static const char *size(int64_t bytes, char text[32])
{
    gn_unit_format_size(bytes < 0 ? 0 : bytes, text);
    return text;
}

static void next_due(const struct gn_status *s, struct gn_buf *out)
{
    char text[32];

    if (s->next_due_us == INT64_MAX)
        gn_buf_text(out, "nothing more is due");
    else if (s->next_due_us <= 0)
        gn_buf_text(out, "next due now");
    else
        gn_buf_printf(out, "next due in %s", duration(s->next_due_us, text));
}

static const char *phase(const struct gn_progress *p)
{
    if (p->stops > 1)
        return "canceling what is under way (Ctrl-C ends at once)";
    if (p->stops > 0 || p->status->phase == GN_PHASE_DRAINING)
        return "finishing what is under way (Ctrl-C cancels it)";
    return p->status->phase == GN_PHASE_STARTING ? "starting" : "running";
}

static void title(struct page *page, const struct gn_progress *p)
{
    const struct gn_status *s = p->status;
    char a[32];

    gn_buf_printf(&page->line, "garner  %s  %s  into %s", phase(p),
                  duration(s->now_wall_us - s->started_wall_us, a), p->store);
    if (p->listen != NULL)
        gn_buf_printf(&page->line, "  %s", p->listen);
    end_line(page, BOLD);
}

static void counts(struct page *page, const struct gn_progress *p)
{
    const struct gn_totals *t = &p->status->totals;
    const uint64_t errors = gn_progress_errors(t);
    const uint64_t missed = gn_progress_missed(t);
    char a[32];
    char b[32];

    gn_buf_printf(&page->line, "  fetches %12s %10.1f/s   stored %s",
                  count(t->fetched, a), p->fetches_per_s, count(t->stored, b));
    end_line(page, "");
    gn_buf_printf(&page->line, "  rows    %12s %10.1f/s   received %s",
                  count(t->rows, a), p->rows_per_s, size((int64_t)t->bytes, b));
    end_line(page, "");
    gn_buf_printf(&page->line,
                  "  errors  %12s   fetch %" PRIu64 "  HTTP %" PRIu64
                  "  rows %" PRIu64 "  store %" PRIu64 "  unexpected %" PRIu64,
                  count(errors, a), t->fetch_failed, t->http_errors,
                  t->extract_failed, t->store_failed, t->unexpected);
    end_line(page, errors > 0 ? RED : "");
    gn_buf_printf(&page->line,
                  "  missed  %12s   still running %" PRIu64 "  late %" PRIu64
                  "  no room %" PRIu64 "  put off %" PRIu64,
                  count(missed, a), t->missed_overlap, t->missed_late,
                  t->missed_refused, t->missed_waiting);
    if (t->missed_stopped > 0)
        gn_buf_printf(&page->line, "  stopped %" PRIu64, t->missed_stopped);
    end_line(page, missed > 0 ? RED : "");
}

static uint64_t done(const struct gn_pages *p)
{
    return p->total > p->left ? p->total - p->left : 0;
}

/* How long the rest takes; more may be found until then. */
static void time_left(const struct gn_progress *p, struct gn_buf *out)
{
    const struct gn_estimate *e = &p->pages;
    char text[32];

    if (p->status->pages.left == 0)
        gn_buf_text(out, "none left");
    else if (e->left_us < 0)
        gn_buf_text(out, "time left not known yet");
    else
        gn_buf_printf(out, "%s %s left", e->grows ? "at least" : "about",
                      duration(e->left_us, text));
}

/* Sources with many URLs, if there are some. */
static void pages(struct page *page, const struct gn_progress *p)
{
    const struct gn_pages *all = &p->status->pages;
    char a[32];
    char b[32];

    if (all->total == 0)
        return;
    gn_buf_printf(&page->line, "  URLs    %12s %10.1f/s   of %s  ",
                  count(done(all), a), p->pages.per_s, count(all->total, b));
    gn_buf_printf(&page->line, "failed %s   ", count(all->failed, a));
    time_left(p, &page->line);
    end_line(page, all->failed > 0 ? RED : "");
}

static void gauges(struct page *page, const struct gn_progress *p)
{
    const struct gn_status *s = p->status;
    char a[32];
    char b[32];
    char c[32];

    gn_buf_printf(&page->line,
                  "  sources %12s   fetching %zu  extracting %zu"
                  "  storing %zu",
                  count(s->sources, a), s->fetching, s->extracting, s->storing);
    end_line(page, "");
    gn_buf_printf(&page->line, "  latency p50 %s  p99 %s  max %s",
                  duration(gn_histogram_quantile(&s->latency, 0.5), a),
                  duration(gn_histogram_quantile(&s->latency, 0.99), b),
                  duration(s->latency.max, c));
    gn_buf_printf(&page->line, "   started late p99 %s",
                  duration(gn_histogram_quantile(&s->lateness, 0.99), a));
    end_line(page, "");
    gn_buf_printf(&page->line, "  memory  %s  log of the store %s   ",
                  size(s->resident_bytes, a),
                  size((int64_t)s->store.wal_bytes, b));
    next_due(s, &page->line);
    end_line(page, "");
}

static bool failing(const struct gn_source_status *s)
{
    return s->failure != NULL;
}

static int by_trouble(const void *a, const void *b)
{
    const struct gn_source_status *x = a;
    const struct gn_source_status *y = b;

    if (failing(x) != failing(y))
        return failing(x) ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Appends text cut and padded to width. */
static void padded(struct gn_buf *out, const char *text, size_t width)
{
    size_t used = gn_text_show(out, text, strlen(text), width);

    while (used++ < width)
        gn_buf_byte(out, ' ');
}

static void source_line(struct page *page, const struct gn_progress *p,
                        const struct gn_source_status *s, size_t name_width)
{
    char a[32];
    char b[32];
    char c[32];
    char status[16] = "-";

    if (s->status != 0)
        snprintf(status, sizeof status, "%d", s->status);
    gn_buf_text(&page->line, "  ");
    padded(&page->line, s->name, name_width);
    gn_buf_printf(&page->line, " %4s %9s %9s %10s", status,
                  s->last_wall_us > 0
                      ? duration(p->status->now_wall_us - s->last_wall_us, a)
                      : "-",
                  s->last_wall_us > 0 ? duration(s->last_duration_us, b) : "-",
                  s->last_wall_us > 0 ? size(s->last_bytes, c) : "-");
    gn_buf_printf(&page->line, " %8s", count(s->runs, a));
    gn_buf_printf(&page->line, " %7s", count(s->failures, a));
    gn_buf_printf(&page->line, " %8s", count(s->rows, a));
    if (s->error[0] != '\0')
        gn_buf_printf(&page->line, "  %s", s->error);
    end_line(page, failing(s) ? RED : "");
}

static void sources(struct page *page, const struct gn_progress *p)
{
    const size_t room = page->columns > SOURCE_COLUMNS + NARROWEST_NAME
                            ? page->columns - SOURCE_COLUMNS
                            : NARROWEST_NAME;
    size_t name_width = NARROWEST_NAME;
    size_t shown = page->rows > 4 ? page->rows - 3 : 0;

    if (p->source_count == 0 || shown == 0)
        return;
    qsort(p->sources, p->source_count, sizeof p->sources[0], by_trouble);
    if (shown > p->source_count)
        shown = p->source_count;
    for (size_t i = 0; i < shown; i++) {
        const size_t width = gn_text_show(NULL, p->sources[i].name,
                                          strlen(p->sources[i].name), room);
        name_width = width > name_width ? width : name_width;
    }
    end_line(page, "");
    gn_buf_text(&page->line, "  ");
    padded(&page->line, "source", name_width);
    gn_buf_printf(&page->line, " %4s %9s %9s %10s %8s %7s %8s", "http", "ago",
                  "took", "bytes", "runs", "failed", "rows");
    end_line(page, DIM);
    for (size_t i = 0; i < shown; i++)
        source_line(page, p, &p->sources[i], name_width);
    if (p->status->sources > shown) {
        gn_buf_printf(&page->line, "  and %zu more",
                      p->status->sources - shown);
        end_line(page, DIM);
    }
}

void gn_progress_screen(const struct gn_progress *p, size_t columns,
                        size_t rows, bool color, struct gn_buf *out)
{
    struct page page = {out, {0}, columns < 2 ? 2 : columns, rows, color};

    title(&page, p);
    counts(&page, p);
    pages(&page, p);
    gauges(&page, p);
    sources(&page, p);
    if (gn_buf_failed(&page.line))
        out->failed = true;
    gn_buf_fini(&page.line);
}

void gn_progress_line(const struct gn_progress *p, struct gn_buf *out)
{
    const struct gn_status *s = p->status;
    const struct gn_totals *t = &s->totals;
    const uint64_t errors = gn_progress_errors(t);
    char a[32];
    char b[32];

    gn_buf_printf(out,
                  "%zu source%s, %" PRIu64 " fetch%s (%.1f/s), %" PRIu64
                  " row%s (%.1f/s), %" PRIu64 " error%s, %" PRIu64 " missed, ",
                  s->sources, gn_text_plural(s->sources), t->fetched,
                  t->fetched == 1 ? "" : "es", p->fetches_per_s, t->rows,
                  gn_text_plural(t->rows), p->rows_per_s, errors,
                  gn_text_plural(errors), gn_progress_missed(t));
    if (s->pages.total > 0) {
        gn_buf_printf(
            out,
            "%" PRIu64 " of %" PRIu64 " URLs (%.1f/s), %" PRIu64 " failed, ",
            done(&s->pages), s->pages.total, p->pages.per_s, s->pages.failed);
        time_left(p, out);
        gn_buf_text(out, ", ");
    }
    gn_buf_printf(out, "latency p50 %s p99 %s, ",
                  duration(gn_histogram_quantile(&s->latency, 0.5), a),
                  duration(gn_histogram_quantile(&s->latency, 0.99), b));
    next_due(s, out);
}
