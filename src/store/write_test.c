/* write_test.c - statements and batches, and their results. */
#include "store/door_test.h"

static void a_result_is_of_its_own_write(void **state)
{
    struct garner_result result;
    struct garner_batch *b;

    (void)state;
    exec("create table t(a integer primary key, b)");
    assert_int_equal(
        garner_exec(store, "insert into t values (?, ?)",
                    GARNER_ARGS(garner_integer(41), garner_text("x")), &result,
                    NULL),
        GARNER_OK);
    assert_int_equal(result.changes, 1);
    assert_int_equal(result.last_rowid, 41);
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_write(store, b, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 0); /* an empty batch */
    assert_int_equal(garner_batch_add(b, "insert into t(b) values (1), (2)",
                                      GARNER_ARGS(), NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_batch_add(b, "update t set b = 0", GARNER_ARGS(), NULL),
        GARNER_OK);
    assert_int_equal(garner_write(store, b, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 2 + 3);
    assert_int_equal(result.last_rowid, 43);
    assert_int_equal(garner_write(store, b, NULL, NULL), GARNER_OK); /* again */
    garner_batch_free(b);
    assert_int_equal(number("select count(*) from t"), 5);
}

static void what_cannot_be_written_says_why(void **state)
{
    struct garner_batch *b;
    struct garner_error err;

    (void)state;
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    write_fails("insert into t values (1)", GARNER_CONSTRAINT, "UNIQUE");
    write_fails("insert into u values (1)", GARNER_SQL, "no such table");
    write_fails("insert into t values (?)", GARNER_SQL, "1 parameters, but 0");
    write_fails("insert into t values (2); delete from t", GARNER_SQL,
                "more than one statement");
    write_fails("", GARNER_SQL, "no statement");
    write_fails("begin", GARNER_SQL, "not allowed here");
    write_fails("commit", GARNER_SQL, "transaction control");
    write_fails("savepoint s", GARNER_SQL, "not allowed here");
    write_fails("pragma journal_mode=delete", GARNER_SQL, "not allowed here");
    write_fails("vacuum", GARNER_SQL, "not allowed here");
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    for (int i = 2; i < 5; i++)
        assert_int_equal(garner_batch_add(b, "insert into t values (?)",
                                          GARNER_ARGS(garner_integer(i % 3)),
                                          NULL),
                         GARNER_OK);
    assert_int_equal(garner_write(store, b, NULL, &err), GARNER_CONSTRAINT);
    assert_memory_equal(err.message, "statement 3 of 3: ", 18);
    garner_batch_free(b);
    assert_int_equal(number("select count(*) from t"), 1);
}

static void null_arguments_are_misuse(void **state)
{
    struct garner_batch *b;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_exec(store, NULL, NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_exec(store, "x", NULL, 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_write(store, NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_submit(store, NULL, NULL, NULL, NULL),
                     GARNER_MISUSE);
    garner_batch_free(b);
}

static void nothing(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    assert_null(err);
    assert_int_equal(result->changes, 0);
    assert_int_equal(result->last_rowid, 0);
    ++*(int *)context;
}

static void an_empty_batch_is_settled_too(void **state)
{
    struct garner_batch *b;
    int called = 0;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_submit(store, b, nothing, &called, NULL),
                     GARNER_OK);
    garner_close(store);
    store = NULL;
    assert_int_equal(called, 1);
}

static void every_kind_of_write_is_booked(void **state)
{
    const int64_t started_ns = gn_clock_monotonic_ns();
    struct garner_batch *b;
    struct garner_stats stats;
    int64_t elapsed_ns;

    (void)state;
    exec("create table t(a)");
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(b, "insert into t values (1)", NULL, 0, NULL),
        GARNER_OK);
    assert_int_equal(garner_write(store, b, NULL, NULL), GARNER_OK);
    garner_stats(store, &stats);
    assert_int_equal(stats.wait_ns.count, 2);
    assert_int_equal(garner_submit(store, b, NULL, NULL, NULL), GARNER_OK);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    garner_stats(store, &stats);
    elapsed_ns = gn_clock_monotonic_ns() - started_ns;
    assert_int_equal(stats.batches, 3);
    assert_int_equal(stats.wait_ns.count, 3);
    assert_in_range(stats.wait_ns.max, 1, elapsed_ns);
    assert_in_range(stats.wait_ns.sum, stats.wait_ns.max, elapsed_ns);
    assert_int_equal(stats.sync_ns.count, 3);
    assert_in_range(stats.sync_ns.max, 1, stats.wait_ns.max);
    assert_in_range(stats.sync_ns.p50, 1, stats.sync_ns.p99);
    assert_int_equal(stats.group_batches.count, 3);
    assert_int_equal(stats.group_batches.max, 1);
    assert_true(stats.wal_peak_bytes > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_result_is_of_its_own_write, with_store),
        WITH(what_cannot_be_written_says_why, with_store),
        WITH(null_arguments_are_misuse, with_store),
        WITH(an_empty_batch_is_settled_too, with_store),
        WITH(every_kind_of_write_is_booked, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
