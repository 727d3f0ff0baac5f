/* tx_end_test.c - transactions that end by themselves: past a deadline, or with
 * their store. */
#include "store/tx_fixture_test.h"

#include <semaphore.h>

/* --- deadlines -------------------------------------------------------------
 */

/* Begins one that is to be idle too long, with a row read; false: the machine
 * was so slow that it was already. */
static bool begin_with_row(struct garner_rows **rows)
{
    *rows = NULL;
    begin();
    if (try_in("insert into t values (1, 'a text that is not so short')") ==
            GARNER_OK &&
        garner_tx_query(tx, "select b, a from t", NULL, 0, rows, NULL) ==
            GARNER_OK &&
        garner_next(*rows, NULL) == GARNER_ROW)
        return true;
    garner_rollback(tx);
    garner_rows_close(*rows);
    return false;
}

static void one_that_is_idle_makes_way(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;
    struct writer w;

    (void)state;
    terms.idle_ms = 50;
    while (!begin_with_row(&rows))
        terms.idle_ms *= 2;
    start(&w, "insert into t values (2, 'two')", 50000);
    assert_int_equal(join(&w), GARNER_OK); /* then it was rolled back */
    assert_memory_equal(garner_column(rows, 0).bytes.data,
                        "a text that is not so short", 27);
    assert_int_equal(garner_column(rows, 1).integer, 1);
    assert_int_equal(garner_columns(rows), 2);
    assert_int_equal(garner_next(rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "(idle_ms)"));
    assert_int_equal(garner_tx_exec(tx, "select 1", NULL, 0, NULL, &err),
                     GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "was rolled back: idle for"));
    assert_int_equal(garner_tx_query(tx, "select 1", NULL, 0,
                                     &(struct garner_rows *){NULL}, NULL),
                     GARNER_TIMEOUT);
    assert_int_equal(garner_commit(tx, NULL, NULL), GARNER_TIMEOUT);
    exec("insert into t values (3, 'three')"); /* it is nobody's now */
    garner_rollback(tx);
    garner_rows_close(rows);
    assert_string_equal(foreign_text("select a from t"), "2,3");
}

static void a_statement_cannot_outlive_it(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;

    (void)state;
    terms.timeout_ms = 100;
    begin();
    assert_int_equal(garner_tx_exec(tx,
                                    ENDLESS
                                    "insert into t select i, 0 from n where "
                                    "i < 0",
                                    NULL, 0, NULL, &err),
                     GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "open for 100 ms (timeout_ms)"));
    exec("insert into t values (1, 'one')");
    garner_rollback(tx);
    begin();
    code = garner_tx_query(tx, ENDLESS "select count(*) from n", NULL, 0, &rows,
                           &err);
    if (code == GARNER_OK) {
        code = garner_next(rows, &err);
        assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
        garner_rows_close(rows);
    }
    assert_int_equal(code, GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "(timeout_ms)"));
    exec("insert into t values (2, 'two')");
    garner_rollback(tx);
    assert_string_equal(foreign_text("select a from t"), "1,2");
}

static sem_t used;

/* --- the end of the store --------------------------------------------------
 */

static void close_store(void)
{
    garner_close(store);
    store = NULL;
}

static void closing_rolls_back_the_closer_s_own(void **state)
{
    const int64_t before_ns = gn_clock_monotonic_ns();
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    options.timeout_ms = 1000000;
    reopen();
    begin();
    assert_int_equal(try_in("insert into t values (1, 'one')"), GARNER_OK);
    assert_int_equal(
        garner_tx_query(tx, "select b from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    close_store(); /* waits for nobody */
    assert_true(gn_clock_monotonic_ns() - before_ns < INT64_C(50000000000));
    assert_memory_equal(garner_column(rows, 0).bytes.data, "one", 3);
    assert_int_equal(garner_next(rows, &err), GARNER_CLOSED);
    assert_non_null(strstr(err.message, "its store was closed"));
    assert_int_equal(try_in("insert into t values (2, 'two')"), GARNER_CLOSED);
    assert_int_equal(garner_tx_savepoint(tx, NULL), GARNER_CLOSED);
    garner_rollback(tx);
    garner_rows_close(rows);
    assert_string_equal(foreign_text("select count(*) from t"), "0");
}

static void *begin_only(void *unused)
{
    begin();
    (void)try_in("insert into t values (1, 'one')");
    return unused;
}

static void closing_waits_for_others_and_not_for_ever(void **state)
{
    pthread_t thread;

    (void)state;
    options.timeout_ms = 20;
    reopen();
    assert_int_equal(gn_thread_start(&thread, begin_only, NULL, NULL), 0);
    gn_thread_join(thread);
    close_store();
    assert_int_equal(garner_commit(tx, NULL, NULL), GARNER_CLOSED);
    garner_rollback(tx);
    assert_string_equal(foreign_text("select count(*) from t"), "0");
}

static void *run_endlessly(void *code)
{
    begin();
    sem_post(&used);
    *(enum garner_code *)code =
        try_in(ENDLESS "insert into t select i, 0 from n where i < 0");
    return NULL;
}

static void closing_interrupts_a_statement(void **state)
{
    enum garner_code code = GARNER_OK;
    pthread_t thread;

    (void)state;
    assert_int_equal(sem_init(&used, 0, 0), 0);
    options.timeout_ms = 20;
    reopen();
    assert_int_equal(gn_thread_start(&thread, run_endlessly, &code, NULL), 0);
    while (sem_wait(&used) != 0)
        ;
    close_store();
    gn_thread_join(thread);
    sem_destroy(&used);
    assert_int_equal(code, GARNER_CLOSED);
    garner_rollback(tx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(one_that_is_idle_makes_way),
        TABLE(a_statement_cannot_outlive_it),
        TABLE(closing_rolls_back_the_closer_s_own),
        TABLE(closing_waits_for_others_and_not_for_ever),
        TABLE(closing_interrupts_a_statement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
