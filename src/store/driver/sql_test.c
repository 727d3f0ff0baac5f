/* sql_test.c - one statement on a connection. */
#include "store/writer_test.h"

#include "base/error.h"

static void statements_run(void **state)
{
    int64_t changes = 7;
    int64_t n;

    (void)state;
    works(gn_sql_run(c, "create table t(a, b)", NULL, 0, NULL, &err));
    works(gn_sql_run(c, "insert into t values (?, 'x'), (2, 'y')",
                     GARNER_ARGS(garner_integer(1)), &changes, &err));
    assert_int_equal(changes, 2);
    works(gn_sql_integer(c, "select a from t where b = ?",
                         GARNER_ARGS(garner_text("y")), &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(
        gn_sql_integer(c, "select a from t where b = 'z'", NULL, 0, &n, &err),
        GARNER_NOTFOUND);
    works(gn_sql_integer(c, "select b from t", NULL, 0, &n, &err));
    assert_int_equal(n, 0);
    assert_int_equal(gn_sql_run(c, "nonsense", NULL, 0, NULL, &err),
                     GARNER_SQL);
    assert_int_equal(gn_sql_integer(c, "select * from none", NULL, 0, &n, &err),
                     GARNER_SQL);
}

static void a_statement_may_be_put_together(void **state)
{
    const struct garner_value five = garner_integer(5);
    int64_t changes;

    (void)state;
    works(gn_sql_runf(c, NULL, &err, "create table %s(%s)", "t", "a"));
    works(gn_sql_runf(c, &(struct gn_sql_args){&five, 1, &changes}, &err,
                      "insert into %s values (?)", "t"));
    assert_int_equal(changes, 1);
    assert_int_equal(number("select a from t"), 5);
    SWEEP(gn_sql_runf(c, NULL, &err, "delete from %s", "t"));
}

static enum garner_code add_up(void *context, const struct garner_value *values,
                               struct garner_error *e)
{
    int64_t *sum = context;

    *sum += values[0].integer;
    return *sum >= 6 ? gn_fail(e, GARNER_FULL, "enough") : GARNER_OK;
}

static void rows_are_passed_on(void **state)
{
    int64_t sum = 0;

    (void)state;
    works(gn_sql_rows(c, "values (1), (2)", NULL, 0, add_up, &sum, &err));
    assert_int_equal(sum, 3);
    assert_int_equal(
        gn_sql_rows(c, "values (3), (4)", NULL, 0, add_up, &sum, &err),
        GARNER_FULL);
    assert_int_equal(sum, 6);
    says("enough");
    assert_true(nobody_reads());
}

static enum garner_code insert_two(void *context, struct gn_sqlite *on,
                                   struct garner_error *e)
{
    works(gn_sql_run(on, "insert into t values (1)", NULL, 0, NULL, e));
    works(gn_sql_run(on, "insert into t values (2)", NULL, 0, NULL, e));
    return *(const bool *)context ? GARNER_OK
                                  : gn_fail(e, GARNER_IO, "not this time");
}

static enum garner_code roll_back(void *context, struct gn_sqlite *on,
                                  struct garner_error *e)
{
    (void)context;
    (void)gn_sql_run(on, "insert or rollback into u values (1)", NULL, 0, NULL,
                     e);
    return GARNER_OK;
}

static void a_transaction_is_all_or_nothing(void **state)
{
    bool well = false;

    (void)state;
    run(c, "create table t(a)");
    assert_int_equal(gn_sql_transaction(c, insert_two, &well, &err), GARNER_IO);
    says("not this time");
    assert_int_equal(number("select count(*) from t"), 0);
    well = true;
    works(gn_sql_transaction(c, insert_two, &well, &err));
    assert_int_equal(number("select count(*) from t"), 2);
    assert_string_equal(foreign_text("select count(*) from t"), "2");
}

static void one_that_was_ended_within_is_an_error(void **state)
{
    (void)state;
    run(c, "create table u(a unique)");
    run(c, "insert into u values (1)");
    assert_int_equal(gn_sql_transaction(c, roll_back, NULL, &err), GARNER_SQL);
    says("ended the transaction");
    assert_int_equal(number("select count(*) from u"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(statements_run),
        WITH(a_statement_may_be_put_together),
        WITH(rows_are_passed_on),
        WITH(a_transaction_is_all_or_nothing),
        WITH(one_that_was_ended_within_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
