/*
 * crash_writer.c DATABASE FIRST [external] - threads that store rows, in every
 * way there is, and print the id of each row after it was acknowledged, until
 * killed. crash_test.py kills it and looks whether every printed id is there.
 * external: the log is another program's to checkpoint (shipping_test.py).
 *
 * A line is "WAY id id ...": the ids of one acknowledgement. It is written with
 * one write(2), so that a kill cuts between lines, and what was written before
 * the kill stays in the pipe.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <garner/garner.h>

enum { BATCH = 5, IN_FLIGHT = 64 };

static struct garner_store *store;
static atomic_int_least64_t next_id;

/* guarded by lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static int in_flight;

static const char insert[] = "insert into kept values (?, ?)";

static void must(enum garner_code code, const struct garner_error *err)
{
    if (code == GARNER_OK)
        return;
    fprintf(stderr, "%s: %s\n", garner_code_name(code), err->message);
    _Exit(1);
}

static void acknowledged(const char *way, int64_t first, int count)
{
    char line[256];
    int n = snprintf(line, sizeof line, "%s", way);

    for (int i = 0; i < count; i++)
        n +=
            snprintf(line + n, sizeof line - (size_t)n, " %" PRId64, first + i);
    line[n++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)n) != n)
        _Exit(1);
}

/* One statement a call; acknowledged when it is on the disk. */
static void *store_one_by_one(void *arg)
{
    struct garner_error err;

    (void)arg;
    for (;;) {
        const int64_t id = atomic_fetch_add(&next_id, 1);

        must(garner_exec(store, insert,
                         GARNER_ARGS(garner_integer(id), garner_text("exec")),
                         NULL, &err),
             &err);
        acknowledged("exec", id, 1);
    }
    return NULL;
}

static void fill(struct garner_batch *batch, int64_t first, const char *way)
{
    struct garner_error err;

    for (int i = 0; i < BATCH; i++)
        must(garner_batch_add(
                 batch, insert,
                 GARNER_ARGS(garner_integer(first + i), garner_text(way)),
                 &err),
             &err);
}

/* Rows that must be there together; acknowledged when they are committed. */
static void *store_batches(void *arg)
{
    struct garner_error err;
    struct garner_batch *batch;

    (void)arg;
    must(garner_batch_new(&batch, &err), &err);
    garner_batch_set_ack(batch, GARNER_COMMITTED);
    for (;;) {
        const int64_t first = atomic_fetch_add(&next_id, BATCH);

        fill(batch, first, "batch");
        must(garner_write(store, batch, NULL, &err), &err);
        acknowledged("batch", first, BATCH);
        garner_batch_clear(batch);
    }
    return NULL;
}

static void done(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    (void)result;
    if (err != NULL)
        must(err->code, err);
    acknowledged("submit", (int64_t)(intptr_t)context, BATCH);
    pthread_mutex_lock(&lock);
    in_flight--;
    pthread_cond_signal(&settled);
    pthread_mutex_unlock(&lock);
}

/* Batches handed over; acknowledged by the callback. */
static void *submit_batches(void *arg)
{
    struct garner_error err;

    (void)arg;
    for (;;) {
        const int64_t first = atomic_fetch_add(&next_id, BATCH);
        struct garner_batch *batch;

        pthread_mutex_lock(&lock);
        while (in_flight == IN_FLIGHT)
            pthread_cond_wait(&settled, &lock);
        in_flight++;
        pthread_mutex_unlock(&lock);
        must(garner_batch_new(&batch, &err), &err);
        fill(batch, first, "submit");
        must(garner_submit(store, batch, done, (void *)(intptr_t)first, &err),
             &err);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static void *(*const ways[])(void *) = {
        store_one_by_one, store_one_by_one, store_batches,
        store_batches,    submit_batches,
    };
    struct garner_options options;
    struct garner_error err;
    pthread_t thread;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: crash_writer DATABASE FIRST [external]\n");
        return 2;
    }
    atomic_store(&next_id, strtoll(argv[2], NULL, 10));
    garner_options_init(&options);
    options.wal_bytes = 1 << 20; /* so that kills meet checkpoints, too */
    if (argc == 4)
        options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    must(garner_open(argv[1], &options, &store, &err), &err);
    must(garner_exec(store,
                     "create table if not exists kept"
                     " (id integer primary key, way text)",
                     GARNER_ARGS(), NULL, &err),
         &err);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (pthread_create(&thread, NULL, ways[i], NULL) != 0)
            return 1;
    pthread_exit(NULL);
}
