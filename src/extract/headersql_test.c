/* headersql_test.c - headers in SQL. */
#include "extract/fixture_test.h"

static void rows_of_headers(void **state)
{
    (void)state;
    assert_sql("select * from headers_each(?)",
               "HTTP/1.1 200 OK\r\nServer: x\r\nSet-Cookie: a\r\nSet-Cookie: "
               "b\r\n",
               "1|Server|x\n2|Set-Cookie|a\n3|Set-Cookie|b\n");
    assert_sql("select * from headers_each(?)",
               " {\"server\":\"x\",\"set-cookie\":[\"a\",\"b\"],\"no\":[]}",
               "1|server|x\n2|set-cookie|a\n3|set-cookie|b\n");
    assert_sql("select count(*) from headers_each('{}')", "", "0\n");
    assert_sql("select count(*) from headers_each('')", "", "0\n");
    assert_sql("select 1 from headers_each(null)", "", "");
    assert_sql("select a.name, b.name from headers_each('{\"x\":\"1\"}') a, "
               "headers_each('{\"y\":\"2\"}') b",
               "", "x|y\n");
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_sql("select name from headers_each(?)", "a: 1\nno\n",
               "a\n!headers_each: line 2 is no header, such as \"Name: "
               "value\"");
    assert_sql("select 1 from headers_each(?)",
               "{\"a\":", "!headers_each: it begins with {, but is no JSON");
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select name, value from headers_each(?)", "a: 1\n", 5, 3,
                    "a|1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_headers),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
