/*
 * extract.c - how fast a body becomes rows: extract FILE SQL [DB] runs the SQL
 * over the file, stores the rows in a new database, if one is named, and says
 * their number, the milliseconds of processor time, and the memory beside the
 * body (the kernel's peak, in KiB).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bodies.h"
#include "extract/worker.h"
#include "plan.h"
#include "sink.h"

static const struct gn_extractor_options options = {
    .limits = {.time_ms = 600000,
               .memory_bytes = 1LL << 32,
               .rows_bytes = 1LL << 32,
               .length_bytes = GN_QUOTA_LENGTH_MOST},
    .max_statements = 4};

/* A figure of /proc/self/status, in KiB. */
static long status(const char *name)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[200];
    long value = 0;

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (f != NULL)
        (void)fclose(f);
    return value;
}

static void measure(struct gn_worker *worker, const char *sql,
                    const struct gn_buf *body, const char *db)
{
    const struct gn_param params[] = {
        {"body", garner_text_n(body->data, body->size)}};
    struct gn_query query = {.sql = sql};
    struct gn_extraction job = {.params = params,
                                .param_count = 1,
                                .queries = &query,
                                .query_count = 1};
    const long before = status("VmRSS:");
    const double start = bodies_processor_ms();
    struct sink *sink = sink_open(db);

    gn_worker_run(worker, &job);
    if (job.code != GARNER_OK)
        die(sql, job.error.message);
    sink_take(sink, &query.rows);
    sink_close(sink);
    printf("%zu %.1f %ld\n", query.rows.row_count,
           bodies_processor_ms() - start, status("VmHWM:") - before);
    gn_rowset_fini(&query.rows);
}

int main(int argc, char **argv)
{
    struct gn_worker worker;
    struct garner_error err;
    struct gn_buf body = {0};

    if (argc != 3 && argc != 4)
        die("usage", "extract FILE SQL [DB]");
    bodies_read(argv[1], &body);
    if (gn_worker_open(&worker, &options, &err) != GARNER_OK)
        die("a worker", err.message);
    measure(&worker, argv[2], &body, argv[3]);
    gn_worker_close(&worker);
    gn_buf_fini(&body);
    return 0;
}
