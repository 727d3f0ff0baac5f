/* held_test.c - cursors in a transaction: side by side, ended with it, by a
 * deadline, by another thread. */
#include "store/tx_fixture_test.h"

/* --- cursors ---------------------------------------------------------------
 */

static void many_rows(void)
{
    run_in("with recursive n(i) as (select 1 union all select i + 1 from n "
           "where i < 1000) insert into t select i, 'row ' || i from n");
}

static void cursors_run_side_by_side(void **state)
{
    struct garner_rows *up;
    struct garner_rows *down;
    struct garner_rows *again;

    (void)state;
    begin();
    many_rows();
    up = query_in("select a, b from t order by a");
    down = query_in("select b, a from t order by a desc");
    again = query_in("select a, b from t order by a"); /* the same text */
    assert_string_equal(garner_column_name(down, 1), "a");
    for (int64_t i = 1; i <= 1000; i++) {
        char text[16];

        assert_int_equal(garner_next(up, NULL), GARNER_ROW);
        assert_int_equal(garner_next(down, NULL), GARNER_ROW);
        snprintf(text, sizeof text, "row %d", (int)i);
        assert_int_equal(garner_column(up, 0).integer, i);
        assert_int_equal(garner_column(up, 1).bytes.size, strlen(text));
        assert_memory_equal(garner_column(up, 1).bytes.data, text,
                            strlen(text));
        assert_int_equal(garner_column(down, 1).integer, 1001 - i);
        if (i % 10 == 0) {
            assert_int_equal(garner_next(again, NULL), GARNER_ROW);
            assert_int_equal(garner_column(again, 0).integer, i / 10);
            run_in("create table if not exists other(x)");
            run_in("insert into other values (1)");
        }
    }
    assert_int_equal(garner_next(up, NULL), GARNER_DONE);
    assert_int_equal(garner_next(up, NULL), GARNER_DONE);
    assert_int_equal(garner_column(up, 0).type, GARNER_NULL);
    garner_rows_close(up);
    garner_rows_close(again); /* before its end */
    garner_rows_close(down);
    assert_int_equal(number_in("select count(*) from other"), 100);
    commit();
}

static void values_of_all_types_come_through(void **state)
{
    struct garner_rows *rows;

    (void)state;
    begin();
    rows = query_in("select 1, 2.5, 'text', x'0001', null, '', x''");
    assert_int_equal(garner_columns(rows), 7);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_column(rows, 0).integer, 1);
    assert_true(garner_column(rows, 1).real == 2.5);
    assert_memory_equal(garner_column(rows, 2).bytes.data, "text", 4);
    assert_memory_equal(garner_column(rows, 3).bytes.data, "\0\1", 2);
    assert_int_equal(garner_column(rows, 4).type, GARNER_NULL);
    assert_int_equal(garner_column(rows, 5).type, GARNER_TEXT);
    assert_int_equal(garner_column(rows, 5).bytes.size, 0);
    assert_int_equal(garner_column(rows, 6).type, GARNER_BLOB);
    assert_int_equal(garner_column(rows, 7).type, GARNER_NULL);
    assert_string_equal(garner_column_name(rows, 4), "null");
    assert_string_equal(garner_column_name(rows, 7), "");
    garner_rows_close(rows);
    end_of_it();
}

static void long_values_come_through(void **state)
{
    enum { LONG = 300000 };
    struct garner_rows *rows;

    (void)state;
    begin();
    rows = query_in("with recursive n(i) as (select 1 union all select i * 7 "
                    "from n where i < 100000) select i, zeroblob(i), i from n");
    for (int64_t i = 1; garner_next(rows, NULL) == GARNER_ROW; i *= 7) {
        assert_int_equal(garner_column(rows, 0).integer, i);
        assert_int_equal(garner_column(rows, 1).bytes.size, i);
        for (int64_t k = 0; k < i; k++)
            assert_int_equal(
                ((const char *)garner_column(rows, 1).bytes.data)[k], 0);
        assert_int_equal(garner_column(rows, 2).integer, i);
    }
    garner_rows_close(rows);
    end_of_it();
}

static void the_end_of_it_ends_its_cursors(void **state)
{
    struct garner_error err;

    (void)state;
    for (int how = 0; how < 4; how++) {
        struct garner_rows *rows;
        struct garner_rows *closed_before;

        begin();
        run_in("insert or ignore into t values (1, 'one')");
        closed_before = query_in("select b from t");
        rows = query_in("select b from t");
        if (how % 2 == 0)
            assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
        garner_rows_close(closed_before);
        if (how < 2)
            commit();
        else
            end_of_it();
        if (how % 2 == 0) /* the row stays the cursor's */
            assert_memory_equal(garner_column(rows, 0).bytes.data, "one", 3);
        assert_string_equal(garner_column_name(rows, 0), "b");
        assert_int_equal(garner_next(rows, &err), GARNER_MISUSE);
        assert_non_null(strstr(err.message, "was ended by the end"));
        garner_rows_close(rows);
        exec("update t set b = 'one'"); /* no statement is left */
    }
}

static void a_query_is_one_that_reads(void **state)
{
    struct garner_rows *rows = (void *)1;
    struct garner_error err;

    (void)state;
    begin();
    assert_int_equal(garner_tx_query(tx, "delete from t", NULL, 0, &rows, &err),
                     GARNER_SQL);
    assert_null(rows);
    assert_int_equal(
        garner_tx_query(tx, "select nothing", NULL, 0, &rows, &err),
        GARNER_SQL);
    assert_int_equal(garner_tx_query(tx, "select ?", NULL, 0, &rows, &err),
                     GARNER_SQL);
    assert_int_equal(number_in("select 5"), 5);
    end_of_it();
}

/* It ends the cursor, not the transaction. */
static void a_cursor_may_have_a_deadline(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    rows = query_in(ENDLESS "select count(*) from n");
    garner_rows_set_timeout(rows, 2);
    assert_int_equal(garner_next(rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "garner_rows_set_timeout"));
    garner_rows_set_timeout(rows, 2); /* it is over */
    assert_string_equal(garner_column_name(rows, 0), "count(*)");
    garner_rows_close(rows);
    assert_int_equal(number_in("select count(*) from t"), 1);
    commit();
    assert_int_equal(number("select count(*) from t"), 1);
}

static void *step(void *rows)
{
    return garner_next(rows, NULL) == GARNER_CANCELED ? rows : NULL;
}

/* So does this: at once, or at the next call. */
static void a_cursor_may_be_canceled(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;
    pthread_t thread;

    (void)state;
    begin();
    run_in("insert into t values (1, 'one'), (2, 'two')");
    rows = query_in("select a from t order by a");
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_cancel(rows);
    assert_int_equal(garner_column(rows, 0).integer, 1);
    assert_int_equal(garner_next(rows, &err), GARNER_CANCELED);
    assert_non_null(strstr(err.message, "garner_rows_cancel"));
    assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
    garner_rows_close(rows);
    rows = query_in(ENDLESS "select count(*) from n");
    assert_int_equal(gn_thread_start(&thread, step, rows, NULL), GARNER_OK);
    garner_rows_cancel(rows); /* before it or in it */
    gn_thread_join(thread);
    assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
    garner_rows_close(rows);
    rows = query_in("select 1");
    commit();
    garner_rows_cancel(rows);
    garner_rows_close(rows);
    begin();
    assert_int_equal(number_in("select count(*) from t"), 2);
    commit();
    assert_int_equal(number("select count(*) from t"), 2);
}

static void a_new_column_is_seen(void **state)
{
    struct garner_rows *rows;

    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    rows = query_in("select * from t");
    assert_int_equal(garner_columns(rows), 2);
    assert_string_equal(garner_column_name(rows, 1), "b");
    run_in("alter table t add column c default 3");
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_columns(rows), 3);
    assert_string_equal(garner_column_name(rows, 2), "c");
    assert_int_equal(garner_column(rows, 2).integer, 3);
    garner_rows_close(rows);
    commit();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(cursors_run_side_by_side),
        MEMORY(cursors_run_side_by_side),
        TABLE(values_of_all_types_come_through),
        TABLE(long_values_come_through),
        TABLE(the_end_of_it_ends_its_cursors),
        MEMORY(the_end_of_it_ends_its_cursors),
        TABLE(a_query_is_one_that_reads),
        TABLE(a_cursor_may_have_a_deadline),
        TABLE(a_cursor_may_be_canceled),
        TABLE(a_new_column_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
