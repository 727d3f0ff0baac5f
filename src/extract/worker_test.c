/* worker_test.c - jobs with one query or several, their rows, their failures.
 */
#include "extract/worker_testing.h"

static void rows_are_typed(void **state)
{
    struct gn_query q = {
        .sql = "select value->>'$.i' as i, value->>'$.r' as r, "
               "value->>'$.t' as t, value->>'$.n' as n, x'00ff' as b, "
               "zeroblob(0) as z, '' as e from json_each(:body)"};
    const struct gn_extraction job =
        run("[{\"i\":9007199254740993,\"r\":0.1,\"t\":\"\\u00e4\\u0000b\"},"
            "{\"i\":true,\"r\":1e300,\"t\":\"\",\"n\":null}]",
            &q, 1);
    const struct garner_value *v = q.rows.values;

    (void)state;
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q.rows.row_count, 2);
    assert_int_equal(q.rows.column_count, 7);
    assert_string_equal(q.rows.columns[3], "n");
    assert_int_equal(v[0].integer, 9007199254740993);
    assert_true(v[1].real == 0.1);
    assert_int_equal(v[2].type, GARNER_TEXT);
    assert_memory_equal(v[2].bytes.data, "\xc3\xa4", 2);
    assert_int_equal(v[3].type, GARNER_NULL);
    assert_int_equal(v[4].type, GARNER_BLOB);
    assert_int_equal(v[4].bytes.size, 2);
    assert_memory_equal(v[4].bytes.data, "\0\xff", 2);
    assert_int_equal(v[5].type, GARNER_BLOB);
    assert_int_equal(v[5].bytes.size, 0);
    assert_int_equal(v[6].type, GARNER_TEXT);
    assert_int_equal(v[6].bytes.size, 0);
    assert_int_equal(v[7].integer, 1);
    assert_true(v[8].real == 1e300);
    assert_int_equal(v[9].type, GARNER_TEXT);
    assert_int_equal(v[10].type, GARNER_NULL);
    gn_rowset_fini(&q.rows);
}

/* The values of a query's rows, or what is wrong. */
static struct gn_buf told(const char *sql, const char *body)
{
    struct gn_query q = {.sql = sql};
    const struct gn_extraction job = run(body, &q, 1);
    struct gn_buf out = {0};

    if (job.code != GARNER_OK)
        gn_buf_printf(&out, "!%s", job.error.message);
    for (size_t i = 0; i < q.rows.row_count * q.rows.column_count; i++) {
        const struct garner_value *v = &q.rows.values[i];

        if (v->type == GARNER_TEXT)
            gn_buf_append(&out, v->bytes.data, v->bytes.size);
        else
            gn_buf_printf(&out, "%lld",
                          v->type == GARNER_INTEGER ? (long long)v->integer
                                                    : -1);
        gn_buf_byte(&out, (i + 1) % q.rows.column_count == 0 ? '\n' : '|');
    }
    gn_rowset_fini(&q.rows);
    return out;
}

/* Twice: a statement that failed with stand-ins is known the second time. */
static void assert_told(const char *sql, const char *body, const char *expected)
{
    for (int i = 0; i < 2; i++) {
        struct gn_buf out = told(sql, body);

        assert_string_equal(gn_buf_cstr(&out), expected);
        gn_buf_fini(&out);
    }
}

/* Where only ->> is seen to read the records of CSV, they are not made. */
static void stand_ins_are_not_seen(void **state)
{
    static const char csv[] = "a,b,c d,a\n1,x,\"p,q\",9\n3,\"y\"\"\",,9\n"
                              "2,z,\xc3\xa4,9\n";
    struct gn_arrow *arrow = &worker.sandbox.functions.arrow;

    (void)state;
    assert_told("select rec->>'a' as a, rec->>'b' as b, rec->>'$.\"c d\"' as c "
                "from csv_each(:body)",
                csv, "1|x|p,q\n3|y\"|\n2|z|\xc3\xa4\n");
    assert_true(arrow->alone && arrow->handed);
    assert_told("select rec->>'b' as b from csv_each(:body) order by "
                "rec->>'a' desc",
                csv, "y\"\nz\nx\n");
    assert_true(arrow->alone && arrow->handed);
    /* here it is SQLite's own, or more than a name */
    assert_told("select max(rec->>'a') as m, count(*) as n "
                "from csv_each(:body)",
                csv, "3|3\n");
    assert_false(arrow->alone);
    assert_told("select (+rec)->>'b' as b from csv_each(:body)", csv,
                "x\ny\"\nz\n");
    assert_told("select rec->>'none' as b, rec->>'$.b.c' as c, rec->>'$' as r "
                "from csv_each(:body) limit 1",
                csv,
                "-1|-1|{\"a\":\"1\",\"b\":\"x\",\"c d\":\"p,q\","
                "\"a\":\"9\"}\n");
    assert_told("select rec->>'b' as b, rec as r from csv_each(:body, "
                "'{\"header\":[\"a\",\"b\"]}')",
                "1,2\n", "2|{\"a\":\"1\",\"b\":\"2\"}\n");
    assert_told("select rec->>'a' as a, '{' ->> 'x' as x from csv_each(:body)",
                "a\n1\n", "!the body is not JSON: it begins with \"a 1 \"");
    assert_told(
        "select x.rec->>'b' as b, y.rec->>'b' as c from csv_each(:body) "
        "x left join csv_each(:body) y on y.i = x.i + 2",
        csv, "x|z\ny\"|-1\nz|-1\n");
    assert_told("select rec->>'a' as a, value->>'a' as b, rec->>'b' as c, "
                "value->>'b' as d from csv_each(:body), "
                "json_rows('[{\"a\":\"7\",\"b\":\"8\"}]')",
                csv, "1|7|x|8\n3|7|y\"|8\n2|7|z|8\n");
    assert_told("select rec->>'a' as a, value->>'a' as b, rec->>'b' as c, "
                "value->>'b' as d from csv_each('a,b' || char(10) || '1,2'), "
                "json_rows(:body)",
                "[{\"a\":\"7\",\"b\":\"8\"}]", "1|7|2|8\n");
}

/* Runs one query over a body of a content type; its one text. */
static void assert_seen(const char *sql, struct garner_value body,
                        struct garner_value type, const char *expected)
{
    const struct gn_param params[] = {{"content_type", type}, {"body", body}};
    struct gn_query q = {.sql = sql};
    struct gn_extraction job = {
        .params = params, .param_count = 2, .queries = &q, .query_count = 1};

    gn_worker_run(&worker, &job);
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q.rows.values[0].bytes.size, strlen(expected));
    assert_memory_equal(q.rows.values[0].bytes.data, expected,
                        strlen(expected));
    gn_rowset_fini(&q.rows);
}

static void bodies_become_utf8(void **state)
{
    static const char json[] = "[\"\xcf\xd2\"]";
    static const char sql[] = "select value as v from json_rows(:body)";

    (void)state;
    assert_seen(sql, garner_text(json), garner_text("x; charset=koi8-r"),
                "\xd0\xbe\xd1\x80");
    assert_seen(sql, garner_text(json), garner_null(), "\xc3\x8f\xc3\x92");
    assert_seen(sql, garner_text_n("\xff\xfe[\0\"\0\xe4\0\"\0]\0", 12),
                garner_null(), "\xc3\xa4");
    assert_seen("select rec->>'$.a' as v from csv_each(:body)",
                garner_text("a\n\xe4"), garner_text("text/csv"), "\xc3\xa4");
    assert_seen("select html_text(:body, 'p') as v",
                garner_text("<meta charset=koi8-r><p>\xcf"),
                garner_text("text/html"), "\xd0\xbe");
    assert_seen("select hex(cast(:body as blob)) as v",
                garner_text_n("\0\xff", 2), garner_null(), "00FF");
    assert_seen("select hex(:body) as v", garner_blob("\xff", 1),
                garner_text("x; charset=koi8-r"), "FF");
    assert_seen("select :body || '' as v", garner_text(""), garner_text(""),
                "");
    assert_int_equal(worker.sandbox.functions.csv.body.size, 0);
}

static void no_rows_still_have_columns(void **state)
{
    struct gn_query q = {.sql = "select value as v from json_each(:body)"};

    (void)state;
    assert_int_equal(run("[]", &q, 1).code, GARNER_OK);
    assert_int_equal(q.rows.row_count, 0);
    assert_int_equal(q.rows.column_count, 1);
    assert_string_equal(q.rows.columns[0], "v");
    gn_rowset_fini(&q.rows);
}

static void queries_run_in_order_until_one_fails(void **state)
{
    struct gn_query q[] = {
        {.sql = "select value as a from json_each(:body)"},
        {.sql = "select 1 as a, 2 as b"},
        {.sql = "select nosuch as a"},
        {.sql = "select 3 as a"},
    };
    struct gn_extraction job = run("[1,2,3]", q, 2);

    (void)state;
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q[0].rows.row_count, 3);
    assert_int_equal(q[1].rows.column_count, 2);
    gn_rowset_fini(&q[0].rows);
    gn_rowset_fini(&q[1].rows);

    job = run("[1,2,3]", q, 4);
    assert_int_equal(job.code, GARNER_SQL);
    assert_int_equal(job.error.code, GARNER_SQL);
    assert_int_equal(job.failed_query, 2);
    assert_string_equal(job.error.message,
                        "query 3 of 4: SQL line 1, column 8: no such column: "
                        "nosuch: select ^nosuch as a");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(q[i].rows.bytes, 0);
}

static bool refuse(struct gn_extraction *job)
{
    ++*(int *)job->context;
    return false;
}

static bool begin(struct gn_extraction *job)
{
    ++*(int *)job->context;
    return true;
}

static void a_job_may_be_over_before_its_queries(void **state)
{
    struct gn_query q = {.sql = "nonsense", .rows = {.row_count = 99}};
    int begun = 0;
    struct gn_extraction job = {.queries = &q,
                                .query_count = 1,
                                .begin = refuse,
                                .context = &begun,
                                .code = GARNER_IO};

    (void)state;
    gn_worker_run(&worker, &job);
    assert_int_equal(begun, 1);
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q.rows.row_count, 0);
    job.begin = begin;
    gn_worker_run(&worker, &job);
    assert_int_equal(begun, 2);
    assert_int_equal(job.code, GARNER_SQL);
    job.query_count = 0;
    gn_worker_run(&worker, &job);
    assert_int_equal(job.code, GARNER_OK);
}

static void a_failure_leaves_the_worker_fit(void **state)
{
    struct gn_query q = {.sql = "select value as v from json_each(:body)"};
    const uint64_t misses = worker.prepared.misses;
    struct gn_extraction job;

    (void)state;
    for (int i = 0; i < 50; i++) {
        job = run("[1,2", &q, 1);
        assert_int_equal(job.code, GARNER_INVALID);
        assert_non_null(strstr(job.error.message, "line 1, column 5"));
        assert_null(q.rows.values);
        assert_int_equal(run("[1,2]", &q, 1).code, GARNER_OK);
        assert_int_equal(q.rows.row_count, 2);
        gn_rowset_fini(&q.rows);
    }
    assert_true(worker.prepared.misses <= misses + 1);
}

/* Once, however often the SQL reads the body. */
static void skipped_records_are_counted(void **state)
{
    struct gn_query q[] = {
        {.sql = "select a.cells as x, b.cells as y from csv_each(:body, "
                "'{\"bad\":\"skip\"}') a, csv_each(:body, "
                "'{\"bad\":\"skip\"}') b"},
        {.sql = "select count(*) as n from csv_each(:body, "
                "'{\"bad\":\"skip\"}')"},
    };
    struct gn_extraction job = run("a,b\n1,2\n3\n4,5,6\n7,8\n", q, 2);

    (void)state;
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q[0].rows.row_count, 4);
    assert_int_equal(job.skipped.count, 2);
    assert_int_equal(job.skipped.line, 3);
    assert_string_equal(job.skipped.fault, "fewer fields than the header");
    gn_rowset_fini(&q[0].rows);
    gn_rowset_fini(&q[1].rows);
    q[0].sql = "select 1 as a";
    assert_int_equal(run("", q, 1).skipped.count, 0);
    gn_rowset_fini(&q[0].rows);
}

static void lost_memory_is_an_error_and_no_leak(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 20; nth++) {
        struct gn_query q = {.sql = "select value as v, key as k "
                                    "from json_each(:body)"};
        struct gn_worker w;
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_worker_open(&w, &options, NULL);
        if (code == GARNER_OK) {
            const struct gn_param params[] = {{"body", garner_text("[\"a\"]")}};
            struct gn_extraction job = {.params = params,
                                        .param_count = 1,
                                        .queries = &q,
                                        .query_count = 1};

            gn_worker_run(&w, &job);
            code = job.code;
            gn_worker_close(&w);
        }
        gn_mem_fail_at(0);
        if (code != GARNER_OK) {
            failures++;
            assert_int_equal(code, GARNER_NOMEM);
            assert_null(q.rows.values);
        }
        gn_rowset_fini(&q.rows);
    }
    assert_in_range(failures, 6, 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_typed),
        cmocka_unit_test(stand_ins_are_not_seen),
        cmocka_unit_test(bodies_become_utf8),
        cmocka_unit_test(no_rows_still_have_columns),
        cmocka_unit_test(queries_run_in_order_until_one_fails),
        cmocka_unit_test(a_job_may_be_over_before_its_queries),
        cmocka_unit_test(a_failure_leaves_the_worker_fit),
        cmocka_unit_test(skipped_records_are_counted),
        cmocka_unit_test(lost_memory_is_an_error_and_no_leak),
    };

    return cmocka_run_group_tests(tests, open_worker, close_worker);
}
