/* rowuse_test.c - who reads the rows of csv_each, as SQLite's programs say it.
 */
#include "extract/fixture_test.h"

#include "extract/rowuse.h"

static void assert_alone(bool alone, const char *sql)
{
    if (gn_rowuse_arrow_alone(sandbox.db, sql, 1) != alone)
        fail_msg("not %s: %s", alone ? "alone" : "with others", sql);
}

static void arrows_alone(void **state)
{
    (void)state;
    assert_alone(true, "select rec->>'a' as a from csv_each(:body)");
    assert_alone(true, "select rec->>'a' as a, line, rec->>'$.b' as b "
                       "from csv_each(:body) where rec->>'c' > 'x' order by b");
    assert_alone(true, "select max(rec->>'a') as m from csv_each(:body)");
    assert_alone(true, "select x.rec->>'a', y.rec->>'b' from csv_each(:body) x "
                       "join csv_each(:body) y on x.rec->>'c' = y.rec->>'c'");
}

static void others(void **state)
{
    static const char *const uses[] = {
        "select rec from csv_each(:body)",
        "select * from csv_each(:body)",
        "select rec->>'a', rec from csv_each(:body)",
        "select rec->'a' from csv_each(:body)",
        "select json_extract(rec, '$.a') from csv_each(:body)",
        "select 'x' || rec->>'a' from csv_each(:body)",
        "select rec->>cells from csv_each(:body)",
        "select rec->>'a' from csv_each(:body) where rec is not null",
        "select rec->>'a' from csv_each(:body) order by rec",
        "select rec->>'b' from csv_each(:body) group by rec->>'a'",
        "select lag(rec) over (order by i) ->> 'a' from csv_each(:body)",
        "select distinct rec from csv_each(:body)",
        "select cells->>0 from csv_each(:body)", /* reads no rec */
        "select 1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
        assert_alone(false, uses[i]);
    assert_alone(false, "with t as materialized (select rec from csv_each(:b)) "
                        "select rec->>'a' from t");
}

static void wrong_sql_is_no_use(void **state)
{
    (void)state;
    assert_alone(false, "select rec->>");
    assert_alone(false, "delete from t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrows_alone),
        cmocka_unit_test(others),
        cmocka_unit_test(wrong_sql_is_no_use),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
