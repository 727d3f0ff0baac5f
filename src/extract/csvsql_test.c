/* csvsql_test.c - CSV and lines, good and bad, seen by SQL. */
#include "extract/fixture_test.h"

static const char stations[] = "\xef\xbb\xbf"
                               "code,name,lat\r\n"
                               "EGLL,\"London, \"\"LHR\"\"\",51.5\r\n"
                               "\r\n"
                               "LFPG,\"Paris\nCDG\",\r\n";

static void records_have_names(void **state)
{
    (void)state;
    assert_sql("select rec->>'$.code', rec->>'$.name', rec->>'$.lat', line "
               "from csv_each(?)",
               stations, "EGLL|London, \"LHR\"|51.5|2\nLFPG|Paris\nCDG||4\n");
    assert_sql("select * from csv_each(?) limit 1", stations,
               "1|{\"code\":\"EGLL\",\"name\":\"London, \\\"LHR\\\"\","
               "\"lat\":\"51.5\"}|[\"EGLL\",\"London, \\\"LHR\\\"\",\"51.5\"]"
               "|2\n");
    assert_sql("select count(*) from csv_each(?)", "", "0\n");
    assert_sql("select count(*) from csv_each(?)", "a,b\n", "0\n");
    assert_sql("select count(*) from csv_each(null)", "", "0\n");
    assert_sql("select b.rec from csv_each(?) a, csv_each(a.rec->>'$.x') b",
               "x\n\"a;b\n1;2\"\n\"c\n3\"\n",
               "{\"a;b\":\"1;2\"}\n{\"c\":\"3\"}\n");
}

static void options_are_json(void **state)
{
    (void)state;
    assert_sql("select cells->>1, rec from csv_each(?, "
               "'{\"delimiter\":\";\",\"header\":false}')",
               "a;b\n1;\"2;3\"", "b|~\n2;3|~\n");
    assert_sql("select rec from csv_each(?, '{\"header\":[\"x\",\"y\"]}')",
               "a,b\n", "{\"x\":\"a\",\"y\":\"b\"}\n");
    assert_sql("select rec from csv_each(?, "
               "json_object('delimiter', char(9), 'quote', ''))",
               "a\tb\n\"1\t2\"", "{\"a\":\"\\\"1\",\"b\":\"2\\\"\"}\n");
    assert_sql("select * from csv_each(?, '{\"delimiter\":\"ab\"}')", "",
               "!csv_each: option delimiter: one ASCII character, not \"ab\"");
    assert_sql("select * from csv_each(?, '{\"bad\":\"x\"}')", "",
               "!csv_each: option bad: fail, skip or keep, not \"x\"");
    assert_sql("select * from csv_each(?, '{\"head\":1}')", "",
               "!csv_each: option head: there are header (true, false, "
               "[names]), delimiter, quote, bad");
    assert_sql("select * from csv_each(?, '{\"header\":1}')", "",
               "!csv_each: option header: there are header (true, false, "
               "[names]), delimiter, quote, bad");
    assert_sql("select * from csv_each(?, '{\"header\":[]}')", "a,b\n",
               "!csv_each: option header: [] names no field; name each, or say "
               "false");
    assert_sql("select * from csv_each(?, '{\"delimiter\":[]}')", "",
               "!csv_each: option delimiter/: there are header (true, false, "
               "[names]), delimiter, quote, bad");
    assert_sql("select * from csv_each(?, '{')", "",
               "!csv_each: options are no JSON object, such as "
               "{\"delimiter\":\";\"}");
}

static void skipped_records_are_counted(void **state)
{
    static const char bad[] = "a,b\n1\n3,4\n5\n\"6,7\n8,9\n";
    struct gn_csvsql *csv = &sandbox.functions.csv;

    (void)state;
    assert_sql("select cells from csv_each(?, '{\"bad\":\"skip\"}')", bad,
               "[\"3\",\"4\"]\n");
    assert_int_equal(csv->skipped.count, 3);
    assert_int_equal(csv->skipped.line, 2);
    assert_string_equal(csv->skipped.fault, "fewer fields than the header");
    assert_sql("select i from csv_each('x' || char(10) || '1,2', "
               "'{\"bad\":\"skip\"}')",
               "", "");
    assert_int_equal(csv->skipped.count, 1); /* of another job */
    gn_csvsql_forget(csv);
    assert_int_equal(csv->skipped.count, 0);
}

static void bad_records_have_a_policy(void **state)
{
    static const char bad[] = "a,b\n1,2\n3\n4,5,6\n\"7\"x,8\n9,10\n";

    (void)state;
    assert_sql(
        "select rec from csv_each(?)", bad,
        "{\"a\":\"1\",\"b\":\"2\"}\n!csv_each: line 3: fewer fields than "
        "the header: 1 instead of 2");
    assert_sql("select cells from csv_each(?, '{\"bad\":\"skip\"}')", bad,
               "[\"1\",\"2\"]\n[\"9\",\"10\"]\n");
    assert_sql("select line, cells, fault from csv_each(?, "
               "'{\"bad\":\"keep\"}')",
               bad,
               "2|[\"1\",\"2\"]|~\n"
               "3|[\"3\"]|fewer fields than the header\n"
               "4|[\"4\",\"5\",\"6\"]|more fields than the header\n"
               "5|[\"7x\",\"8\"]|there is text after the closing quote\n"
               "6|[\"9\",\"10\"]|~\n");
    assert_sql("select 1 from csv_each(?)", "\"a",
               "!csv_each: line 1, the "
               "header: a quoted field "
               "does not end");
}

static void lines(void **state)
{
    (void)state;
    assert_sql("select i, text from lines_each(?)", "a\r\n\nb",
               "1|a\n2|\n3|b\n");
    assert_sql("select count(*) from lines_each(?)", "", "0\n");
    assert_sql("select count(*) from lines_each(?)", "\n", "1\n");
    assert_sql("select count(*) from lines_each(null)", "", "0\n");
    assert_sql("select a.text || b.text from lines_each(?) a, "
               "lines_each(a.text || char(10) || 'x') b",
               "1\n2", "11\n1x\n22\n2x\n");
}

static void large_and_broken_bodies_are_survived(void **state)
{
    struct gn_buf body = {0};

    (void)state;
    gn_buf_text(&body, "a,b\n1,");
    gn_buf_reserve(&body, 20000000);
    memset(body.data + body.size, 'x', 20000000);
    body.size += 20000000;
    assert_sql_n("select length(rec->>'$.b') from csv_each(?)", body.data,
                 body.size, "20000000\n");
    gn_buf_fini(&body);
    body = many("\"", 1000001);
    assert_sql_n("select 1 from csv_each(?)", body.data, body.size,
                 "!csv_each: line 1, the header: a quoted field does not end");
    gn_buf_fini(&body);
    assert_sql_n("select cells, rec from csv_each(?)", "a\n\0\n\xff\n", 6,
                 "[\"\\u0000\"]|{\"a\":\"\\u0000\"}\n"
                 "[\"\xef\xbf\xbd\"]|{\"a\":\"\xef\xbf\xbd\"}\n");
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    assert_sql_lost("select rec from csv_each(?, '{\"bad\":\"skip\"}')",
                    "a,b\n\"x\"\"\",y\n", 12, 6,
                    "{\"a\":\"x\\\"\",\"b\":\"y\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_names),
        cmocka_unit_test(options_are_json),
        cmocka_unit_test(bad_records_have_a_policy),
        cmocka_unit_test(skipped_records_are_counted),
        cmocka_unit_test(lines),
        cmocka_unit_test(large_and_broken_bodies_are_survived),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
