/* run_test.c - statements: values, results, and what a failed one leaves. */
#include "store/writer_test.h"

#include "store/driver/run.h"
#include "store/driver/transaction.h"

static enum garner_code run_args(const char *sql,
                                 const struct garner_value *args, size_t count,
                                 struct garner_result *result)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, args, count);
    return gn_run_one(c, &s, result, NULL);
}

static void values_come_back_as_they_went_in(void **state)
{
    struct garner_result result = {0};
    struct gn_cursor *cursor;
    struct garner_value v;

    (void)state;
    run(c, "create table t(a, b, c, d, e, f, g)");
    assert_int_equal(
        run_args("insert into t values (?, ?, ?, ?, ?, ?, ?)",
                 GARNER_ARGS(garner_integer(INT64_MIN), garner_real(0.1),
                             garner_text("a\xc3\xa4"), garner_blob("\0\1", 2),
                             garner_null(), garner_text(""),
                             garner_blob(NULL, 0)),
                 &result),
        GARNER_OK);
    cursor = cursor_on(c, "select *, typeof(f), typeof(g) from t");
    assert_int_equal(gn_cursor_columns(cursor), 9);
    assert_string_equal(gn_cursor_name(cursor, 2), "c");
    assert_string_equal(gn_cursor_name(cursor, 9), "");
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    assert_true(gn_cursor_value(cursor, 0).integer == INT64_MIN);
    assert_true(gn_cursor_value(cursor, 1).real == 0.1);
    v = gn_cursor_value(cursor, 2);
    assert_int_equal(v.type, GARNER_TEXT);
    assert_int_equal(v.bytes.size, 3);
    assert_memory_equal(v.bytes.data, "a\xc3\xa4", 3);
    v = gn_cursor_value(cursor, 3);
    assert_int_equal(v.type, GARNER_BLOB);
    assert_int_equal(v.bytes.size, 2);
    assert_memory_equal(v.bytes.data, "\0\1", 2);
    assert_int_equal(gn_cursor_value(cursor, 4).type, GARNER_NULL);
    assert_memory_equal(gn_cursor_value(cursor, 7).bytes.data, "text", 4);
    assert_memory_equal(gn_cursor_value(cursor, 8).bytes.data, "blob", 4);
    assert_int_equal(gn_cursor_value(cursor, 9).type, GARNER_NULL);
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_DONE);
    gn_cursor_close(cursor);
}

static void results_are_of_the_statement_alone(void **state)
{
    struct garner_result r = {0};

    (void)state;
    run(c, "create table t(a integer primary key, b)");
    gn_run_start(c);
    assert_int_equal(
        run_args("insert into t values (7, 1), (9, 1)", NULL, 0, &r),
        GARNER_OK);
    assert_int_equal(r.changes, 2);
    assert_int_equal(r.last_rowid, 9);
    assert_int_equal(run_args("update t set b = 2 where a = 7", NULL, 0, &r),
                     GARNER_OK);
    assert_int_equal(r.changes, 3); /* it adds up */
    r = (struct garner_result){0};
    gn_run_start(c);
    assert_int_equal(run_args("create table u(a)", NULL, 0, &r), GARNER_OK);
    assert_int_equal(
        run_args("insert or ignore into t values (7, 1)", NULL, 0, &r),
        GARNER_OK);
    assert_int_equal(run_args("select * from t", NULL, 0, &r), GARNER_OK);
    assert_int_equal(r.changes, 0);
    assert_int_equal(r.last_rowid, 0);
    assert_int_equal(
        run_args("insert into t values (11, 0) returning b", NULL, 0, &r),
        GARNER_OK);
    assert_int_equal(r.changes, 1);
    assert_int_equal(r.last_rowid, 11);
}

static void arguments_must_be_as_many_as_parameters(void **state)
{
    struct garner_result r = {0};

    (void)state;
    assert_int_equal(run_args("select ?, ?", GARNER_ARGS(garner_null()), &r),
                     GARNER_SQL);
    assert_int_equal(run_args("select 1", GARNER_ARGS(garner_null()), &r),
                     GARNER_SQL);
    assert_int_equal(run_args("select ?2", GARNER_ARGS(garner_null()), &r),
                     GARNER_SQL);
}

static void only_a_failed_statement_may_leave_traces(void **state)
{
    struct garner_result r = {0};

    (void)state;
    run(c, "create table t(a unique)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_args("insert into t values (1), (1)", NULL, 0, &r),
                     GARNER_CONSTRAINT);
    assert_false(gn_run_left_traces(c));
    assert_int_equal(
        run_args("insert or fail into t values (1), (1)", NULL, 0, &r),
        GARNER_CONSTRAINT);
    assert_true(gn_run_left_traces(c));
    assert_int_equal(r.changes, 0);
    run(c, "insert into t values (2)");
    assert_false(gn_run_left_traces(c));
    gn_transaction_rollback(c);
    assert_int_equal(number("select count(*) from t"), 0);
}

static enum garner_code run_alone(const char *sql, struct garner_result *r,
                                  struct garner_error *why)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    *r = (struct garner_result){0};
    gn_run_start(c);
    return gn_run_alone(c, &s, r, why);
}

static void alone_a_statement_is_its_own_transaction(void **state)
{
    struct garner_result r;

    (void)state;
    run(c, "create table t(a unique)");
    assert_int_equal(run_alone("insert into t values (1), (2)", &r, NULL), 0);
    assert_int_equal(r.changes, 2);
    assert_int_equal(r.last_rowid, 2);
    assert_int_equal(run_alone("insert into t values (3), (1)", &r, NULL),
                     GARNER_CONSTRAINT);
    assert_int_equal(
        run_alone("insert or fail into t values (3), (1)", &r, NULL),
        GARNER_CONSTRAINT);
    assert_int_equal(r.changes, 0);
    assert_int_equal(
        run_alone("insert or fail into t values (4), (5)", &r, NULL),
        GARNER_OK);
    assert_int_equal(r.changes, 2);
    assert_int_equal(
        run_alone("insert or rollback into t values (6), (1)", &r, NULL),
        GARNER_CONSTRAINT);
    assert_false(gn_transaction_is_open(c));
    assert_string_equal(foreign_text("select a from t"), "1,2,4,5");
}

static void a_trigger_made_later_does_not_fail_halfway(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_result r;

    (void)state;
    run(c, "create table log(a)");
    run(c, "create table t(a)");
    assert_int_equal(run_alone("insert into t values (1)", &r, NULL), 0);
    foreign_run(foreign, "create trigger g after insert on t begin insert into "
                         "log values (1); select raise(fail, 'halfway') where "
                         "new.a = 1; end");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run_alone("insert into t values (1)", &r, &err),
                         GARNER_CONSTRAINT);
        assert_non_null(strstr(err.message, "halfway"));
        assert_false(gn_transaction_is_open(c));
    }
    assert_int_equal(foreign_number(foreign, "select count(*) from t"), 1);
    assert_int_equal(foreign_number(foreign, "select count(*) from log"), 0);
    foreign_run(foreign, "drop trigger g; create trigger h after update on t "
                         "begin insert into log values (2); end");
    assert_int_equal(run_alone("insert into t values (1)", &r, NULL), 0);
    assert_int_equal(run_alone("update t set a = 2", &r, NULL), 0);
    assert_int_equal(r.changes, 2);
    assert_int_equal(foreign_number(foreign, "select count(*) from log"), 2);
    foreign_close(foreign);
}

static void alone_too_a_foreign_lock_is_waited_for(void **state)
{
    static const char *const sql[] = {"insert into t values (1)",
                                      "insert or fail into t values (1)"};
    sqlite3 *foreign = foreign_open();
    struct garner_result r;

    (void)state;
    run(c, "create table t(a)");
    for (int i = 0; i < 2; i++) {
        foreign_run(foreign, "begin immediate");
        gn_sqlite_set_busy_deadline(c, gn_clock_monotonic_ns() + 5000000);
        assert_int_equal(run_alone(sql[i], &r, NULL), GARNER_BUSY);
        assert_true(gn_sqlite_is_held_off(c));
        foreign_run(foreign, "commit");
        assert_int_equal(run_alone(sql[i], &r, NULL), GARNER_OK);
        assert_false(gn_sqlite_is_held_off(c));
    }
    foreign_close(foreign);
}

static enum garner_code run_whole(const char *sql)
{
    struct garner_result result = {0};
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    return gn_run_whole(c, &s, &result, NULL);
}

static void whole_a_statement_leaves_nothing_when_it_fails(void **state)
{
    (void)state;
    run(c, "create table t(a unique)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_whole("insert into t values (1)"), GARNER_OK);
    assert_int_equal(run_whole("insert or fail into t values (2), (1)"),
                     GARNER_CONSTRAINT);
    assert_int_equal(run_whole("insert or fail into t values (3)"), GARNER_OK);
    assert_true(gn_transaction_is_open(c));
    assert_int_equal(run_whole("insert or rollback into t values (3)"),
                     GARNER_CONSTRAINT);
    assert_false(gn_transaction_is_open(c));
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_whole("insert or fail into t values (4)"), GARNER_OK);
    assert_int_not_equal(gn_transaction_keep(c, NULL),
                         GARNER_OK); /* none is left */
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(values_come_back_as_they_went_in),
        WITH(results_are_of_the_statement_alone),
        WITH(arguments_must_be_as_many_as_parameters),
        WITH(only_a_failed_statement_may_leave_traces),
        WITH(alone_a_statement_is_its_own_transaction),
        WITH(a_trigger_made_later_does_not_fail_halfway),
        WITH(alone_too_a_foreign_lock_is_waited_for),
        WITH(whole_a_statement_leaves_nothing_when_it_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
