/* ldjsonsql_test.c - JSON-LD in SQL. */
#include "extract/fixture_test.h"

static const char page[] =
    "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"P\","
    "\"offers\":{\"price\":12.5}}</script><div><script "
    "type=application/ld+json>{x</script></div>";

static void rows_of_scripts(void **state)
{
    (void)state;
    assert_sql("select i, type, json->>'$.offers.price' from ldjson_each(?) "
               "where type = 'Product'",
               page, "1|Product|12.5\n");
    assert_sql("select i, json is null, fault is null from ldjson_each(?)",
               page, "1|0|1\n2|1|0\n");
    assert_sql("select l.fault from html_each(?, 'div') d, "
               "ldjson_each(d.node) l",
               page,
               "no JSON from line 1, column 2 of the script on: a name in "
               "double quotes is missing: {^x\n");
    assert_sql("select count(*) from ldjson_each('<p>')", "", "0\n");
    assert_sql("select 1 from ldjson_each(null)", "", "");
    assert_sql("select 1 from ldjson_each('', 1)", "",
               "!ldjson_each(doc): argument 2 is one too many");
}

static void hostile_scripts_are_survived(void **state)
{
    struct gn_buf body = many("<script type=application/ld+json>[[[", 1);

    (void)state;
    for (int i = 0; i < 100000; i++)
        gn_buf_byte(&body, '[');
    assert_sql_n("select json, substr(fault, 1, 7) from ldjson_each(?)",
                 body.data, body.size, "~|no JSON\n");
    gn_buf_fini(&body);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select type, fault from ldjson_each(?) where i = 1", page,
                    sizeof page - 1, 6, "Product|~\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_scripts),
        cmocka_unit_test(hostile_scripts_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
