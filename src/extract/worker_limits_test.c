/* worker_limits_test.c - the limits that hold a job. */
#include "extract/worker_testing.h"

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

/* One step of SQLite's can take longer than the whole may, and end. */
static void what_ends_too_late_is_refused(void **state)
{
    (void)state;
    assert_too_much("select length(hex(randomblob(2000000))) as h",
                    (struct gn_quota){.time_ms = 1}, GARNER_TIMEOUT,
                    "the SQL was stopped: it took longer than 1ms, its limit: "
                    "ask for less, or raise limits.time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_over_the_limit_are_refused),
        cmocka_unit_test(the_deadline_is_the_jobs),
        cmocka_unit_test(memory_over_the_limit_is_refused),
        cmocka_unit_test(what_is_done_without_is_no_reason),
        cmocka_unit_test(limits_are_the_jobs),
        cmocka_unit_test(a_body_may_be_longer_than_the_limit),
        cmocka_unit_test(what_ends_too_late_is_refused),
    };

    return cmocka_run_group_tests(tests, open_worker, close_worker);
}
