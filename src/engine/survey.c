#include "engine/survey.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "engine/expect/age.h"

enum { LINES_AT_ONCE = 32 };

static int64_t resident_bytes(void)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    long pages = 0;

    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%*s %ld", &pages) != 1)
        pages = 0;
    (void)fclose(statm); /* only read from */
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int64_t until_us(int64_t due_ns, int64_t now_ns)
{
    if (due_ns == INT64_MAX)
        return INT64_MAX;
    return due_ns > now_ns ? (due_ns - now_ns) / 1000 : 0;
}

static bool is_stale(const struct gn_active *a, int64_t now_ns)
{
    return gn_age_is_stale(a->source->max_age_ms, a->last.fresh_ns, now_ns);
}

static void add_counts(struct gn_totals *t, uint64_t due, uint64_t started,
                       const uint64_t missed[])
{
    t->due += due;
    t->started += started;
    t->missed_overlap += missed[GN_MISS_OVERLAP];
    t->missed_late += missed[GN_MISS_LATE];
    t->missed_refused += missed[GN_MISS_REFUSED];
    t->missed_waiting +=
        missed[GN_MISS_WAITING] + missed[GN_MISS_ASKED] + missed[GN_MISS_HOST];
    t->missed_stopped += missed[GN_MISS_STOPPED];
}

static void add_pages(struct gn_pages *all, const struct gn_pages *pages)
{
    all->total += pages->total;
    all->left += pages->left;
    all->failed += pages->failed;
}

void gn_survey(struct gn_flow *f, const struct gn_roster *roster,
               struct gn_status *status)
{
    const int64_t now_ns = gn_clock_monotonic_ns();

    *status = (struct gn_status){
        .now_wall_us = gn_clock_wall_us(),
        .next_due_us = INT64_MAX,
        .resident_bytes = resident_bytes(),
    };
    garner_stats(f->store, &status->store);
    gn_lock(&f->lock);
    status->sources = roster->count;
    status->started_wall_us = f->started_wall_us;
    status->fetching = f->fetching_count;
    status->extracting = f->extracting_count;
    status->storing = f->storing_count;
    status->body_bytes = f->body_bytes;
    status->totals = f->totals;
    status->lateness = f->lateness;
    status->latency = f->latency;
    if (f->schedule != NULL && !f->closed)
        status->next_due_us =
            until_us(gn_schedule_next_ns(f->schedule), now_ns);
    add_counts(&status->totals, f->gone.due_count, f->gone.started,
               f->gone.missed);
    for (size_t i = 0; i < roster->count; i++) {
        const struct gn_active *a = roster->actives[i];
        const struct gn_due *due = &a->due;

        status->stale += is_stale(a, now_ns);
        add_pages(&status->pages, &a->pages);
        add_counts(&status->totals, due->due_count, due->started, due->missed);
    }
    gn_unlock(&f->lock);
}

static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from != NULL ? from : "");
}

static void describe(const struct gn_flow *f, const struct gn_active *a,
                     int64_t now_ns, struct gn_source_status *line)
{
    *line = (struct gn_source_status){
        .failure = a->last.failure,
        .max_age_ms = a->source->max_age_ms,
        .good_us = a->source->max_age_ms > 0 ? a->last.good_us : 0,
        .stale = is_stale(a, now_ns),
        .status = a->last.status,
        .last_wall_us = a->last.wall_us,
        .last_duration_us = a->last.duration_us,
        .last_bytes = a->last.bytes,
        .next_due_us = f->schedule != NULL && !f->closed
                           ? until_us(a->due.node.key, now_ns)
                           : INT64_MAX,
        .runs = a->last.runs,
        .failures = a->last.failures,
        .rows = a->last.rows,
        .pages = a->pages,
    };
    for (int i = 0; i < GN_MISS_REASONS; i++)
        line->missed += a->due.missed[i];
    copy_text(line->name, sizeof line->name, a->source->name);
    copy_text(line->url, sizeof line->url, gn_active_url(a));
    copy_text(line->error, sizeof line->error, a->last.error);
}

size_t gn_survey_sources(struct gn_flow *f, const struct gn_roster *roster,
                         size_t first, struct gn_source_status *lines,
                         size_t max)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    size_t n = 0;
    bool more = true;

    while (n < max && more) {
        gn_lock(&f->lock); /* not for long: the loop needs it */
        for (size_t i = 0;
             i < LINES_AT_ONCE && n < max && first < roster->count; i++)
            describe(f, roster->actives[first++], now_ns, &lines[n++]);
        more = first < roster->count;
        gn_unlock(&f->lock);
    }
    return n;
}
