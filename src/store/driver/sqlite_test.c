/* sqlite_test.c - a connection: log, deadlines, who is told of what is slow. */
#include "store/writer_test.h"

#include "store/driver/run.h"
#include "store/driver/transaction.h"

static const char *slow_sql;

static void note_slow(void *context, const char *sql)
{
    assert_ptr_equal(context, c);
    slow_sql = sql;
}

static void a_slow_statement_is_told_of(void **state)
{
    (void)state;
    gn_sqlite_on_slow(c, note_slow, c);
    run(c, "create table t(a)");
    run(c, "insert into t values (1)");
    assert_null(slow_sql);
    run(c, "insert into t with recursive n(i) as (select 1 union all select i "
           "+ 1 from n where i < 9000) select i from n");
    assert_non_null(slow_sql);
    slow_sql = NULL;
    assert_int_equal(number("select count(*) from t, t as u where t.a > "
                            "8990 and u.a > 0"),
                     90010); /* a query's work is nobody's to wait for */
    assert_null(slow_sql);
}

static void a_flag_ends_what_works_on_it(void **state)
{
    struct gn_cursor *cursor = cursor_on(
        c, "with recursive n(i) as (select 1 union all select i + 1 from "
           "n) select count(*) from n");
    struct garner_result result = {0};
    struct gn_statement s;
    atomic_uint stop = 1;

    (void)state;
    run(c, "create table t(a)");
    gn_sqlite_set_stop(c, &stop);
    assert_int_equal(gn_cursor_next(cursor, &err), GARNER_TIMEOUT);
    gn_cursor_close(cursor);
    gn_statement_init(&s,
                      "insert into t with recursive n(i) as (select 1 union "
                      "all select i + 1 from n) select count(*) from n",
                      NULL, 0);
    assert_int_equal(gn_run_one(c, &s, &result, &err), GARNER_TIMEOUT);
    gn_sqlite_set_stop(c, NULL);
    assert_int_equal(number("with recursive n(i) as (select 1 union all "
                            "select i + 1 from n where i < 9000) select "
                            "count(*) from n"),
                     9000);
}

static void memory_has_no_log(void **state)
{
    struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *memory;

    (void)state;
    options.path = ":memory:";
    assert_int_equal(gn_sqlite_open(&options, &memory, NULL), GARNER_OK);
    assert_false(gn_sqlite_is_wal(memory));
    assert_int_equal(gn_sqlite_set_sync(memory, true, NULL), GARNER_OK);
    run(memory, "create table t(a)");
    assert_int_equal(gn_sqlite_sync_log(memory, NULL), GARNER_OK);
    assert_int_equal(gn_sqlite_log_bytes(memory), 0);
    assert_true(gn_sqlite_is_wal(c));
    gn_sqlite_close(memory);
}

/* Stands in for libc's, which SQLite calls. */
static int syncs;

GARNER_API int fdatasync(int fildes)
{
    (void)fildes;
    syncs++;
    return 0;
}

static void each_level_syncs_as_often_as_it_says(void **state)
{
    const int64_t started_ns = gn_clock_monotonic_ns();

    (void)state;
    assert_int_equal(gn_sqlite_set_sync(c, false, NULL), GARNER_OK);
    assert_int_equal(number("pragma synchronous"), 1);
    run(c, "create table t(a)");
    syncs = 0;
    run(c, "insert into t values (1)");
    assert_int_equal(syncs, 0);
    assert_int_equal(gn_sqlite_sync_log(c, NULL), GARNER_OK);
    assert_int_equal(syncs, 1);
    assert_int_equal(gn_sqlite_sync_log(c, NULL), GARNER_OK);
    assert_int_equal(syncs, 1); /* all is synced already */
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    assert_int_equal(number("pragma synchronous"), 2);
    assert_int_equal(gn_sqlite_take_commit_ns(c), 0);
    run(c, "insert into t values (1)");
    assert_in_range(gn_sqlite_take_commit_ns(c), started_ns,
                    gn_clock_monotonic_ns());
    assert_int_equal(gn_sqlite_take_commit_ns(c), 0); /* was taken */
    assert_int_equal(syncs, 2);
    assert_int_equal(gn_sqlite_sync_log(c, NULL), GARNER_OK);
    assert_int_equal(syncs, 2); /* its commit did */
}

static void lost_memory_is_an_error_and_leaks_nothing(void **state)
{
    const struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *other;
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        gn_mem_fail_at(nth);
        if (gn_sqlite_open(&options, &other, &err) == GARNER_OK)
            break;
        assert_int_equal(err.code, GARNER_NOMEM);
        assert_null(other);
    }
    gn_mem_fail_at(0);
    assert_true(nth > 3);
    gn_sqlite_close(other);
    gn_sqlite_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_slow_statement_is_told_of),
        WITH(a_flag_ends_what_works_on_it),
        WITH(memory_has_no_log),
        WITH(each_level_syncs_as_often_as_it_says),
        WITH(lost_memory_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
