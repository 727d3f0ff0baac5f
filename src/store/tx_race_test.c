/* tx_race_test.c - transactions of many threads in two processes, with writes
 * of all kinds beside them: none is lost, none counts twice; what a waiter in
 * another process is told; a holder that is killed. */
#include "store/door_test.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"

enum { THREADS = 8, ROUNDS = 60 };

static int with_table(void **state)
{
    if (with_store(state) != 0)
        return -1;
    exec("create table n(name text primary key, number integer)");
    exec("insert into n values ('read', 0), ('plain', 0), ('later', 0)");
    garner_close(store); /* so that there is no thread when the test forks */
    store = NULL;
    return 0;
}

/* --- many of both ----------------------------------------------------------
 */

struct hand {
    pthread_t thread;
    uint64_t seed;
    int committed;
    int plain;
    int later;
    int failed; /* in a way that may not be */
};

/* Reads, decides, writes. Now and then it dawdles until its time is up. */
static enum garner_code add_one(struct hand *h, bool dawdles)
{
    struct garner_tx_options o;
    struct garner_rows *rows;
    struct garner_tx *tx;
    enum garner_code code;
    int64_t number = -1;

    garner_tx_options_init(&o);
    o.ack = GARNER_COMMITTED;
    o.idle_ms = dawdles ? 1 : 60000;
    code = garner_begin(store, &o, &tx, NULL);
    if (code != GARNER_OK)
        return GARNER_IO;
    code = garner_tx_query(tx, "select number from n where name = 'read'", NULL,
                           0, &rows, NULL);
    if (code == GARNER_OK && (code = garner_next(rows, NULL)) == GARNER_ROW) {
        number = garner_column(rows, 0).integer;
        code = GARNER_OK;
    }
    for (uint64_t i = gn_random_next(&h->seed) % 4; dawdles && i > 0; i--) {
        const int64_t until_ns = gn_clock_monotonic_ns() + 500000;

        while (gn_clock_monotonic_ns() < until_ns)
            sched_yield();
    }
    garner_rows_close(rows);
    if (code == GARNER_OK)
        code =
            garner_tx_exec(tx, "update n set number = ? where name = 'read'",
                           GARNER_ARGS(garner_integer(number + 1)), NULL, NULL);
    if (code == GARNER_OK && gn_random_next(&h->seed) % 8 == 0) {
        garner_rollback(tx); /* thought better of it */
        return GARNER_CANCELED;
    }
    if (code == GARNER_OK)
        code = garner_commit(tx, NULL, NULL);
    if (code != GARNER_OK)
        garner_rollback(tx);
    return code;
}

static void count_done(void *context, const struct garner_result *result,
                       const struct garner_error *err)
{
    (void)result;
    if (err == NULL)
        atomic_fetch_add((atomic_int *)context, 1);
}

static atomic_int later;

static enum garner_code add_later(void)
{
    struct garner_batch *b;
    enum garner_code code = garner_batch_new(&b, NULL);

    if (code == GARNER_OK)
        code = garner_batch_add(
            b, "update n set number = number + 1 where name = 'later'", NULL, 0,
            NULL);
    return code == GARNER_OK ? garner_submit(store, b, count_done, &later, NULL)
                             : code;
}

static void *work(void *argument)
{
    struct hand *h = argument;

    for (int i = 0; i < ROUNDS; i++) {
        const bool dawdles = gn_random_next(&h->seed) % 8 == 0;
        enum garner_code code = add_one(h, dawdles);

        h->committed += code == GARNER_OK;
        h->failed += code != GARNER_OK && code != GARNER_CANCELED &&
                     (code != GARNER_TIMEOUT || !dawdles);
        code = garner_exec(
            store, "update n set number = number + 1 where name = 'plain'",
            NULL, 0, NULL, NULL);
        h->plain += code == GARNER_OK;
        h->failed += code != GARNER_OK;
        h->failed += i % 4 == 0 && add_later() != GARNER_OK;
    }
    return NULL;
}

/* One process' share; what it did is added to the table done. */
static int work_in_process(uint64_t seed)
{
    static struct hand hands[THREADS];
    struct hand sum = {0};
    struct garner_value args[4];

    options.ack = GARNER_COMMITTED;
    options.timeout_ms = 60000;
    if (open_with(fixture.db) != GARNER_OK)
        return 2;
    for (size_t i = 0; i < THREADS; i++) {
        hands[i].seed = seed + i;
        if (gn_thread_start(&hands[i].thread, work, &hands[i], NULL) !=
            GARNER_OK)
            return 2;
    }
    for (size_t i = 0; i < THREADS; i++) {
        gn_thread_join(hands[i].thread);
        sum.committed += hands[i].committed;
        sum.plain += hands[i].plain;
        sum.failed += hands[i].failed;
    }
    if (garner_flush(store, NULL) != GARNER_OK)
        return 2;
    while (atomic_load(&later) < THREADS * ROUNDS / 4)
        sched_yield();
    args[0] = garner_integer(sum.committed);
    args[1] = garner_integer(sum.plain);
    args[2] = garner_integer(atomic_load(&later));
    args[3] = garner_integer(sum.failed);
    if (garner_exec(store, "insert into done values (?, ?, ?, ?)", args, 4,
                    NULL, NULL) != GARNER_OK)
        return 2;
    garner_close(store);
    store = NULL;
    return 0;
}

static void none_is_lost_and_none_counts_twice(void **state)
{
    sqlite3 *foreign = foreign_open();
    int status;
    pid_t child;

    (void)state;
    foreign_run(foreign, "create table done(read, plain, later, failed)");
    foreign_close(foreign);
    child = fork();
    if (child == 0)
        _exit(work_in_process(100));
    assert_int_equal(work_in_process(200), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(foreign_text("select count(*) from done"), "2");
    assert_string_equal(foreign_text("select sum(failed) from done"), "0");
    assert_string_equal(
        foreign_text("select sum(plain) = 2 * 8 * 60 from done"), "1");
    assert_string_equal(
        foreign_text("select sum(later) = 2 * 8 * 15 from done"), "1");
    assert_string_equal(
        foreign_text("select (select number from n where name = 'read') = "
                     "sum(read) and sum(read) > 100 from done"),
        "1");
    assert_string_equal(
        foreign_text("select (select number from n where name = 'plain') = "
                     "sum(plain) from done"),
        "1");
    assert_string_equal(
        foreign_text("select (select number from n where name = 'later') = "
                     "sum(later) from done"),
        "1");
}

/* --- between processes -----------------------------------------------------
 */

static int up[2];
static int down[2];

/* Begins, says so, and commits when it is told to: 0 if that went well. */
static int hold_for_a_while(void)
{
    struct garner_tx *tx;
    char byte = 'x';

    if (open_with(fixture.db) != GARNER_OK ||
        garner_begin(store, NULL, &tx, NULL) != GARNER_OK ||
        garner_tx_exec(tx, "update n set number = 5 where name = 'read'", NULL,
                       0, NULL, NULL) != GARNER_OK ||
        write(up[1], &byte, 1) != 1 || read(down[0], &byte, 1) != 1 ||
        garner_commit(tx, NULL, NULL) != GARNER_OK)
        return 1;
    garner_close(store);
    return 0;
}

static pid_t start_holder(void)
{
    char byte;
    pid_t child;

    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    child = fork();
    if (child == 0)
        _exit(hold_for_a_while());
    assert_int_equal(read(up[0], &byte, 1), 1);
    return child;
}

static void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(close(up[i]), 0);
        assert_int_equal(close(down[i]), 0);
    }
}

static enum garner_code write_within(int timeout_ms, struct garner_error *err)
{
    struct garner_batch *b;
    enum garner_code code;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(b,
                                      "update n set number = 7 where name = "
                                      "'plain'",
                                      NULL, 0, NULL),
                     GARNER_OK);
    garner_batch_set_timeout(b, timeout_ms);
    code = garner_write(store, b, NULL, err);
    garner_batch_free(b);
    return code;
}

static void a_waiter_is_told_of_another_process_s(void **state)
{
    const pid_t child = start_holder();
    char expected[128];
    struct garner_error err;
    int status;

    (void)state;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(write_within(20, &err), GARNER_BUSY);
    /* Its one thread has its number. */
    snprintf(expected, sizeof expected,
             "the transaction of thread %d (process %d) has held the database "
             "for ",
             (int)child, (int)child);
    if (strncmp(err.message, expected, strlen(expected)) != 0 ||
        strstr(err.message, " ms; end it sooner: update n set number = 5 "
                            "where name = 'read'") == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(write(down[1], "x", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(write_within(20000, NULL), GARNER_OK);
    close_pipes();
    assert_int_equal(number("select sum(number) from n"), 12);
}

static void one_that_is_killed_is_rolled_back(void **state)
{
    const pid_t child = start_holder();
    int status;

    (void)state;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(write_within(20000, NULL), GARNER_OK);
    assert_int_equal(waitpid(child, &status, 0), child);
    close_pipes();
    assert_int_equal(number("select sum(number) from n"), 7);
}

static int use_the_parent_s(struct garner_tx *tx, struct garner_rows *rows)
{
    struct garner_error err;

    if (garner_tx_exec(tx, "delete from n", NULL, 0, NULL, &err) !=
            GARNER_MISUSE ||
        strstr(err.message, "parent") == NULL ||
        garner_next(rows, NULL) != GARNER_MISUSE ||
        garner_commit(tx, NULL, NULL) != GARNER_MISUSE ||
        garner_begin(store, NULL, &(struct garner_tx *){NULL}, NULL) !=
            GARNER_MISUSE)
        return 1;
    garner_rows_close(rows);
    garner_rollback(tx);
    garner_close(store);
    return 0;
}

static void a_child_keeps_its_hands_off(void **state)
{
    struct garner_rows *rows;
    struct garner_tx *tx;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(garner_begin(store, NULL, &tx, NULL), GARNER_OK);
    assert_int_equal(
        garner_tx_exec(tx, "update n set number = 1", NULL, 0, NULL, NULL),
        GARNER_OK);
    assert_int_equal(
        garner_tx_query(tx, "select name from n", NULL, 0, &rows, NULL),
        GARNER_OK);
    child = fork();
    if (child == 0)
        _exit(use_the_parent_s(tx, rows));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_commit(tx, NULL, NULL), GARNER_OK);
    garner_rows_close(rows);
    assert_int_equal(number("select sum(number) from n"), 3);
}

#define TABLE(f) WITH(f, with_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(none_is_lost_and_none_counts_twice),
        TABLE(a_waiter_is_told_of_another_process_s),
        TABLE(one_that_is_killed_is_rolled_back),
        TABLE(a_child_keeps_its_hands_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
