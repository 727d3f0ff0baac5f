/*
 * farm.c [FOLDER [DATABASE]] - eight threads write into a farm of two
 * databases, which becomes one of four meanwhile; then all rows come into one
 * database.
 *
 *   cc farm.c $(pkg-config --cflags --libs garner) -pthread && ./a.out
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <garner/garner.h>

enum { THREADS = 8, VISITS = 250 };

static struct garner_store *farm;

/* The key says which database a row goes to. It stays right when rows move. */
static void *visit(void *user)
{
    struct garner_store *shard = garner_shard(farm, user, strlen(user));
    struct garner_error err;

    for (int n = 0; n < VISITS; n++)
        if (garner_exec(shard, "insert into visit (user, n) values (?, ?)",
                        GARNER_ARGS(garner_text(user), garner_integer(n)), NULL,
                        &err) != GARNER_OK)
            fprintf(stderr, "%s: %s\n", (char *)user, err.message);
    return NULL;
}

static int fail(const struct garner_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    return 1;
}

/* One row a database: it is we who add them up. */
static int64_t count(struct garner_store *store)
{
    struct garner_rows *rows;
    int64_t sum = 0;

    if (garner_query(store, "select count(*) from visit", GARNER_ARGS(), &rows,
                     NULL) != GARNER_OK)
        return -1;
    while (garner_next(rows, NULL) == GARNER_ROW)
        sum += garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return sum;
}

/* Once it is made, it knows how many databases it has. */
static enum garner_code open_farm(const char *folder, struct garner_error *err)
{
    struct garner_options options;
    char url[256];

    garner_options_init(&options);
    options.create = false;
    if (garner_open(folder, &options, &farm, NULL) == GARNER_OK)
        return GARNER_OK;
    snprintf(url, sizeof url, "%s?shards=2", folder);
    return garner_open(url, NULL, &farm, err);
}

int main(int argc, char **argv)
{
    static char users[THREADS][16];
    pthread_t threads[THREADS];
    struct garner_store *all;
    struct garner_harvested done;
    struct garner_error err;

    if (open_farm(argc > 1 ? argv[1] : "visits", &err) ||
        garner_exec_all(
            farm, "create table if not exists visit (user text, n integer)",
            GARNER_ARGS(), NULL, &err) ||
        garner_farm_key(farm, "visit", "user", &err))
        return fail(&err);
    for (int i = 0; i < THREADS; i++) {
        snprintf(users[i], sizeof users[i], "user %d", i);
        if (pthread_create(&threads[i], NULL, visit, users[i]) != 0)
            return perror("pthread_create"), 1;
    }
    if (garner_farm_resize(farm, 4, &err))
        return fail(&err);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%" PRId64 " visits in %zu databases\n", count(farm),
           garner_shard_count(farm));

    if (garner_open(argc > 2 ? argv[2] : "all.db", NULL, &all, &err) ||
        garner_harvest(farm, all, NULL, &done, &err))
        return fail(&err);
    printf("%" PRIu64 " came home, where %" PRId64 " are now\n", done.rows,
           count(all));
    garner_close(all);
    garner_close(farm);
    return 0;
}
