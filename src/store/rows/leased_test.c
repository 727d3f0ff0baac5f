/* leased_test.c - how a cursor ends before its last row: by an error,
 * canceled, out of time; and that nothing of it pins the log then. */
#include "store/rows/leased_fixture_test.h"

#include <sys/wait.h>

/* --- the end itself ------------------------------------------------------ */

static void at_its_end_nothing_is_held(void **state)
{
    struct garner_rows *rows = query("select a, b as bee from t order by a");

    (void)state;
    assert_true(nobody_reads()); /* there is no snapshot yet */
    assert_int_equal(next_number(rows), 1);
    run(writer, "insert into t values (4, 0)");
    assert_false(nobody_reads());
    assert_int_equal(next_number(rows), 2);
    assert_int_equal(next_number(rows), 3);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    nothing_is_held();
    assert_string_equal(garner_column_name(rows, 1), "bee");
    assert_int_equal(garner_columns(rows), 2);
    garner_rows_set_timeout(rows, 1); /* both too late */
    garner_rows_cancel(rows);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
}

static void after_an_error_nothing_is_held(void **state)
{
    struct garner_rows *rows =
        query("select abs(-9223372036854775807 + 1 - a) from t");

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    run(writer, "insert into t values (4, 0)");
    next_fails(rows, GARNER_SQL, "overflow");
    nothing_is_held();
    garner_rows_close(rows);
}

static void without_memory_for_its_row_nothing_is_held(void **state)
{
    struct garner_rows *rows = query("select 1, 2, 3, 4, 5, 6, 7, 8, 9 from t");

    (void)state;
    gn_mem_fail_at(1);
    next_fails(rows, GARNER_NOMEM, "9 columns");
    nothing_is_held();
    garner_rows_close(rows);
}

/* --- canceled ------------------------------------------------------------ */

static void canceled_between_calls_it_ends_at_once(void **state)
{
    struct garner_rows *rows = query("select a, b, " LONG " from t order by a");
    struct garner_value one;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    one = garner_column(rows, 1);
    run(writer, "insert into t values (4, 0)");
    garner_rows_cancel(rows);
    nothing_is_held();
    assert_memory_equal(one.bytes.data, "one", 3); /* what was given stays, */
    assert_int_equal(garner_column(rows, 0).integer, 1); /* and what was not */
    assert_int_equal(garner_column(rows, 2).bytes.size, 9000);
    assert_memory_equal(garner_column(rows, 2).bytes.data, "    ", 4);
    assert_string_equal(garner_column_name(rows, 1), "b");
    garner_rows_set_timeout(rows, 1);
    garner_rows_cancel(rows);
    next_fails(rows, GARNER_CANCELED, "select a, b, ");
    garner_rows_close(rows);
}

static void canceled_before_its_first_row_it_has_none(void **state)
{
    struct garner_rows *rows = query("select a from t");

    (void)state;
    garner_rows_cancel(rows);
    nothing_is_held();
    next_fails(rows, GARNER_CANCELED, "garner_rows_cancel");
    garner_rows_close(rows);
    rows = query("select a from t"); /* the next lease is its own */
    assert_int_equal(next_number(rows), 1);
    garner_rows_cancel(rows);
    garner_rows_close(rows);
    nothing_is_held();
}

static void canceled_while_it_works_it_ends_soon(void **state)
{
    struct reader r;

    (void)state;
    start(&r, ENDLESS " where exists (select 1 from t)");
    garner_rows_cancel(r.rows);
    ended(&r, GARNER_CANCELED, "canceled");
    nothing_is_held();
}

static void canceled_while_it_waits_for_a_lock_it_ends_soon(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct reader r;

    (void)state;
    r.rows = query("select a from t"); /* knows the schema */
    garner_rows_close(r.rows);
    foreign_run(foreign, "begin exclusive");
    start(&r, "select a from t");
    garner_rows_cancel(r.rows);
    ended(&r, GARNER_CANCELED, "canceled");
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

static void *cancel(void *rows)
{
    garner_rows_cancel(rows);
    return NULL;
}

/* Wherever the other thread is: a row is whole, or there is none. */
static void canceled_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct garner_rows *rows =
            query("select a, b, " LONG " from t order by a");
        struct garner_error err;
        enum garner_code code;
        pthread_t thread;
        int64_t n = 0;

        assert_int_equal(gn_thread_start(&thread, cancel, rows, NULL), 0);
        for (int j = 0; j < i % 5; j++)
            sched_yield();
        while ((code = garner_next(rows, &err)) == GARNER_ROW) {
            assert_int_equal(garner_column(rows, 0).integer, ++n);
            assert_int_equal(garner_column(rows, 2).bytes.size, 9000);
            assert_memory_equal(garner_column(rows, 2).bytes.data, "   ", 3);
            assert_string_equal(garner_column_name(rows, 1), "b");
        }
        assert_true(code == GARNER_CANCELED || n == 3);
        gn_thread_join(thread);
        garner_rows_close(rows);
    }
    nothing_is_held();
}

/* --- out of time --------------------------------------------------------- */

static void out_of_time_nothing_is_held(void **state)
{
    struct garner_rows *rows = query(ENDLESS " where exists (select 1 from t)");

    (void)state;
    garner_rows_set_timeout(rows, 5);
    next_fails(rows, GARNER_TIMEOUT, "the 5 ms of garner_rows_set_timeout");
    nothing_is_held();
    garner_rows_close(rows);
}

static void a_step_that_begins_too_late_fails(void **state)
{
    struct garner_rows *rows = query("select a from t order by a");
    int64_t until_ns;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    garner_rows_set_timeout(rows, 1);
    until_ns = gn_clock_monotonic_ns() + 1000000;
    while (gn_clock_monotonic_ns() <= until_ns)
        sched_yield();
    next_fails(rows, GARNER_TIMEOUT, "select a from t");
    garner_rows_close(rows);
    nothing_is_held();
}

/* A lock is waited for from the first step on, however late that is. */
static void a_lock_is_waited_for_so_long_and_no_longer(void **state)
{
    struct garner_rows *rows;
    struct garner_rows *patient;
    sqlite3 *foreign = foreign_open();
    int64_t until_ns;

    (void)state;
    patient = query_within("select a from t", 600000);
    rows = query_within("select a from t", 20);
    until_ns = gn_clock_monotonic_ns() + 25000000;
    while (gn_clock_monotonic_ns() <= until_ns)
        sched_yield();
    foreign_run(foreign, "begin exclusive");
    until_ns = gn_clock_monotonic_ns() + 20000000;
    next_fails(rows, GARNER_BUSY, "for a connection that is not of this store");
    assert_true(gn_clock_monotonic_ns() >= until_ns);
    garner_rows_close(rows);
    garner_rows_set_timeout(patient, 5);
    next_fails(patient, GARNER_TIMEOUT, "5 ms");
    garner_rows_close(patient);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

/* --- forked -------------------------------------------------------------- */

static void in_a_child_it_is_the_parent_s(void **state)
{
    struct garner_rows *rows = query("select a, b, " LONG " from t order by a");
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    child = fork();
    if (child == 0) {
        garner_rows_cancel(rows);
        garner_rows_set_timeout(rows, 1);
        status = garner_next(rows, NULL) == GARNER_MISUSE &&
                 garner_column(rows, 2).type == GARNER_NULL &&
                 garner_column_name(rows, 1)[0] == '\0';
        garner_rows_close(rows);
        _exit(status ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(next_number(rows), 2);
    garner_rows_close(rows);
}

#define NO_LOG(f) cmocka_unit_test_setup_teardown(f, with_journal, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(at_its_end_nothing_is_held),
        WITH(after_an_error_nothing_is_held),
        WITH(without_memory_for_its_row_nothing_is_held),
        WITH(canceled_between_calls_it_ends_at_once),
        WITH(canceled_before_its_first_row_it_has_none),
        WITH(canceled_while_it_works_it_ends_soon),
        NO_LOG(canceled_while_it_waits_for_a_lock_it_ends_soon),
        WITH(canceled_at_any_moment),
        WITH(out_of_time_nothing_is_held),
        WITH(a_step_that_begins_too_late_fails),
        NO_LOG(a_lock_is_waited_for_so_long_and_no_longer),
        WITH(in_a_child_it_is_the_parent_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
