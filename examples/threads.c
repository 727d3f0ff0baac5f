/*
 * threads.c [DATABASE] - the program that used to end in "database is locked":
 * a hundred threads that each store a result, on one store, without a lock.
 *
 *   cc threads.c $(pkg-config --cflags --libs garner) -pthread && ./a.out
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include <garner/garner.h>

enum { THREADS = 100 };

static struct garner_store *store;

static void *work(void *name)
{
    struct garner_error err;

    /* Here a real program would fetch something. */
    if (garner_exec(store, "insert into result (thread, text) values (?, ?)",
                    GARNER_ARGS(garner_text(name), garner_text("what I found")),
                    NULL, &err) != GARNER_OK)
        fprintf(stderr, "%s: %s\n", (char *)name, err.message);
    return NULL; /* else the row is on the disk */
}

int main(int argc, char **argv)
{
    static char names[THREADS][24];
    pthread_t threads[THREADS];
    struct garner_rows *rows;
    struct garner_error err;

    if (garner_open(argc > 1 ? argv[1] : "results.db", NULL, &store, &err) ||
        garner_exec(store, "create table if not exists result (thread, text)",
                    GARNER_ARGS(), NULL, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    for (int i = 0; i < THREADS; i++) {
        snprintf(names[i], sizeof names[i], "thread %d", i);
        if (pthread_create(&threads[i], NULL, work, names[i]) != 0)
            return perror("pthread_create"), 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (garner_query(store, "select count(*) from result", GARNER_ARGS(), &rows,
                     &err) ||
        garner_next(rows, &err) != GARNER_ROW)
        return fprintf(stderr, "%s\n", err.message), 1;
    printf("%" PRId64 " rows\n", garner_column(rows, 0).integer);
    garner_rows_close(rows);
    garner_close(store);
    return 0;
}
