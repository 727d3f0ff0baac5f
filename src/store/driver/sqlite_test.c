/* sqlite_test.c - a connection: values, transactions, log, deadlines. */
#include "store/fixture_test.h"

#include "store/driver/cursor.h"

static struct gn_sqlite *c;

static int with_writer(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    return 0;
}

static int without_writer(void **state)
{
    gn_sqlite_close(c);
    return fixture_down(state);
}

static enum garner_code run_args(const char *sql,
                                 const struct garner_value *args, size_t count,
                                 struct garner_result *result)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, args, count);
    return gn_sqlite_run(c, &s, result, NULL);
}

static struct gn_cursor *query(struct gn_sqlite *on, const char *sql)
{
    struct gn_statement s;
    struct gn_cursor *cursor;
    struct garner_error err;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_cursor_open(on, &s, &cursor, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return cursor;
}

static int64_t number(struct gn_sqlite *on, const char *sql)
{
    struct gn_cursor *cursor = query(on, sql);
    int64_t n;

    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    n = gn_cursor_value(cursor, 0).integer;
    gn_cursor_close(cursor);
    return n;
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
    cursor = query(c, "select *, typeof(f), typeof(g) from t");
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
    gn_sqlite_start(c);
    assert_int_equal(
        run_args("insert into t values (7, 1), (9, 1)", NULL, 0, &r),
        GARNER_OK);
    assert_int_equal(r.changes, 2);
    assert_int_equal(r.last_rowid, 9);
    assert_int_equal(run_args("update t set b = 2 where a = 7", NULL, 0, &r),
                     GARNER_OK);
    assert_int_equal(r.changes, 3); /* it adds up */
    r = (struct garner_result){0};
    gn_sqlite_start(c);
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
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_args("insert into t values (1), (1)", NULL, 0, &r),
                     GARNER_CONSTRAINT);
    assert_false(gn_sqlite_left_traces(c));
    assert_int_equal(
        run_args("insert or fail into t values (1), (1)", NULL, 0, &r),
        GARNER_CONSTRAINT);
    assert_true(gn_sqlite_left_traces(c));
    assert_int_equal(r.changes, 0);
    run(c, "insert into t values (2)");
    assert_false(gn_sqlite_left_traces(c));
    gn_sqlite_rollback(c);
    assert_int_equal(number(c, "select count(*) from t"), 0);
}

static enum garner_code run_alone(const char *sql, struct garner_result *r,
                                  struct garner_error *err)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    *r = (struct garner_result){0};
    gn_sqlite_start(c);
    return gn_sqlite_run_alone(c, &s, r, err);
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
    assert_false(gn_sqlite_in_transaction(c));
    assert_string_equal(foreign_text("select a from t"), "1,2,4,5");
}

static void a_trigger_made_later_does_not_fail_halfway(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_result r;
    struct garner_error err;

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
        assert_false(gn_sqlite_in_transaction(c));
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

static void a_savepoint_is_kept_or_undone(void **state)
{
    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_int_equal(gn_sqlite_mark(c, NULL), GARNER_OK);
    run(c, "insert into t values (1)");
    assert_int_equal(gn_sqlite_keep(c, NULL), GARNER_OK);
    assert_int_equal(gn_sqlite_mark(c, NULL), GARNER_OK);
    run(c, "insert into t values (2)");
    run(c, "create table u(a)"); /* the fixed statements are prepared anew */
    assert_int_equal(gn_sqlite_undo(c, NULL), GARNER_OK);
    assert_true(gn_sqlite_in_transaction(c));
    assert_int_equal(gn_sqlite_commit(c, NULL), GARNER_OK);
    assert_false(gn_sqlite_in_transaction(c));
    assert_string_equal(foreign_text("select a from t"), "1");
}

static void a_savepoint_may_be_undone_and_stay(void **state)
{
    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_int_equal(gn_sqlite_mark(c, NULL), GARNER_OK);
    for (int i = 0; i < 3; i++) {
        run(c, "insert into t values (1)");
        assert_int_equal(gn_sqlite_rewind(c, NULL), GARNER_OK);
    }
    run(c, "insert into t values (2)");
    assert_int_equal(gn_sqlite_keep(c, NULL), GARNER_OK);
    assert_int_not_equal(gn_sqlite_keep(c, NULL), GARNER_OK); /* none is set */
    assert_int_equal(gn_sqlite_commit(c, NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "2");
}

static enum garner_code run_whole(const char *sql)
{
    struct garner_result result = {0};
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    return gn_sqlite_run_whole(c, &s, &result, NULL);
}

static void whole_a_statement_leaves_nothing_when_it_fails(void **state)
{
    (void)state;
    run(c, "create table t(a unique)");
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_whole("insert into t values (1)"), GARNER_OK);
    assert_int_equal(run_whole("insert or fail into t values (2), (1)"),
                     GARNER_CONSTRAINT);
    assert_int_equal(run_whole("insert or fail into t values (3)"), GARNER_OK);
    assert_true(gn_sqlite_in_transaction(c));
    assert_int_equal(run_whole("insert or rollback into t values (3)"),
                     GARNER_CONSTRAINT);
    assert_false(gn_sqlite_in_transaction(c));
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_int_equal(run_whole("insert or fail into t values (4)"), GARNER_OK);
    assert_int_not_equal(gn_sqlite_keep(c, NULL), GARNER_OK); /* none is left */
    assert_int_equal(gn_sqlite_commit(c, NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "4");
}

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
    assert_int_equal(number(c, "select count(*) from t, t as u where t.a > "
                               "8990 and u.a > 0"),
                     90010); /* a query's work is nobody's to wait for */
    assert_null(slow_sql);
}

static void a_flag_ends_what_works_on_it(void **state)
{
    struct gn_cursor *cursor =
        query(c, "with recursive n(i) as (select 1 union all select i + 1 from "
                 "n) select count(*) from n");
    struct garner_result result = {0};
    struct garner_error err;
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
    assert_int_equal(gn_sqlite_run(c, &s, &result, &err), GARNER_TIMEOUT);
    gn_sqlite_set_stop(c, NULL);
    assert_int_equal(number(c, "with recursive n(i) as (select 1 union all "
                               "select i + 1 from n where i < 9000) select "
                               "count(*) from n"),
                     9000);
}

static void a_deferred_key_fails_the_commit(void **state)
{
    struct garner_error err;

    (void)state;
    gn_sqlite_close(c);
    {
        struct gn_sqlite_options options = writer_options();

        options.foreign_keys = true;
        assert_int_equal(gn_sqlite_open(&options, &c, NULL), GARNER_OK);
    }
    run(c, "create table p(a primary key)");
    run(c, "create table t(a references p deferrable initially deferred)");
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    run(c, "insert into t values (1)");
    assert_int_equal(gn_sqlite_commit(c, &err), GARNER_CONSTRAINT);
    assert_true(gn_sqlite_in_transaction(c));
    gn_sqlite_rollback(c);
    assert_false(gn_sqlite_in_transaction(c));
    gn_sqlite_rollback(c); /* nothing to do */
}

static void a_foreign_lock_is_waited_for_and_told(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct garner_error err;

    (void)state;
    foreign_run(foreign, "begin immediate");
    assert_false(gn_sqlite_is_held_off(c));
    gn_sqlite_set_busy_deadline(c, gn_clock_monotonic_ns() + 5000000);
    assert_int_equal(gn_sqlite_begin(c, &err), GARNER_BUSY);
    assert_true(gn_sqlite_is_held_off(c));
    foreign_run(foreign, "commit");
    assert_int_equal(gn_sqlite_begin(c, NULL), GARNER_OK);
    assert_false(gn_sqlite_is_held_off(c));
    gn_sqlite_rollback(c);
    foreign_close(foreign);
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
    assert_int_equal(number(c, "pragma synchronous"), 1);
    run(c, "create table t(a)");
    syncs = 0;
    run(c, "insert into t values (1)");
    assert_int_equal(syncs, 0);
    assert_int_equal(gn_sqlite_sync_log(c, NULL), GARNER_OK);
    assert_int_equal(syncs, 1);
    assert_int_equal(gn_sqlite_sync_log(c, NULL), GARNER_OK);
    assert_int_equal(syncs, 1); /* all is synced already */
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    assert_int_equal(number(c, "pragma synchronous"), 2);
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
    struct garner_error err;
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

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_writer, without_writer)

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
        WITH(a_savepoint_is_kept_or_undone),
        WITH(a_savepoint_may_be_undone_and_stay),
        WITH(whole_a_statement_leaves_nothing_when_it_fails),
        WITH(a_slow_statement_is_told_of),
        WITH(a_flag_ends_what_works_on_it),
        WITH(a_deferred_key_fails_the_commit),
        WITH(a_foreign_lock_is_waited_for_and_told),
        WITH(memory_has_no_log),
        WITH(each_level_syncs_as_often_as_it_says),
        WITH(lost_memory_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
