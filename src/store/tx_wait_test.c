/* tx_wait_test.c - those who wait for a transaction: in order, together, told
 * whose it is; and one that goes from thread to thread. */
#include "store/tx_fixture_test.h"

#include <semaphore.h>

/* --- those who wait --------------------------------------------------------
 */

static void a_waiter_is_told_for_whom(void **state)
{
    char expected[128];
    struct writer w;

    (void)state;
    begin();
    assert_int_equal(try_in("update t set b = 'x' where a = 5"), GARNER_OK);
    start(&w, "insert into t values (1, 'one')", 20);
    assert_int_equal(join(&w), GARNER_TIMEOUT);
    snprintf(expected, sizeof expected,
             "the transaction of thread %d (process %d) has held the database "
             "for ",
             (int)gettid(), (int)getpid());
    if (strncmp(w.err.message, expected, strlen(expected)) != 0)
        fail_msg("%s", w.err.message);
    assert_non_null(strstr(w.err.message, " ms; end it sooner: update t set"));
    commit();
    assert_string_equal(foreign_text("select count(*) from t"), "0");
    /* Nothing of it is left to be told. */
    start(&w, "insert into t values (1, 'one')", 20000);
    assert_int_equal(join(&w), GARNER_OK);
}

static void who_finds_no_room_is_told_too(void **state)
{
    struct writer first;
    struct writer second;

    (void)state;
    options.queue_statements = 1;
    reopen();
    begin();
    start(&first, "insert into t values (1, 'one')", 50000);
    await_queued(1);
    start(&second, "insert into t values (2, 'two')", 20);
    assert_int_equal(join(&second), GARNER_FULL);
    assert_non_null(strstr(second.err.message, "the transaction of thread"));
    commit();
    assert_int_equal(join(&first), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1");
}

static void count_done(void *context, const struct garner_result *result,
                       const struct garner_error *err)
{
    (void)result;
    if (err == NULL)
        atomic_fetch_add((atomic_int *)context, 1);
}

static void the_queue_gathers_behind_it(void **state)
{
    enum { WAITING = 10, SUBMITTED = 5 };
    struct writer w[WAITING];
    struct garner_stats before;
    struct garner_stats after;
    atomic_int done = 0;

    (void)state;
    begin();
    garner_stats(store, &before);
    for (int i = 0; i < SUBMITTED; i++) {
        struct garner_batch *b;

        assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
        assert_int_equal(garner_batch_add(b,
                                          "insert into t(b) values ('later')",
                                          NULL, 0, NULL),
                         GARNER_OK);
        assert_int_equal(garner_submit(store, b, count_done, &done, NULL),
                         GARNER_OK);
    }
    for (int i = 0; i < WAITING; i++)
        start(&w[i], "insert into t(b) values ('now')", 50000);
    await_queued(SUBMITTED + WAITING);
    assert_int_equal(try_in("insert into t(b) values ('first')"), GARNER_OK);
    commit();
    for (int i = 0; i < WAITING; i++)
        assert_int_equal(join(&w[i]), GARNER_OK);
    while (atomic_load(&done) < SUBMITTED)
        sched_yield();
    garner_stats(store, &after);
    assert_int_equal(after.groups - before.groups, 2); /* it, and the rest */
    assert_string_equal(foreign_text("select b from t where a = 1"), "first");
    assert_int_equal(number("select count(*) from t"), 1 + SUBMITTED + WAITING);
}

static void submitted_ones_alone_are_run_after_it(void **state)
{
    struct garner_batch *b;
    atomic_int done = 0;

    (void)state;
    begin();
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(b, "insert into t values (1, '')", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(garner_submit(store, b, count_done, &done, NULL),
                     GARNER_OK);
    garner_rollback(tx);
    while (atomic_load(&done) < 1)
        sched_yield();
}

/* --- order -----------------------------------------------------------------
 */

struct beginner {
    pthread_t thread;
    enum garner_code code;
    int64_t rows; /* that it saw */
};

static void *begin_and_look(void *argument)
{
    struct beginner *b = argument;
    struct garner_rows *rows = NULL;
    struct garner_tx *own;

    b->code = garner_begin(store, NULL, &own, NULL);
    if (b->code != GARNER_OK)
        return NULL;
    b->code =
        garner_tx_query(own, "select count(*) from t", NULL, 0, &rows, NULL);
    if (b->code == GARNER_OK && garner_next(rows, NULL) == GARNER_ROW)
        b->rows = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    garner_rollback(own);
    return NULL;
}

/* It neither overtakes a write nor is it overtaken. */
static void a_transaction_waits_for_its_turn(void **state)
{
    struct writer before;
    struct writer after;
    struct beginner b[2] = {{.rows = -1}, {.rows = -1}};

    (void)state;
    for (int round = 0; round < 20; round++) {
        begin();
        assert_int_equal(try_in("delete from t"), GARNER_OK);
        start(&before, "insert into t values (1, '')", 50000);
        await_queued(1);
        assert_int_equal(
            gn_thread_start(&b[0].thread, begin_and_look, &b[0], NULL), 0);
        await_queued(2);
        start(&after, "insert into t values (2, '')", 50000);
        await_queued(3);
        assert_int_equal(
            gn_thread_start(&b[1].thread, begin_and_look, &b[1], NULL), 0);
        await_queued(4);
        commit();
        assert_int_equal(join(&before), GARNER_OK);
        assert_int_equal(join(&after), GARNER_OK);
        for (int i = 0; i < 2; i++) {
            gn_thread_join(b[i].thread);
            assert_int_equal(b[i].code, GARNER_OK);
            assert_int_equal(b[i].rows, i + 1);
        }
    }
}

static void beginning_has_a_deadline(void **state)
{
    struct garner_error err;
    struct writer w;
    sqlite3 *foreign;

    (void)state;
    options.timeout_ms = 20;
    reopen();
    foreign = foreign_open();
    foreign_run(foreign, "begin immediate");
    assert_int_equal(garner_begin(store, NULL, &tx, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "not garner's"));
    foreign_run(foreign, "commit");
    foreign_close(foreign);
    options.timeout_ms = 20000;
    reopen();
    begin();
    start(&w, "insert into t values (1, '')", 50000);
    commit();
    assert_int_equal(join(&w), GARNER_OK);
}

static void a_moved_file_begins_none(void **state)
{
    char moved[128];
    struct garner_error err;
    enum garner_code code;

    (void)state;
    snprintf(moved, sizeof moved, "%s.moved", fixture.db);
    assert_int_equal(rename(fixture.db, moved), 0);
    do { /* it is looked for once in a while */
        code = garner_begin(store, NULL, &tx, &err);
        garner_rollback(tx);
    } while (code == GARNER_OK);
    assert_int_equal(code, GARNER_IO);
    assert_non_null(strstr(err.message, "moved"));
    assert_int_equal(rename(moved, fixture.db), 0);
}

/* --- from thread to thread -------------------------------------------------
 */

static sem_t used;

static void *use_and_commit(void *argument)
{
    enum garner_code *codes = argument;

    codes[0] = try_in("insert into t values (1, '')");
    codes[1] =
        garner_exec(store, "insert into t values (2, '')", NULL, 0, NULL, NULL);
    sem_post(&used);
    await_queued(1); /* the thread that began it waits for it, as all do */
    codes[2] = garner_commit(tx, NULL, NULL);
    return NULL;
}

static void it_is_whose_who_called_last(void **state)
{
    enum garner_code codes[3];
    pthread_t thread;

    (void)state;
    assert_int_equal(sem_init(&used, 0, 0), 0);
    begin();
    assert_int_equal(gn_thread_start(&thread, use_and_commit, codes, NULL), 0);
    while (sem_wait(&used) != 0)
        ;
    exec("insert into t values (3, '')");
    gn_thread_join(thread);
    sem_destroy(&used);
    assert_int_equal(codes[0], GARNER_OK);
    assert_int_equal(codes[1], GARNER_MISUSE);
    assert_int_equal(codes[2], GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1,3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(a_waiter_is_told_for_whom),
        TABLE(who_finds_no_room_is_told_too),
        TABLE(the_queue_gathers_behind_it),
        TABLE(submitted_ones_alone_are_run_after_it),
        TABLE(a_transaction_waits_for_its_turn),
        TABLE(beginning_has_a_deadline),
        TABLE(a_moved_file_begins_none),
        TABLE(it_is_whose_who_called_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
