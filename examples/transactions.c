/*
 * transactions.c [DATABASE] - money moves between accounts, from several
 * threads: each looks first whether there is enough, then takes it, then gives
 * it. Nobody can spend it in between, and none of it is lost on the way.
 *
 *   cc transactions.c $(pkg-config --cflags --libs garner) -pthread && ./a.out
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <garner/garner.h>

enum { THREADS = 8, MOVES = 25, ACCOUNTS = 5, AT_FIRST = 100 };

static struct garner_store *store;

static enum garner_code balance(struct garner_tx *tx, int64_t account,
                                int64_t *amount, struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_tx_query(tx, "select amount from account where id = ?",
                        GARNER_ARGS(garner_integer(account)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    *amount = code == GARNER_ROW ? garner_column(rows, 0).integer : 0;
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code add(struct garner_tx *tx, int64_t account,
                            int64_t amount, struct garner_error *err)
{
    return garner_tx_exec(
        tx, "update account set amount = amount + ? where id = ?",
        GARNER_ARGS(garner_integer(amount), garner_integer(account)), NULL,
        err);
}

/* In tx: nothing of it happens unless all of it can. */
static enum garner_code move(struct garner_tx *tx, int64_t from, int64_t to,
                             int64_t amount, struct garner_error *err)
{
    int64_t there = 0;
    enum garner_code code = balance(tx, from, &there, err);

    if (code != GARNER_OK || there < amount)
        return code; /* too little: leave it */
    code = add(tx, from, -amount, err);
    return code == GARNER_OK ? add(tx, to, amount, err) : code;
}

static void *work(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number;
    struct garner_error err;

    for (int i = 0; i < MOVES; i++) {
        struct garner_tx *tx;
        const int from = 1 + rand_r(&seed) % ACCOUNTS;
        const int to = 1 + rand_r(&seed) % ACCOUNTS;

        if (garner_begin(store, NULL, &tx, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return NULL;
        }
        if (move(tx, from, to, rand_r(&seed) % 60, &err) ||
            garner_commit(tx, NULL, &err)) {
            fprintf(stderr, "%s\n", err.message);
            garner_rollback(tx); /* also after a commit that failed */
        }
    }
    return NULL;
}

static void show(void)
{
    struct garner_rows *rows;
    struct garner_error err;

    if (garner_query(store,
                     "select count(*), sum(amount), min(amount) >= 0 "
                     "from account",
                     GARNER_ARGS(), &rows, &err) == GARNER_OK &&
        garner_next(rows, &err) == GARNER_ROW)
        printf("%" PRId64 " accounts hold %" PRId64 "; none is overdrawn: %s\n",
               garner_column(rows, 0).integer, garner_column(rows, 1).integer,
               garner_column(rows, 2).integer ? "yes" : "no");
    else
        fprintf(stderr, "%s\n", err.message);
    garner_rows_close(rows);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    struct garner_error err;

    if (garner_open(argc > 1 ? argv[1] : "accounts.db", NULL, &store, &err) ||
        garner_exec(store,
                    "create table if not exists account (id integer primary "
                    "key, amount integer not null)",
                    GARNER_ARGS(), NULL, &err) ||
        garner_exec(store,
                    "insert or ignore into account values (1, ?1), (2, ?1), "
                    "(3, ?1), (4, ?1), (5, ?1)",
                    GARNER_ARGS(garner_integer(AT_FIRST)), NULL, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(i + 1)) != 0)
            return perror("pthread_create"), 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    show();
    garner_close(store);
    return 0;
}
