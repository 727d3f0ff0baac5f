/* jsonsql_test.c - arrays, large and broken, seen by SQL. */
#include "extract/fixture_test.h"

static void elements_are_rows(void **state)
{
    (void)state;
    assert_sql("select i, value, typeof(value) from json_rows(?)",
               "[1, 2.5,\"\\u00e4\\n\",true,false,null,{\"a\":[1]},[ ] , -0, "
               "9223372036854775808,1e2]",
               "1|1|integer\n2|2.5|real\n3|\xc3\xa4\n|text\n4|1|integer\n"
               "5|0|integer\n6|~|null\n7|{\"a\":[1]}|text\n8|[ ]|text\n"
               "9|0|integer\n10|9.22337203685478e+18|real\n11|100.0|real\n");
    assert_sql("select value->>'$.b' from json_rows(?, '$.data[1].x')",
               "{\"data\":[0,{\"x\":[{\"b\":1},{\"b\":\"c\"}]}]}", "1\nc\n");
    assert_sql("select json_object('v', value) from json_rows(?)",
               "[{\"a\":1}]", "{\"v\":{\"a\":1}}\n");
    assert_sql("select count(*) from json_rows(?)", " [ ] ", "0\n");
    assert_sql("select count(*) from json_rows(null)", "", "0\n");
    assert_sql("select b.value from json_rows(?) a, json_rows(a.value) b",
               "[[1],[],[2,3]]", "1\n2\n3\n");
}

static void what_is_no_array_is_told(void **state)
{
    (void)state;
    assert_sql("select * from json_rows(?)", "[1,\n2,x]",
               "!json_rows: no JSON from line 2, column 3 on: no value "
               "begins like this: [1, 2,^x]");
    assert_sql("select * from json_rows(?)", "",
               "!json_rows: the text is empty, not JSON");
    assert_sql("select * from json_rows(?, '$.data')", "{\"error\":1}",
               "!json_rows: there is nothing at $.data");
    assert_sql("select * from json_rows(?, '$.data')", "{\"data\":{}}",
               "!json_rows: what is at $.data is no array");
    assert_sql("select * from json_rows(?)", "1",
               "!json_rows: what is at $ is no array");
    assert_sql("select * from json_rows(?, 'data')", "{\"data\":[]}",
               "!json_rows: the path \"data\" is wrong at column 1: it is like "
               "$.name[0].\"other name\"");
}

static void large_and_deep_texts_are_survived(void **state)
{
    struct gn_buf text = many("{\"a\":[1,2]},", 100000);
    struct gn_buf all = {0};
    struct gn_buf out;

    (void)state;
    gn_buf_printf(&all, "[%s0]", text.data);
    assert_sql_n("select count(*), sum(length(value)) from json_rows(?)",
                 all.data, all.size, "100001|1100001\n");
    gn_buf_fini(&text);
    gn_buf_fini(&all);
    text = many("[", 100000);
    out = ask_n("select * from json_rows(?)", text.data, text.size);
    assert_memory_equal(out.data, "!json_rows: no JSON from line 1", 31);
    gn_buf_fini(&text);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_rows),
        cmocka_unit_test(what_is_no_array_is_told),
        cmocka_unit_test(large_and_deep_texts_are_survived),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
