/* arrow_test.c - ->> on the rows of json_rows and csv_each gives what SQLite's
 * own does on their texts, whatever is in them. */
#include "extract/fixture_test.h"

static const char paths[] =
    "'[\"a\",\"b\",\"c d\",\"$.a\",\"$.b\",\"$.\\\"a\\\"\",\"$.\\\"a.b\\\"\","
    "\"$.x.y\",\"a.b\",\"$\",\"$.x\",\"x\",\"$[0]\",\"$[#-1]\",\"0\",\"none\","
    "\"$.c d\",\"$.\\\"c d\\\"\",\"\xc3\xa9\",\"$.\xc3\xa9\",\"A\",\"-1\","
    "\"e\",\"[0]\",\"$.x.y[1]\",1,0,null]'";

/* The rows of table whose ->> differs from that of their texts; none. */
static void assert_same(const char *column, const char *table, const char *body,
                        size_t size)
{
    struct gn_buf sql = {0};

    gn_buf_printf(
        &sql,
        "with p as materialized (select value from json_each(%s)) "
        "select t.%s, p.value, t.%s->>p.value, (t.%s||'')->>p.value from %s t, "
        "p "
        "where quote(t.%s->>p.value) <> quote((t.%s||'')->>p.value) or "
        "typeof(t.%s->>p.value) <> typeof((t.%s||'')->>p.value)",
        paths, column, column, column, table, column, column, column, column);
    assert_sql_n(gn_buf_cstr(&sql), body, size, "");
    gn_buf_clear(&sql);
    gn_buf_printf(&sql,
                  "with p as materialized (select value from json_each(%s)) "
                  "select count(*) > 0 from %s t, p where t.%s->>p.value "
                  "is not null",
                  paths, table, column);
    assert_sql_n(gn_buf_cstr(&sql), body, size, "1\n");
    gn_buf_fini(&sql);
}

static void json_rows_are_as_sqlites(void **state)
{
    static const char json[] =
        "[{\"a\":1,\"b\":\"x\",\"c d\":null,\"a.b\":5,\"x\":{\"y\":[1,2]}},"
        "{ \"a\" : true , \"b\" :false,\"a\":2 },{},"
        "{\"a\":12345678901234567890,\"b\":-0,\"e\":1e3,\"x\":-12},"
        "{\"a\":0.1,\"b\":-51.47,\"e\":1E-2,\"x\":123456789012345678},"
        "{\"a\":\"q\\\"\\\\\\/\\n\\t\",\"b\":\"\\u00e4\\ud83d\\ude00\","
        "\"x\":\"a\\u0000b\",\"e\":\"\\ud800\"},"
        "{\"\\u0061\":1,\"b\":2},{\"b\\\\\":1,\"a\":3},"
        "{\"\xc3\xa9\":\"\xc3\xa9\",\"\":7,\"A\":8,\"-1\":9,\"0\":10},"
        "{\"a\":\"\",\"b\":[],\"x\":{}},"
        "[1,[2],{\"a\":3}],[],\"{\\\"a\\\":1}\",5,1.5,true,null]";
    struct gn_buf nested = {0};

    (void)state;
    assert_same("value", "json_rows(?)", json, sizeof json - 1);
    /* not in the body: another way to hand on the texts */
    gn_buf_printf(&nested, "{\"n\":%s}", json);
    assert_same("value", "json_rows(?1 || '', '$.n')", nested.data,
                nested.size);
    gn_buf_fini(&nested);
}

static void records_are_as_sqlites(void **state)
{
    static const char csv[] = "a,b,c d,a,\xc3\xa9,\"x\"\n"
                              "1,2,3,4,5,6\n"
                              "\"q\"\"q\",\\,\"\n\",\t,\xc3\xa9,\n"
                              "\xff,a\x01,,,,\n"
                              ",,,,,\n";
    static const char odd[] = "\"a\"\"b\",b\\,\xff,a\n1,2,3,4\n";
    static const char keep[] = "csv_each(?, '{\"bad\":\"keep\"}')";

    (void)state;
    assert_same("rec", "csv_each(?)", csv, sizeof csv - 1);
    assert_same("cells", "csv_each(?)", csv, sizeof csv - 1);
    assert_same("rec", "csv_each(?)", odd, sizeof odd - 1);
    assert_same("rec", keep, "a,b\n1\n1,2,3\n\n", 13);
    assert_same("line", "csv_each(?)", "a\n1\n", 4);
    assert_same("rec", "csv_each(?1 || '')", csv, sizeof csv - 1);
}

static void errors_are_sqlites(void **state)
{
    struct gn_buf own =
        ask_n("select (value||'')->>'$x' from json_rows(?)", "[{\"a\":1}]", 9);
    struct gn_buf ours =
        ask_n("select value->>'$x' from json_rows(?)", "[{\"a\":1}]", 9);

    (void)state;
    assert_string_equal(gn_buf_cstr(&own), gn_buf_cstr(&ours));
    assert_int_equal(own.data[0], '!');
    gn_buf_fini(&own);
    gn_buf_fini(&ours);
    assert_sql("select value->>'a' from json_rows(?)", "[\"x\"]",
               "!malformed JSON");
}

static void texts_outlive_their_rows(void **state)
{
    static const char csv[] = "a,b\n3,x\n1,y\n2,z\n";

    (void)state;
    assert_sql("select max(rec), min(rec), group_concat(rec->>'b', '') from "
               "csv_each(?)",
               csv,
               "{\"a\":\"3\",\"b\":\"x\"}|{\"a\":\"1\",\"b\":\"y\"}|xyz\n");
    assert_sql("select rec->>'b', rec from csv_each(?) order by rec->>'a', rec",
               csv,
               "y|{\"a\":\"1\",\"b\":\"y\"}\nz|{\"a\":\"2\",\"b\":\"z\"}\n"
               "x|{\"a\":\"3\",\"b\":\"x\"}\n");
    assert_sql("select first_value(rec) over (order by i desc) ->> 'b', "
               "lag(rec) over (order by i) ->> 'b' from csv_each(?) order by i",
               csv, "z|~\nz|x\nz|y\n");
    assert_sql("select x.rec->>'b', y.rec->>'b', x.rec->>'a', y.rec->>'a' from "
               "csv_each(?1) x, csv_each(?1) y where x.i + y.i = 4",
               csv, "x|z|3|2\ny|y|1|1\nz|x|2|3\n");
    assert_sql("select (select rec from csv_each(?1) where i = 2) ->> 'b', "
               "x.rec->>'b' from csv_each(?1) x",
               csv, "y|x\ny|y\ny|z\n");
    assert_sql(
        "select x.i, y.rec->>'b', y.rec->>y.rec from csv_each(?1) x left "
        "join csv_each(?1) y on y.i = x.i + 2",
        csv, "1|z|~\n2|~|~\n3|~|~\n");
    assert_sql("with t as materialized (select rec, i from csv_each(?)) select "
               "x.rec->>'b', y.rec->>'b' from t x join t y on x.rec->>'a' = "
               "cast(y.i as text) order by x.i",
               csv, "x|z\ny|x\nz|y\n");
    assert_sql("select x.value->>'a', y.value->>'a' from json_rows(?1) x, "
               "json_rows(?1) y",
               "[{\"a\":1},{\"a\":2}]", "1|1\n1|2\n2|1\n2|2\n");
}

static void rows_are_listed_once(void **state)
{
    struct gn_arrow *a = &sandbox.functions.arrow;

    (void)state;
    assert_sql("select rec->>'a', rec->>'b' from csv_each(?)", "a,b\n1,2\n",
               "1|2\n");
    assert_int_equal(a->count, 2); /* it was the arrow that answered */
    assert_sql("select value->>'b' from json_rows(?)",
               "[{\"a\":1,\"b\":2,\"c\":3}]", "2\n");
    assert_int_equal(a->count, 3);
    assert_null(a->own); /* SQLite's own was not needed */
}

static void lost_memory_is_an_error(void **state)
{
    static const char sql[] =
        "select rec->>'a', rec->>'$.b', rec, cells from csv_each(?1 || '')";
    struct gn_buf whole = ask_n(sql, "a,b\nx,y\n\"1\"\"\",2", 15);
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 60; nth++) {
        struct gn_buf out;

        gn_arrow_fini(&sandbox.functions.arrow);
        sandbox.functions.arrow = (struct gn_arrow){.db = sandbox.db};
        gn_mem_fail_at(nth);
        out = ask_n(sql, "a,b\nx,y\n\"1\"\"\",2", 15);
        gn_mem_fail_at(0);
        if (out.failed || strstr(gn_buf_cstr(&out), "!out of memory") != NULL)
            failures++;
        else
            assert_string_equal(gn_buf_cstr(&out), gn_buf_cstr(&whole));
        gn_buf_fini(&out);
    }
    assert_in_range(failures, 8, 40);
    gn_buf_fini(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_listed_once),
        cmocka_unit_test(json_rows_are_as_sqlites),
        cmocka_unit_test(records_are_as_sqlites),
        cmocka_unit_test(errors_are_sqlites),
        cmocka_unit_test(texts_outlive_their_rows),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
