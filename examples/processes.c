/*
 * processes.c - four processes write to one database at the same time. Each
 * opens it for itself, after fork; they take fair turns, and none ever meets
 * "database is locked".
 *
 *   cc processes.c $(pkg-config --cflags --libs garner) && ./a.out my.db
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <garner/garner.h>

enum { PROCESSES = 4, EACH = 250 };

static struct garner_store *store;
static struct garner_error err;

static void must(enum garner_code code)
{
    if (code != GARNER_OK) {
        fprintf(stderr, "%s: %s\n", garner_code_name(code), err.message);
        _exit(1);
    }
}

static void work(const char *path, int process)
{
    must(garner_open(path, NULL, &store, &err));
    for (int n = 0; n < EACH; n++)
        must(
            garner_exec(store, "insert into result values (?, ?)",
                        GARNER_ARGS(garner_integer(process), garner_integer(n)),
                        NULL, &err));
    garner_close(store);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "processes.db";
    struct garner_rows *rows;
    int status;

    must(garner_open(path, NULL, &store, &err));
    must(garner_exec(store, "create table if not exists result (process, n)",
                     NULL, 0, NULL, &err));
    garner_close(store); /* before fork: a child may not use its parent's */
    for (int i = 0; i < PROCESSES; i++) {
        const pid_t child = fork();

        if (child == 0) {
            work(path, i);
            _exit(0);
        }
        if (child < 0)
            perror("fork");
    }
    while (wait(&status) > 0)
        if (status != 0)
            return 1;
    must(garner_open(path, NULL, &store, &err));
    must(garner_query(store, "select count(*) from result", NULL, 0, &rows,
                      &err));
    if (garner_next(rows, &err) == GARNER_ROW)
        printf("%lld rows\n", (long long)garner_column(rows, 0).integer);
    garner_rows_close(rows);
    garner_close(store);
    return 0;
}
