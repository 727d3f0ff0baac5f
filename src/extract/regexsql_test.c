/* regexsql_test.c - regular expressions seen by SQL. */
#include "extract/fixture_test.h"

static void matches_are_rows(void **state)
{
    (void)state;
    assert_sql("select * from regex_each(?, '(\\w+)=(?<v>\\d+)?')",
               "a=1, b=,c=22",
               "1|a=1|[\"a\",\"1\"]|{\"v\":\"1\"}\n"
               "2|b=|[\"b\",null]|{\"v\":null}\n"
               "3|c=22|[\"c\",\"22\"]|{\"v\":\"22\"}\n");
    assert_sql("select match from regex_each(?, '\\w')", "\xc3\xa4-b",
               "\xc3\xa4\nb\n");
    assert_sql("select i, match from regex_each(?, 'x*')", "ax\xc3\xa4",
               "1|\n2|x\n3|\n4|\n");
    assert_sql("select i, match from regex_each(?, '$')", "a", "1|\n");
    assert_sql("select count(*) from regex_each(?, '(?=a)\\K|b')", "aab",
               "3\n");
    assert_sql("select count(*) from regex_each('', ''), regex_each(?, 'b')",
               "abb", "2\n");
    assert_sql("select count(*) from regex_each(null, 'a')", "", "0\n");
    assert_sql("select count(*) from regex_each('a', null)", "", "0\n");
    assert_sql("select b.match from regex_each(?, '\\S+') a, "
               "regex_each(a.match, '.') b",
               "ab c", "a\nb\nc\n");
}

static void a_group_is_got(void **state)
{
    (void)state;
    assert_sql("select regex_get(?, 'b.'), regex_get(?1, 'b(.)'), "
               "regex_get(?1, 'b(.)', 0), regex_get(?1, '(a)(?<n>b)', 'n'), "
               "regex_get(?1, '(a)(b)', '2')",
               "abc", "bc|c|bc|b|b\n");
    assert_sql("select regex_get(?, 'x'), regex_get(null, 'a'), "
               "regex_get('a', null), regex_get(12, '1'), "
               "regex_get(?1, '(x)?a')",
               "abc", "~|~|~|1|~\n");
    assert_sql("select regex_get(?, '(a)', 2)", "a",
               "!regex_get: the regular expression has no group of this "
               "number");
    assert_sql("select regex_get(?, '(a)', -1)", "a",
               "!regex_get: the regular expression has no group of this "
               "number");
    assert_sql("select regex_get(?, '(a)', 'x')", "a",
               "!regex_get: the regular expression has no group of this name");
    assert_sql("select regex_get(?, '[a')", "a",
               "!regex_get: regular expression: missing terminating ] for "
               "character class, at byte 2 of: [a");
    assert_sql("select * from regex_each(?, '*')", "a",
               "!regex_each: regular expression: quantifier does not follow a "
               "repeatable item, at byte 0 of: *");
}

static void hostile_texts_are_survived(void **state)
{
    struct gn_buf text = many("a", 100000);
    struct gn_buf out;

    (void)state;
    assert_sql_n("select count(*) from regex_each(?, '.')", text.data,
                 text.size, "100000\n");
    out =
        ask_n("select * from regex_each(?, '(a+)+[bc]')", text.data, text.size);
    assert_memory_equal(out.data, "!regex_each: ", 13);
    assert_non_null(strstr(out.data, "100000 bytes"));
    gn_buf_fini(&out);
    assert_sql_n("select match from regex_each(?, '[a-z]+')",
                 "a\0b\xff"
                 "c",
                 5, "a\nb\nc\n");
    gn_buf_fini(&text);
}

static void lost_memory_is_an_error(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 40; nth++) {
        struct gn_buf out;

        /* another pattern each time: it is not there already */
        char sql[100];

        sqlite3_snprintf(sizeof sql, sql,
                         "select groups, regex_get(?1, 'b') from "
                         "regex_each(?1, '(a){1,%d}')",
                         nth);
        gn_mem_fail_at(nth);
        out = ask_n(sql, "ab", 2);
        gn_mem_fail_at(0);
        if (out.failed || strcmp(gn_buf_cstr(&out), "!out of memory") == 0)
            failures++;
        else
            assert_string_equal(gn_buf_cstr(&out), "[\"a\"]|b\n");
        gn_buf_fini(&out);
    }
    assert_in_range(failures, 8, 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_are_rows),
        cmocka_unit_test(a_group_is_got),
        cmocka_unit_test(hostile_texts_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
