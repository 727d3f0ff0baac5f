/* read_test.c - what a query is refused for, and what it gives. */
#include "store/door_test.h"

static void null_arguments_are_misuse(void **state)
{
    struct garner_rows *rows;

    (void)state;
    assert_int_equal(garner_query(store, NULL, NULL, 0, &rows, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_query(store, "x", NULL, 1, &rows, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_query(store, "x", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
}

static void a_query_only_reads(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    exec("create table t(a)");
    assert_int_equal(
        garner_query(store, "insert into t values (1)", NULL, 0, &rows, &err),
        GARNER_SQL);
    assert_null(rows);
    assert_non_null(strstr(err.message, "garner_exec"));
    assert_int_equal(number("select count(*) from t"), 0);
}

static void what_is_acknowledged_is_read(void **state)
{
    (void)state;
    exec("create table t(a)");
    for (int i = 1; i <= 20; i++) {
        exec("insert into t values (1)");
        assert_int_equal(number("select count(*) from t"), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(null_arguments_are_misuse, with_store),
        WITH(a_query_only_reads, with_store),
        WITH(what_is_acknowledged_is_read, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
