/* transaction_test.c - savepoints, commits that fail, foreign locks. */
#include "store/writer_test.h"

#include "store/driver/transaction.h"

static void a_savepoint_is_kept_or_undone(void **state)
{
    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_int_equal(gn_transaction_mark(c, NULL), GARNER_OK);
    run(c, "insert into t values (1)");
    assert_int_equal(gn_transaction_keep(c, NULL), GARNER_OK);
    assert_int_equal(gn_transaction_mark(c, NULL), GARNER_OK);
    run(c, "insert into t values (2)");
    run(c, "create table u(a)"); /* the fixed statements are prepared anew */
    assert_int_equal(gn_transaction_undo(c, NULL), GARNER_OK);
    assert_true(gn_transaction_is_open(c));
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
    assert_false(gn_transaction_is_open(c));
    assert_string_equal(foreign_text("select a from t"), "1");
}

static void a_savepoint_may_be_undone_and_stay(void **state)
{
    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_int_equal(gn_transaction_mark(c, NULL), GARNER_OK);
    for (int i = 0; i < 3; i++) {
        run(c, "insert into t values (1)");
        assert_int_equal(gn_transaction_rewind(c, NULL), GARNER_OK);
    }
    run(c, "insert into t values (2)");
    assert_int_equal(gn_transaction_keep(c, NULL), GARNER_OK);
    assert_int_not_equal(gn_transaction_keep(c, NULL),
                         GARNER_OK); /* none is set */
    assert_int_equal(gn_transaction_commit(c, NULL), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "2");
}

static void a_deferred_key_fails_the_commit(void **state)
{

    (void)state;
    gn_sqlite_close(c);
    {
        struct gn_sqlite_options options = writer_options();

        options.foreign_keys = true;
        assert_int_equal(gn_sqlite_open(&options, &c, NULL), GARNER_OK);
    }
    run(c, "create table p(a primary key)");
    run(c, "create table t(a references p deferrable initially deferred)");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    run(c, "insert into t values (1)");
    assert_int_equal(gn_transaction_commit(c, &err), GARNER_CONSTRAINT);
    assert_true(gn_transaction_is_open(c));
    gn_transaction_rollback(c);
    assert_false(gn_transaction_is_open(c));
    gn_transaction_rollback(c); /* nothing to do */
}

static void a_foreign_lock_is_waited_for_and_told(void **state)
{
    sqlite3 *foreign = foreign_open();

    (void)state;
    foreign_run(foreign, "begin immediate");
    assert_false(gn_sqlite_is_held_off(c));
    gn_sqlite_set_busy_deadline(c, gn_clock_monotonic_ns() + 5000000);
    assert_int_equal(gn_transaction_begin(c, &err), GARNER_BUSY);
    assert_true(gn_sqlite_is_held_off(c));
    foreign_run(foreign, "commit");
    assert_int_equal(gn_transaction_begin(c, NULL), GARNER_OK);
    assert_false(gn_sqlite_is_held_off(c));
    gn_transaction_rollback(c);
    foreign_close(foreign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_savepoint_is_kept_or_undone),
        WITH(a_savepoint_may_be_undone_and_stay),
        WITH(a_deferred_key_fails_the_commit),
        WITH(a_foreign_lock_is_waited_for_and_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
