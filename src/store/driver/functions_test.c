/* functions_test.c - zstd, unzstd and garner_slot in SQL. */
#include "store/fixture_test.h"

#include "store/driver/functions.h"

static sqlite3 *db;

static int with_functions(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    db = foreign_open();
    return gn_functions_add(db, NULL) == GARNER_OK ? 0 : -1;
}

static int without_functions(void **state)
{
    foreign_close(db);
    return fixture_down(state);
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    assert_int_equal(
        foreign_number(db, "select unzstd(zstd(x'00ff01')) = x'00ff01'"), 1);
    assert_int_equal(
        foreign_number(db, "select cast(unzstd(zstd('Grüße')) as text) = "
                           "'Grüße'"),
        1);
    assert_int_equal(
        foreign_number(db, "select cast(unzstd(zstd(123)) as text) = '123'"),
        1);
    assert_int_equal(foreign_number(db, "select length(unzstd(zstd('')))"), 0);
    assert_int_equal(foreign_number(db,
                                    "select unzstd(zstd(zeroblob(3000000))) = "
                                    "zeroblob(3000000)"),
                     1);
    assert_true(foreign_number(db, "select length(zstd(zeroblob(3000000)))") <
                3000);
}

static void null_stays_null(void **state)
{
    (void)state;
    assert_int_equal(
        foreign_number(db,
                       "select zstd(null) is null and unzstd(null) is null"),
        1);
}

static void a_value_s_slot_is_that_of_its_bytes(void **state)
{
    (void)state;
    assert_int_equal(foreign_number(db, "select garner_slot('user:1')"), 3307);
    assert_int_equal(
        foreign_number(db, "select garner_slot(cast('user:1' as blob))"), 3307);
    assert_int_equal(foreign_number(db, "select garner_slot('17')"), 1777);
    assert_int_equal(foreign_number(db, "select garner_slot(17)"), 1777);
    assert_int_equal(foreign_number(db, "select garner_slot(x'ff00ff')"), 1199);
    assert_int_equal(foreign_number(db, "select garner_slot('')"), 805);
    assert_int_equal(foreign_number(db, "select garner_slot(x'')"), 805);
    assert_int_equal(foreign_number(db, "select garner_slot('Zürich')"), 3520);
    assert_int_equal(foreign_number(db, "select garner_slot(null) is null"), 1);
}

static void it_can_be_indexed(void **state)
{
    (void)state;
    foreign_run(db, "create table t(a)");
    foreign_run(db, "create index i on t(garner_slot(a))");
    foreign_run(db, "insert into t values ('17'), (17), ('user:1')");
    assert_int_equal(
        foreign_number(db, "select count(*) from t where garner_slot(a)=1777"),
        2);
    assert_int_equal(foreign_number(db,
                                    "select count(*) from t indexed by i where "
                                    "garner_slot(a) = 3307"),
                     1);
}

static void fails_with(const char *sql, const char *message)
{
    assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    if (strstr(sqlite3_errmsg(db), message) == NULL)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void damage_is_told(void **state)
{
    (void)state;
    fails_with("select unzstd('text')", "not a Zstandard frame");
    fails_with("select unzstd(x'')", "not a Zstandard frame");
    fails_with("select unzstd(substr(zstd(randomblob(900)), 1, 500))",
               "damaged");
}

static void a_frame_may_not_grow_past_the_limit(void **state)
{
    (void)state;
    foreign_run(db, "create table t as select zstd(zeroblob(100000)) z");
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 50000);
    fails_with("select unzstd(z) from t", "too big");
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    gn_mem_fail_at(1);
    fails_with("select zstd('a')", "out of memory");
    assert_int_equal(foreign_number(db, "select length(zstd('a')) > 0"), 1);
    gn_mem_fail_at(1);
    assert_int_equal(gn_functions_add(db, NULL), GARNER_NOMEM);
}

static void they_can_be_added_again(void **state)
{
    (void)state;
    assert_int_equal(foreign_number(db, "select length(zstd('a')) > 0"), 1);
    assert_int_equal(gn_functions_add(db, NULL), GARNER_OK);
    assert_int_equal(foreign_number(db, "select length(zstd('a')) > 0"), 1);
}

static void refused_functions_leak_nothing(void **state)
{
    sqlite3_stmt *stmt;

    (void)state;
    /* A running statement keeps its functions from being replaced. */
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "select zstd('a') union all "
                                        "select unzstd(zstd('b'))",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(gn_functions_add(db, NULL), GARNER_BUSY);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

#define WITH(f)                                                                \
    cmocka_unit_test_setup_teardown(f, with_functions, without_functions)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_goes_in_comes_out),
        WITH(null_stays_null),
        WITH(a_value_s_slot_is_that_of_its_bytes),
        WITH(it_can_be_indexed),
        WITH(damage_is_told),
        WITH(a_frame_may_not_grow_past_the_limit),
        WITH(lost_memory_is_an_error),
        WITH(they_can_be_added_again),
        WITH(refused_functions_leak_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
