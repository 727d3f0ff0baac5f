/*
 * readers.c - threads that read, by libgarner's public headers alone:
 *
 *   quiet    nobody writes
 *   beside   one thread writes BATCH rows at a time, each batch acknowledged,
 * at PACE rows a second writer   that thread alone; the readers only wait
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <garner/garner.h>

#include "base/clock.h"
#include "crew.h"

#define RANGE                                                                  \
    "select id, time, url, status, body from row where id >= ? limit ?"

enum {
    HELD = 20000, /* rows that are there to be read */
    READ = 20,    /* rows of one query */
    PACE = 10000, /* rows a second */
    BATCH = 100,
};

struct library {
    const struct plan *plan;
    struct garner_store *store;

    /* the writer's */
    pthread_t writer;
    int64_t next_id;
    uint64_t written;
    int64_t began_ns;
    int64_t ended_ns;
    struct gn_histogram wait; /* nanoseconds until a batch was acknowledged */

    atomic_bool closed;
};

static void must(enum garner_code code, const struct garner_error *err)
{
    if (code != GARNER_OK)
        die(garner_code_name(code), err->message);
}

static void sleep_until(int64_t ns)
{
    const struct timespec time = {.tv_sec = (time_t)(ns / 1000000000),
                                  .tv_nsec = (long)(ns % 1000000000)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
}

static void write_batch(struct library *l, unsigned rows)
{
    struct garner_batch *batch;
    struct garner_error err;

    must(garner_batch_new(&batch, &err), &err);
    for (unsigned i = 0; i < rows; i++, l->next_id++)
        must(garner_batch_add(
                 batch, ROW_INSERT,
                 GARNER_ARGS(garner_integer(l->next_id),
                             garner_text_n(ROW_TIME, sizeof ROW_TIME - 1),
                             garner_text_n(ROW_URL, sizeof ROW_URL - 1),
                             garner_integer(ROW_STATUS),
                             garner_blob(row_body, ROW_BODY)),
                 &err),
             &err);
    must(garner_write(l->store, batch, NULL, &err), &err);
    garner_batch_free(batch);
}

static void *write_at_pace(void *argument)
{
    struct library *l = argument;
    int64_t next_ns = gn_clock_monotonic_ns();

    l->began_ns = next_ns;
    while (!atomic_load(&l->closed)) {
        const int64_t started_ns = gn_clock_monotonic_ns();

        write_batch(l, BATCH);
        gn_histogram_add(&l->wait, gn_clock_monotonic_ns() - started_ns);
        l->written += BATCH;
        next_ns += (int64_t)BATCH * 1000000000 / PACE;
        sleep_until(next_ns);
    }
    l->ended_ns = gn_clock_monotonic_ns();
    return NULL;
}

static uint64_t read_range(struct library *l, int64_t from)
{
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;
    uint64_t count = 0;
    size_t bytes = 0;

    must(garner_query(l->store, RANGE,
                      GARNER_ARGS(garner_integer(from), garner_integer(READ)),
                      &rows, &err),
         &err);
    while ((code = garner_next(rows, &err)) == GARNER_ROW) {
        for (size_t i = 1; i < garner_columns(rows); i++)
            if (i != 3)
                bytes += garner_column(rows, i).bytes.size;
        count++;
    }
    if (code != GARNER_DONE)
        die("read", err.message);
    garner_rows_close(rows);
    if (bytes != count * (sizeof ROW_TIME - 1 + sizeof ROW_URL - 1 + ROW_BODY))
        die("read", "a row is not what was written");
    return count;
}

static void read_rows(struct hand *hand)
{
    struct library *l = hand->context;
    int64_t from = (int64_t)hand->index * 977;

    crew_ready(hand);
    while (crew_go_on(hand)) {
        const int64_t started_ns = gn_clock_monotonic_ns();

        from = (from + 7919) % (HELD - READ);
        crew_done(hand, read_range(l, from), started_ns);
    }
}

static void only_wait(struct hand *hand)
{
    crew_ready(hand);
    while (crew_go_on(hand))
        sleep_until(gn_clock_monotonic_ns() + 1000000);
}

static void print_writer(void *context)
{
    struct library *l = context;
    const double seconds = (double)(l->ended_ns - l->began_ns) / 1e9;

    printf(",\"written\":%" PRIu64 ",\"write_rate\":%.1f,\"write_p50_us\":%.1f,"
           "\"write_p99_us\":%.1f",
           l->written, seconds > 0 ? (double)l->written / seconds : 0.0,
           (double)gn_histogram_quantile(&l->wait, 0.5) / 1e3,
           (double)gn_histogram_quantile(&l->wait, 0.99) / 1e3);
}

static void end_writer(void *context)
{
    struct library *l = context;

    atomic_store(&l->closed, true);
    if (pthread_join(l->writer, NULL) != 0)
        die("writer", "cannot be joined");
    print_writer(context);
}

static void open_library(struct library *l)
{
    struct garner_options options;
    struct garner_error err;

    garner_options_init(&options);
    options.ack = l->plan->normal ? GARNER_COMMITTED : GARNER_SYNCED;
    must(garner_open(l->plan->db, &options, &l->store, &err), &err);
    must(garner_exec(l->store, ROW_TABLE, NULL, 0, NULL, &err), &err);
    must(garner_exec(l->store, "create index row_id on row (id)", NULL, 0, NULL,
                     &err),
         &err);
    while (l->next_id < HELD)
        write_batch(l, 1000);
}

int main(int argc, char **argv)
{
    const struct plan plan = plan_read(argc, argv);
    struct library l = {.plan = &plan};
    const bool writes = strcmp(plan.mode, "quiet") != 0;
    const bool reads = strcmp(plan.mode, "writer") != 0;

    if (writes && reads && strcmp(plan.mode, "beside") != 0)
        die(plan.mode, "is neither quiet, beside nor writer");
    open_library(&l);
    if (writes && pthread_create(&l.writer, NULL, write_at_pace, &l) != 0)
        die("writer", "cannot be started");
    (void)crew_run(
        &plan, reads ? read_rows : only_wait, &l,
        &(struct crew_end){NULL, writes ? end_writer : print_writer});
    garner_close(l.store);
    return 0;
}
