/*
 * sequence_writer.c DATABASE PROCESS - three threads that store rows, each its
 * own numbers in order and in its own way, and print each number once it is
 * acknowledged, until standard input ends or they are killed. killing_test.py
 * runs four of these on one database.
 *
 * A line is "THREAD NUMBER", written with one write(2): a kill cuts between
 * lines, and what was written before it stays in the pipe.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <garner/garner.h>

enum { PARTS = 3, IN_FLIGHT = 8 };

static struct garner_store *store;
static int64_t process;
static atomic_bool ended;

/* guarded by lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static int in_flight;

static const char insert[] = "insert into kept values (?, ?, ?, ?)";

static void must(enum garner_code code, const struct garner_error *err)
{
    if (code == GARNER_OK)
        return;
    fprintf(stderr, "%s: %s\n", garner_code_name(code), err->message);
    _Exit(1);
}

static void acknowledged(int thread, int64_t number)
{
    char line[64];
    const int size =
        snprintf(line, sizeof line, "%d %lld\n", thread, (long long)number);

    if (write(STDOUT_FILENO, line, (size_t)size) != size)
        _Exit(1);
}

static void *execute(void *unused)
{
    struct garner_error err;

    for (int64_t number = 1; !atomic_load(&ended); number++) {
        must(garner_exec(store, insert,
                         GARNER_ARGS(garner_integer(process), garner_integer(0),
                                     garner_integer(number), garner_integer(0)),
                         NULL, &err),
             &err);
        acknowledged(0, number);
    }
    return unused;
}

static void fill(struct garner_batch *batch, int thread, int64_t number)
{
    struct garner_error err;

    for (int part = 0; part < PARTS; part++)
        must(garner_batch_add(
                 batch, insert,
                 GARNER_ARGS(garner_integer(process), garner_integer(thread),
                             garner_integer(number), garner_integer(part)),
                 &err),
             &err);
}

static void *write_batches(void *unused)
{
    struct garner_error err;
    struct garner_batch *batch;

    must(garner_batch_new(&batch, &err), &err);
    garner_batch_set_ack(batch, GARNER_COMMITTED);
    for (int64_t number = 1; !atomic_load(&ended); number++) {
        fill(batch, 1, number);
        must(garner_write(store, batch, NULL, &err), &err);
        acknowledged(1, number);
        garner_batch_clear(batch);
    }
    garner_batch_free(batch);
    return unused;
}

static void done(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    (void)result;
    if (err != NULL)
        must(err->code, err);
    acknowledged(2, (int64_t)(intptr_t)context);
    pthread_mutex_lock(&lock);
    in_flight--;
    pthread_cond_signal(&settled);
    pthread_mutex_unlock(&lock);
}

static void *submit_batches(void *unused)
{
    struct garner_error err;

    for (int64_t number = 1; !atomic_load(&ended); number++) {
        struct garner_batch *batch;

        pthread_mutex_lock(&lock);
        while (in_flight == IN_FLIGHT)
            pthread_cond_wait(&settled, &lock);
        in_flight++;
        pthread_mutex_unlock(&lock);
        must(garner_batch_new(&batch, &err), &err);
        fill(batch, 2, number);
        must(garner_submit(store, batch, done, (void *)(intptr_t)number, &err),
             &err);
    }
    return unused;
}

int main(int argc, char **argv)
{
    static void *(*const ways[])(void *) = {execute, write_batches,
                                            submit_batches};
    struct garner_options options;
    struct garner_error err;
    pthread_t threads[3];
    char byte;

    if (argc != 3) {
        fprintf(stderr, "usage: sequence_writer DATABASE PROCESS\n");
        return 2;
    }
    process = strtoll(argv[2], NULL, 10);
    garner_options_init(&options);
    options.timeout_ms = 120000;
    options.gather_ms = 1;
    options.wal_bytes = 1 << 18; /* so that kills meet checkpoints, too */
    must(garner_open(argv[1], &options, &store, &err), &err);
    must(garner_exec(store,
                     "create table if not exists kept"
                     " (process, thread, number, part)",
                     NULL, 0, NULL, &err),
         &err);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (pthread_create(&threads[i], NULL, ways[i], NULL) != 0)
            return 1;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    atomic_store(&ended, true);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (pthread_join(threads[i], NULL) != 0)
            return 1;
    garner_close(store);
    return 0;
}
