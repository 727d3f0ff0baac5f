/* worker_test.c - jobs with one query or several, their rows, their failures,
 * and the limits that hold them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/worker.h"

static const struct gn_extractor_options options = {
    .max_statements = 8,
    .limits = {.time_ms = 60000,
               .memory_bytes = 16 << 20,
               .rows_bytes = 1 << 20,
               .length_bytes = GN_QUOTA_LENGTH_MOST}};

static struct gn_worker worker;

static int open_worker(void **state)
{
    (void)state;
    return gn_worker_open(&worker, &options, NULL) != GARNER_OK;
}

static int close_worker(void **state)
{
    (void)state;
    gn_worker_close(&worker);
    return 0;
}

/* Runs the queries over body; the job, its rows in queries. */
static struct gn_extraction run(const char *body, struct gn_query *queries,
                                size_t count)
{
    const struct gn_param params[] = {{"body", garner_text(body)}};
    struct gn_extraction job = {.params = params,
                                .param_count = 1,
                                .queries = queries,
                                .query_count = count};

    gn_worker_run(&worker, &job);
    job.params = NULL;
    return job;
}

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

static void rows_over_the_limit_are_refused(void **state)
{
    struct gn_query q[] = {
        {.sql = "select zeroblob(600000) as z"},
        {.sql = "select zeroblob(600000) as z"},
        {.sql = "with recursive n(i) as (select 1 union all select i + 1 from "
                "n) select i from n"},
        {.sql = "select zeroblob(100000000) as z"},
    };
    struct gn_extraction job = run("", q, 1);

    (void)state;
    assert_int_equal(job.code, GARNER_OK);
    gn_rowset_fini(&q[0].rows);
    job = run("", q, 2); /* the limit is the job's */
    assert_int_equal(job.code, GARNER_FULL);
    assert_int_equal(job.failed_query, 1);
    assert_string_equal(job.error.message,
                        "query 2 of 2: after 0 rows the rows of one answer "
                        "take more than 1.0 MiB, the limit: select less, or "
                        "raise limits.rows");
    job = run("", q + 2, 1);
    assert_int_equal(job.code, GARNER_FULL);
    job = run("", q + 3, 1);
    assert_int_equal(job.code, GARNER_FULL);
}

static void the_deadline_is_the_jobs(void **state)
{
    struct gn_query q = {.sql = "with recursive n(i) as (select 1 union all "
                                "select i + 1 from n) select max(i) as m "
                                "from n"};
    struct gn_extraction job;

    (void)state;
    worker.limits.time_ms = 10;
    job = run("", &q, 1);
    worker.limits = options.limits;
    assert_int_equal(job.code, GARNER_TIMEOUT);
    assert_string_equal(
        job.error.message,
        "the SQL was stopped: it took longer than 10ms, its limit: ask for "
        "less, or raise limits.time");
    q.sql = "select 1 as a";
    assert_int_equal(run("", &q, 1).code, GARNER_OK);
    gn_rowset_fini(&q.rows);
}

/* Runs sql in a job of these limits, and fails; then another goes well. */
static void assert_too_much(const char *sql, struct gn_quota limits,
                            enum garner_code code, const char *message)
{
    struct gn_query q = {.sql = sql};
    struct gn_extraction job = {
        .queries = &q, .query_count = 1, .limits = limits};

    gn_worker_run(&worker, &job);
    assert_int_equal(job.code, code);
    assert_string_equal(job.error.message, message);
    assert_in_range(worker.memory.peak, 1, 16 << 20);
    q.sql = "select length(hex(zeroblob(2000))) as a";
    assert_int_equal(run("", &q, 1).code, GARNER_OK);
    assert_int_equal(q.rows.values[0].integer, 4000);
    gn_rowset_fini(&q.rows);
}

static void memory_over_the_limit_is_refused(void **state)
{
    static const char message[] =
        "the SQL needs more than 16 MiB of memory, its limit: sort, group or "
        "join less, or raise limits.memory";

    (void)state;
    assert_too_much("with recursive n(s) as (select 'aaaaaaaa' union all "
                    "select s || s from n) select max(length(s)) as m from n",
                    (struct gn_quota){0}, GARNER_FULL, message);
    assert_too_much("with recursive n(i) as (select 1 union all select i + 1 "
                    "from n limit 500000) select i from n order by "
                    "hex(randomblob(100)) limit 400000, 1",
                    (struct gn_quota){0}, GARNER_FULL, message);
    assert_too_much("select group_concat(value || hex(zeroblob(500000))) as g "
                    "from json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]')",
                    (struct gn_quota){0}, GARNER_FULL, message);
    assert_too_much("select hex(randomblob(600000)) as h",
                    (struct gn_quota){.memory_bytes = 1 << 20}, GARNER_FULL,
                    "the SQL needs more than 1.0 MiB of memory, its limit: "
                    "sort, group or join less, or raise limits.memory");
}

/* Asks for much, as SQLite does for some of its caches, and does without. */
static void do_without(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    void *much = sqlite3_malloc(64 << 20);

    (void)argc;
    (void)argv;
    sqlite3_free(much);
    sqlite3_result_error(context, much == NULL ? "another reason" : "had it",
                         -1);
}

static void what_is_done_without_is_no_reason(void **state)
{
    struct gn_query q = {.sql = "select do_without() as x"};
    struct gn_extraction job = {.queries = &q, .query_count = 1};

    (void)state;
    assert_int_equal(sqlite3_create_function(worker.sandbox.db, "do_without", 0,
                                             SQLITE_UTF8, NULL, do_without,
                                             NULL, NULL),
                     SQLITE_OK);
    gn_worker_run(&worker, &job);
    assert_true(worker.memory.exceeded);
    assert_int_equal(job.code, GARNER_SQL);
    assert_string_equal(job.error.message,
                        "SQL: another reason: select do_without() as x");
}

static void limits_are_the_jobs(void **state)
{
    (void)state;
    assert_too_much("with recursive n(i) as (select 1 union all select i + 1 "
                    "from n) select max(i) as m from n",
                    (struct gn_quota){.time_ms = 20}, GARNER_TIMEOUT,
                    "the SQL was stopped: it took longer than 20ms, its limit: "
                    "ask for less, or raise limits.time");
    assert_too_much("select zeroblob(3000) as z",
                    (struct gn_quota){.rows_bytes = 2048}, GARNER_FULL,
                    "after 0 rows the rows of one answer take more than 2.0 "
                    "KiB, the limit: select less, or raise limits.rows");
    assert_too_much("select length(hex(zeroblob(2001))) as z",
                    (struct gn_quota){.length_bytes = 4000}, GARNER_FULL,
                    "the SQL makes a text or a blob of more than 3.9 KiB, its "
                    "limit: make less, or raise limits.length");
    assert_too_much("select zeroblob(1000000001) as z", (struct gn_quota){0},
                    GARNER_FULL,
                    "the SQL makes a text or a blob of more than 954 MiB, "
                    "the most that SQLite can have: make less");
}

/* What is given may be longer than what is made. */
static void a_body_may_be_longer_than_the_limit(void **state)
{
    struct gn_buf body = {0};
    struct gn_query q = {.sql = "select length(:body) as n"};
    struct gn_extraction job = {.param_count = 1,
                                .queries = &q,
                                .query_count = 1,
                                .limits = {.length_bytes = 100}};
    struct gn_param param = {"body", garner_null()};

    (void)state;
    for (int i = 0; i < 1000; i++)
        gn_buf_text(&body, "x");
    param.value = garner_text(gn_buf_cstr(&body));
    job.params = &param;
    gn_worker_run(&worker, &job);
    assert_int_equal(job.code, GARNER_OK);
    assert_int_equal(q.rows.values[0].integer, 1000);
    gn_rowset_fini(&q.rows);
    gn_buf_fini(&body);
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

/* One step of SQLite's can take longer than the whole may, and end. */
static void what_ends_too_late_is_refused(void **state)
{
    (void)state;
    assert_too_much("select length(hex(randomblob(2000000))) as h",
                    (struct gn_quota){.time_ms = 1}, GARNER_TIMEOUT,
                    "the SQL was stopped: it took longer than 1ms, its limit: "
                    "ask for less, or raise limits.time");
}

/* Runs a job for the links of a body alone, or after q. */
static struct gn_extraction follow(const char *body, const char *type,
                                   struct gn_query *q, struct gn_onward *page)
{
    const struct gn_param params[] = {
        {"body", garner_text(body)},
        {"content_type", type != NULL ? garner_text(type) : garner_null()},
        {"final_url", garner_text("http://h/d/")}};
    struct gn_extraction job = {.params = params,
                                .param_count = 3,
                                .queries = q,
                                .query_count = q != NULL,
                                .onward = page};

    gn_worker_run(&worker, &job);
    job.params = NULL;
    return job;
}

static const char by_selector[] =
    "select url, nofollow from links_each(:body, :final_url, 'a')";
static const char leads_on[] = "<meta name=robots content=noindex><title>T"
                               "</title><base href='/b/'><a href=x>x</a>"
                               "<a href=y rel=nofollow>y</a><link href=z>";

static void an_archive_without_sql_is_not_unpacked(void **state)
{
    static const char broken[] = "\x1f\x8b\x08";
    struct gn_query q = {.sql = "select 1"};
    struct gn_onward page = {.sql = by_selector, .html_only = true};
    struct gn_extraction job;

    (void)state;
    job = follow(broken, "application/gzip", NULL, &page);
    assert_int_equal(job.code, GARNER_OK);
    assert_true(page.read);
    gn_onward_fini(&page);
    assert_int_equal(follow(broken, "text/html", NULL, &page).code,
                     GARNER_INVALID);
    gn_onward_fini(&page);
    job = follow(broken, "application/gzip", &q, &page);
    assert_int_equal(job.code, GARNER_INVALID);
    assert_non_null(strstr(job.error.message, "gzip ends after 3 bytes"));
    gn_onward_fini(&page);
}

static void a_page_is_parsed_once_for_rows_and_links(void **state)
{
    struct gn_query q = {.sql = "select html_text(:body, 'title') as t"};
    struct gn_onward page = {.sql = by_selector, .html_only = true};
    const uint64_t parsed = worker.sandbox.functions.html.documents.parsed;

    (void)state;
    assert_int_equal(follow(leads_on, "text/html", &q, &page).code, GARNER_OK);
    assert_int_equal(worker.sandbox.functions.html.documents.parsed,
                     parsed + 1);
    assert_int_equal(q.rows.row_count, 1);
    assert_true(page.noindex);
    assert_false(page.nofollow);
    assert_int_equal(page.link_count, 2);
    assert_string_equal(page.links[0].url, "http://h/b/x");
    assert_false(page.links[0].nofollow);
    assert_string_equal(page.links[1].url, "http://h/b/y");
    assert_true(page.links[1].nofollow);
    gn_rowset_fini(&q.rows);
    gn_onward_fini(&page);
}

static void sql_says_where_a_page_leads_to(void **state)
{
    struct gn_onward page = {.sql = "select value as url, key as priority "
                                    "from json_each(:body)"};
    struct gn_onward relative = {
        .sql = "select html_attr(:body, 'a', 'href') as url"};
    struct gn_onward sitemap = {.sql = gn_onward_sitemap};

    (void)state;
    assert_int_equal(
        follow("[\"p\",\"q\"]", "application/json", NULL, &page).code,
        GARNER_OK);
    assert_int_equal(page.link_count, 2);
    assert_string_equal(page.links[1].url, "http://h/d/q");
    assert_int_equal(page.links[1].priority, 1);
    gn_onward_fini(&page);
    assert_int_equal(follow(leads_on, NULL, NULL, &relative).code, GARNER_OK);
    assert_string_equal(relative.links[0].url, "http://h/b/x");
    gn_onward_fini(&relative);
    assert_int_equal(
        follow("<urlset><url><loc>http://h/1</loc><priority>0.8</priority>"
               "</url><url><loc>http://h/2</loc></url><url><loc>http://h/3"
               "</loc><priority>-9</priority></url></urlset>",
               "text/xml", NULL, &sitemap)
            .code,
        GARNER_OK);
    assert_int_equal(sitemap.link_count, 3);
    assert_int_equal(sitemap.links[0].priority, 3);
    assert_int_equal(sitemap.links[1].priority, 0);
    assert_int_equal(sitemap.links[2].priority, -5);
    assert_false(sitemap.links[0].is_sitemap);
    gn_onward_fini(&sitemap);
    assert_int_equal(follow("<sitemapindex><sitemap><loc>http://h/s.xml</loc>"
                            "</sitemap></sitemapindex>",
                            "text/xml", NULL, &sitemap)
                         .code,
                     GARNER_OK);
    assert_int_equal(sitemap.link_count, 1);
    assert_true(sitemap.links[0].is_sitemap);
    gn_onward_fini(&sitemap);
}

static void a_selector_is_for_html_alone(void **state)
{
    struct gn_onward page = {.sql = by_selector, .html_only = true};

    (void)state;
    assert_int_equal(follow(leads_on, "text/plain", NULL, &page).code,
                     GARNER_OK);
    assert_int_equal(page.link_count, 0);
    assert_false(page.noindex);
    gn_onward_fini(&page);
    assert_int_equal(follow("", "text/html", NULL, &page).code, GARNER_OK);
    assert_int_equal(page.link_count, 0);
    gn_onward_fini(&page);
}

static void what_fails_to_find_links_is_told(void **state)
{
    struct gn_query good = {.sql = "select 1 as a"};
    struct gn_onward bad = {.sql = "select 1 as href"};
    struct gn_extraction job = follow(leads_on, NULL, &good, &bad);

    (void)state;
    assert_int_equal(job.code, GARNER_INVALID);
    assert_int_equal(job.failed_query, 1);
    assert_string_equal(job.error.message,
                        "links: \"href\" is no column of links; select url, "
                        "and priority, nofollow or sitemap if you like");
    assert_null(good.rows.values);
    assert_null(bad.links);
    assert_false(bad.read);
}

static void a_page_without_good_rows_leads_on(void **state)
{
    static const char *const wrong[] = {
        "select nonsense", "select json_extract(:body, '$.a') as a",
        ("with recursive n (i) as (select 1 union all select i + 1 from n)"
         " select i from n")};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct gn_query q = {.sql = wrong[i]};
        struct gn_query both = {.sql = "select 1 as href"};
        struct gn_onward page = {.sql = by_selector};
        struct gn_onward bad = {.sql = both.sql};
        struct gn_extraction job = follow(leads_on, NULL, &q, &page);

        assert_int_not_equal(job.code, GARNER_OK);
        assert_int_equal(job.failed_query, 0);
        assert_true(page.read && page.noindex);
        assert_int_equal(page.link_count, 2);
        gn_onward_fini(&page);
        assert_int_equal(follow(leads_on, NULL, &q, &bad).code, job.code);
        assert_false(bad.read);
    }
}

static void a_page_has_time_of_its_own(void **state)
{
    struct gn_query q = {.sql = "with recursive n(i) as (select 1 union all "
                                "select i + 1 from n) select max(i) as m "
                                "from n"};
    struct gn_onward page = {.sql = by_selector};

    (void)state;
    for (int ms = 20; ms < 5000 && !page.read; ms *= 2) {
        worker.limits.time_ms = ms;
        assert_int_equal(follow(leads_on, NULL, &q, &page).code,
                         GARNER_TIMEOUT);
    }
    worker.limits = options.limits;
    assert_int_equal(page.link_count, 2);
    gn_onward_fini(&page);
}

static void lost_memory_leaves_no_links(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 60; nth++) {
        struct gn_onward page = {.sql = by_selector};
        struct gn_extraction job;

        gn_mem_fail_at(nth);
        job = follow(leads_on, NULL, NULL, &page);
        gn_mem_fail_at(0);
        failures += job.code != GARNER_OK;
        assert_int_equal(page.link_count, job.code == GARNER_OK ? 2 : 0);
        if (job.code != GARNER_OK)
            assert_int_equal(job.code, GARNER_NOMEM);
        gn_onward_fini(&page);
    }
    assert_in_range(failures, 10, 58);
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
        cmocka_unit_test(bodies_become_utf8),
        cmocka_unit_test(stand_ins_are_not_seen),
        cmocka_unit_test(no_rows_still_have_columns),
        cmocka_unit_test(queries_run_in_order_until_one_fails),
        cmocka_unit_test(a_job_may_be_over_before_its_queries),
        cmocka_unit_test(a_failure_leaves_the_worker_fit),
        cmocka_unit_test(rows_over_the_limit_are_refused),
        cmocka_unit_test(the_deadline_is_the_jobs),
        cmocka_unit_test(memory_over_the_limit_is_refused),
        cmocka_unit_test(what_is_done_without_is_no_reason),
        cmocka_unit_test(limits_are_the_jobs),
        cmocka_unit_test(a_body_may_be_longer_than_the_limit),
        cmocka_unit_test(what_ends_too_late_is_refused),
        cmocka_unit_test(skipped_records_are_counted),
        cmocka_unit_test(an_archive_without_sql_is_not_unpacked),
        cmocka_unit_test(a_page_is_parsed_once_for_rows_and_links),
        cmocka_unit_test(sql_says_where_a_page_leads_to),
        cmocka_unit_test(a_selector_is_for_html_alone),
        cmocka_unit_test(what_fails_to_find_links_is_told),
        cmocka_unit_test(a_page_without_good_rows_leads_on),
        cmocka_unit_test(a_page_has_time_of_its_own),
        cmocka_unit_test(lost_memory_leaves_no_links),
        cmocka_unit_test(lost_memory_is_an_error_and_no_leak),
    };

    return cmocka_run_group_tests(tests, open_worker, close_worker);
}
