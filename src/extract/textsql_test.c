/* textsql_test.c - the same results as SQLite's own functions, in time that
 * ends. */
#include "extract/fixture_test.h"

#include "extract/textsql.h"

/* What arguments these functions are tried with, each with each. */
static const char values[] =
    "with v(x) as (values (null), (''), ('a'), ('aa'), ('aaab'), ('abab'), "
    "('b'), ('\xc3\xa4\xc3\xa4o\xc3\xa4'), ('\xc3\xa4'), ('o\xc3\xa4'), "
    "(cast(x'a4' as text)), (cast(x'a4c3' as text)), (cast(x'c3' as text)), "
    "(cast(x'61a4a4' as text)), (cast(x'610062' as text)), "
    "(cast(x'0062' as text)), (x''), (x'61'), (x'a4'), (x'c3a4'), "
    "(x'6100c3a461'), (12), (2), (1.5), (-12), (' \xc3\xa4 a '), (' '), "
    "('\xe2\x82\xac\xe2\x82\xac!'), ('\xe2\x82\xac')) ";

static sqlite3_stmt *prepare(sqlite3 *db, const char *select)
{
    struct gn_buf sql = {0};
    sqlite3_stmt *stmt = NULL;

    gn_buf_printf(&sql, "%s%s", values, select);
    assert_int_equal(sqlite3_prepare_v2(db, gn_buf_cstr(&sql), -1, &stmt, NULL),
                     SQLITE_OK);
    gn_buf_fini(&sql);
    return stmt;
}

/* The rows of both, one after the other; how many. */
static int assert_same(sqlite3_stmt *ours, sqlite3_stmt *theirs)
{
    int rows = 0;
    int rc;

    while ((rc = sqlite3_step(ours)) == SQLITE_ROW) {
        struct gn_buf a = {0};
        struct gn_buf b = {0};

        assert_int_equal(sqlite3_step(theirs), SQLITE_ROW);
        append_row(&a, ours);
        append_row(&b, theirs);
        assert_string_equal(gn_buf_cstr(&a), gn_buf_cstr(&b));
        gn_buf_fini(&a);
        gn_buf_fini(&b);
        rows++;
    }
    assert_int_equal(rc, SQLITE_DONE);
    assert_int_equal(sqlite3_step(theirs), SQLITE_DONE);
    sqlite3_finalize(ours);
    sqlite3_finalize(theirs);
    return rows;
}

static void they_do_as_sqlite_does(void **state)
{
    static const char *const selects[] = {
        "select quote(a.x), quote(b.x), instr(a.x, b.x) from v a, v b",
        "select quote(a.x), quote(b.x), typeof(trim(a.x, b.x)), "
        "hex(trim(a.x, b.x)), hex(ltrim(a.x, b.x)), hex(rtrim(a.x, b.x)) "
        "from v a, v b",
        "select quote(a.x), quote(b.x), quote(c.x), "
        "typeof(replace(a.x, b.x, c.x)), hex(replace(a.x, b.x, c.x)) "
        "from v a, v b, v c",
    };
    sqlite3 *plain;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &plain), SQLITE_OK);
    gn_sandbox_arm(&sandbox, 60000);
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++)
        assert_in_range(assert_same(prepare(sandbox.db, selects[i]),
                                    prepare(plain, selects[i])),
                        800, 30000);
    assert_int_equal(sqlite3_close(plain), SQLITE_OK);
}

/* SQLite's own take a minute and more for each: the limit of the fixture. */
static void what_almost_matches_everywhere_is_quick(void **state)
{
    (void)state;
    assert_sql("select instr(hex(zeroblob(2000000)), "
               "hex(zeroblob(1000000)) || '1')",
               "", "0\n");
    assert_sql("select length(replace(hex(zeroblob(2000000)), "
               "hex(zeroblob(1000000)) || '1', ''))",
               "", "4000000\n");
}

static void trim_ends_at_its_deadline(void **state)
{
    static const char sql[] =
        "with recursive n(s) as (select '0123456789' union all select s || s "
        "from n where length(s) < 300000), t as (select max(s) as s from n) "
        "select length(trim(s, replace(s, '0', 'a') || '0')) from t";
    sqlite3_stmt *stmt;

    (void)state;
    gn_sandbox_arm(&sandbox, 300);
    assert_int_equal(sqlite3_prepare_v2(sandbox.db, sql, -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_not_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_true(sandbox.budget.expired);
    sqlite3_finalize(stmt);
}

static void lengths_and_patterns_are_bounded(void **state)
{
    (void)state;
    sqlite3_limit(sandbox.db, SQLITE_LIMIT_LENGTH, 1000);
    assert_sql("select replace('aaaaaaaaaaaaaaaa', 'a', hex(zeroblob(50)))", "",
               "!string or blob too big");
    assert_sql("select length(replace('aaaaaaaaaa', 'a', hex(zeroblob(50))))",
               "", "1000\n");
    sqlite3_limit(sandbox.db, SQLITE_LIMIT_LENGTH, 1000000000);
    assert_sql("select 'a' like hex(zeroblob(501))", "",
               "!LIKE or GLOB pattern too complex");
    assert_sql("select 'a' glob hex(zeroblob(501))", "",
               "!LIKE or GLOB pattern too complex");
    assert_sql("select 'abc' like 'a%', 'abc' glob 'a*'", "", "1|1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_do_as_sqlite_does),
        cmocka_unit_test(what_almost_matches_everywhere_is_quick),
        cmocka_unit_test(trim_ends_at_its_deadline),
        cmocka_unit_test(lengths_and_patterns_are_bounded),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
