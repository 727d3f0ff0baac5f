/* tx_fail_test.c - statements that fail in a transaction, and every lost
 * allocation. */
#include "store/tx_fixture_test.h"

/* --- statements that fail --------------------------------------------------
 */

static void a_failed_statement_has_no_effect_and_it_goes_on(void **state)
{
    (void)state;
    begin();
    run_in("insert into t values (5, 'five')");
    fails_in("insert into t values (1, ''), (2, ''), (5, '')",
             GARNER_CONSTRAINT, "UNIQUE");
    fails_in("insert or fail into t values (1, ''), (2, ''), (5, '')",
             GARNER_CONSTRAINT, "UNIQUE");
    fails_in("insert into nowhere values (1)", GARNER_SQL, "no such table");
    fails_in("insert into t values (?, 2)", GARNER_SQL, "1 parameters");
    fails_in("", GARNER_SQL, "no statement");
    assert_int_equal(number_in("select count(*) from t"), 1);
    run_in("insert into t values (6, 'six')");
    commit();
    assert_string_equal(foreign_text("select a from t"), "5,6");
}

static void a_trigger_that_fails_halfway_leaves_nothing(void **state)
{
    (void)state;
    begin();
    run_in("create trigger g after insert on t when new.a = 3 begin "
           "select raise(fail, 'three is no number'); end");
    fails_in("insert into t values (1, ''), (2, ''), (3, '')",
             GARNER_CONSTRAINT, "three is no number");
    run_in("insert into t values (4, '')");
    commit();
    assert_string_equal(foreign_text("select a from t"), "4");
}

/* The statement was prepared when it had no trigger: what it left behind can
 * only be undone with all. */
static void a_trigger_of_somebody_else_s_leaves_nothing(void **state)
{
    sqlite3 *foreign;

    (void)state;
    begin();
    run_in("insert into t(b) values ('a'), ('b')");
    commit();
    foreign = foreign_open();
    foreign_run(foreign, "create trigger g after insert on t when new.b = 'b' "
                         "begin select raise(fail, 'no b'); end");
    foreign_close(foreign);
    begin();
    fails_in("insert into t(b) values ('a'), ('b')", GARNER_CONSTRAINT,
             "was rolled back");
    end_of_it();
    begin();
    run_in("insert into t(b) values ('c')");
    fails_in("insert into t(b) values ('a'), ('b')", GARNER_CONSTRAINT,
             "no b"); /* known by now */
    commit();
    assert_string_equal(foreign_text("select b from t"), "a,b,c");
}

static void what_sqlite_rolls_back_is_over(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;

    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    rows = query_in("select a from t");
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    fails_in("insert or rollback into t values (1, 'one')", GARNER_CONSTRAINT,
             "the transaction was rolled back: UNIQUE");
    exec("insert into t values (2, 'two')"); /* nobody has to wait for it */
    fails_in("insert into t values (3, 'three')", GARNER_CONSTRAINT,
             "the transaction was rolled back: UNIQUE");
    assert_int_equal(garner_next(rows, &err), GARNER_CONSTRAINT);
    assert_int_equal(garner_commit(tx, NULL, &err), GARNER_CONSTRAINT);
    assert_int_equal(garner_tx_savepoint(tx, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "was rolled back"));
    end_of_it();
    assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
    garner_rows_close(rows);
    assert_string_equal(foreign_text("select a from t"), "2");
}

static void a_deferred_key_can_be_mended(void **state)
{
    struct garner_error err;
    struct garner_rows *rows;

    (void)state;
    garner_close(store);
    options.foreign_keys = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table child(t references t deferrable initially deferred)");
    begin();
    run_in("insert into child values (7)");
    rows = query_in("select * from child");
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_commit(tx, NULL, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "FOREIGN KEY"));
    assert_int_equal(garner_next(rows, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "was ended by the end"));
    assert_int_equal(number_in("select count(*) from child"), 1);
    run_in("insert into t values (7, 'seven')");
    commit();
    garner_rows_close(rows);
    assert_int_equal(number("select count(*) from t, child"), 1);
    begin();
    run_in("delete from t");
    assert_int_equal(garner_commit(tx, NULL, NULL), GARNER_CONSTRAINT);
    end_of_it();
    assert_int_equal(number("select count(*) from t, child"), 1);
}

static void it_has_no_transaction_control_of_its_own(void **state)
{
    static const char *const sql[] = {
        "begin",        "commit",    "rollback",       "end",
        "savepoint a",  "release a", "attach '' as a", "pragma synchronous=off",
        "rollback to a"};

    (void)state;
    begin();
    run_in("insert into t values (1, 'one')");
    assert_int_equal(garner_tx_savepoint(tx, NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++)
        fails_in(sql[i], GARNER_SQL, "not allowed here");
    fails_in("vacuum", GARNER_SQL, "VACUUM");
    commit();
    assert_int_equal(number("select count(*) from t"), 1);
}

/* --- lost memory -----------------------------------------------------------
 */

/* A whole transaction; whatever fails, it is rolled back then. */
static enum garner_code attempt(void)
{
    struct garner_rows *rows = NULL;
    struct garner_error err;
    enum garner_code code = garner_begin(store, NULL, &tx, &err);

    if (code != GARNER_OK)
        return code;
    code = garner_tx_exec(tx, "insert or fail into t(b) values ('a''row')",
                          NULL, 0, NULL, &err);
    if (code == GARNER_OK)
        code = garner_tx_savepoint(tx, &err);
    if (code == GARNER_OK)
        code = garner_tx_query(tx, "select a, b from t", NULL, 0, &rows, &err);
    if (code == GARNER_OK)
        (void)garner_column_name(rows, 0);
    if (code == GARNER_OK)
        code = garner_next(rows, &err) == GARNER_ROW ? GARNER_OK : GARNER_NOMEM;
    if (code == GARNER_OK)
        code = garner_tx_release(tx, &err);
    if (code == GARNER_OK)
        code = garner_commit(tx, NULL, &err);
    if (code != GARNER_OK)
        end_of_it();
    garner_rows_close(rows);
    return code;
}

static void each_lost_allocation_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    int64_t rows = 0;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK || nth < 12; nth++) {
        garner_close(store); /* so that all is made anew */
        assert_int_equal(open_with(fixture.db), GARNER_OK);
        gn_mem_fail_at(nth);
        code = attempt();
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        rows += code == GARNER_OK;
        assert_int_equal(number("select count(*) from t"), rows);
        assert_true(nth < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(a_failed_statement_has_no_effect_and_it_goes_on),
        TABLE(a_trigger_that_fails_halfway_leaves_nothing),
        TABLE(a_trigger_of_somebody_else_s_leaves_nothing),
        TABLE(what_sqlite_rolls_back_is_over),
        TABLE(a_deferred_key_can_be_mended),
        TABLE(it_has_no_transaction_control_of_its_own),
        TABLE(each_lost_allocation_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
