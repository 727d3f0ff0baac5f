/*
 * extract_many.c - how fast many bodies become rows: extract_many FILE WORKERS
 * SQL [DB] hands the bodies in the file, a NUL behind each, to so many workers,
 * as a collector does, stores the rows of each in a new database, if one is
 * named, and says their number, the milliseconds of processor time, and those
 * that passed.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "bodies.h"
#include "extract/extractor.h"
#include "plan.h"
#include "sink.h"

struct job {
    struct gn_extraction work;
    struct gn_param body;
    struct gn_query query;
};

static atomic_size_t row_count;
static struct sink *sink;

static void take_rows(struct gn_extraction *work)
{
    struct gn_rowset *rows = &work->queries[0].rows;

    if (work->code != GARNER_OK)
        die("a body", work->error.message);
    atomic_fetch_add(&row_count, rows->row_count);
    sink_take(sink, rows);
    gn_rowset_fini(rows);
}

static size_t count_bodies(const struct gn_buf *file)
{
    size_t count = 0;

    for (size_t i = 0; i < file->size; i++)
        count += file->data[i] == '\0';
    return count;
}

static void submit_all(struct gn_extractor *x, struct job *jobs, size_t count,
                       const char *at, const char *sql)
{
    for (struct job *job = jobs; job < jobs + count; job++) {
        const size_t size = strlen(at);

        job->body = (struct gn_param){"body", garner_text_n(at, size)};
        job->query = (struct gn_query){.sql = sql};
        job->work = (struct gn_extraction){.params = &job->body,
                                           .param_count = 1,
                                           .queries = &job->query,
                                           .query_count = 1,
                                           .done = take_rows};
        if (gn_extractor_submit(x, &job->work) != GARNER_OK)
            die("a body", "is refused");
        at += size + 1;
    }
}

int main(int argc, char **argv)
{
    struct gn_extractor_options options = {.limits = {.time_ms = 600000}};
    struct gn_buf file = {0};
    struct gn_extractor *x;
    struct garner_error err;
    struct job *jobs;
    double processor;
    int64_t start;
    size_t count;

    if (argc != 4 && argc != 5)
        die("usage", "extract_many FILE WORKERS SQL [DB]");
    bodies_read(argv[1], &file);
    count = count_bodies(&file);
    jobs = count > 0 ? gn_alloc(count * sizeof jobs[0]) : NULL;
    if (jobs == NULL)
        die(argv[1], "has no bodies");
    options.workers = (int)strtol(argv[2], NULL, 10);
    options.queue = count;
    processor = bodies_processor_ms();
    start = gn_clock_monotonic_ns();
    if (gn_extractor_new(&options, &x, &err) != GARNER_OK)
        die("the workers", err.message);
    sink = sink_open(argv[4]);
    submit_all(x, jobs, count, file.data, argv[3]);
    gn_extractor_close(x);
    sink_close(sink);
    printf("%zu %.1f %.1f\n", row_count, bodies_processor_ms() - processor,
           (double)(gn_clock_monotonic_ns() - start) / 1e6);
    gn_free(jobs);
    gn_buf_fini(&file);
    return 0;
}
