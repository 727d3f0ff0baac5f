/* job_test.c - states, texts, and what an extraction is given. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/job.h"

static struct gn_target *target;

static struct gn_job *new_job(struct gn_active *active)
{
    struct gn_job *job = malloc(sizeof *job);

    assert_non_null(job);
    memset(job, 0xee, sizeof *job); /* memory of any content */
    active->target = target;
    gn_job_init(job, active, NULL, NULL);
    return job;
}

static void free_job(struct gn_job *job)
{
    gn_job_fini(job);
    free(job);
}

static void a_new_job_knows_nothing(void **state)
{
    struct gn_active active = {.memory = {.id = 5}};
    struct gn_job *job = new_job(&active);

    (void)state;
    assert_int_equal(job->state, GN_JOB_NEW);
    assert_int_equal(job->run.source, 5);
    assert_string_equal(job->run.url, "http://127.0.0.1/x");
    assert_int_equal(job->run.bytes, -1);
    assert_int_equal(job->run.rows, -1);
    assert_null(job->run.failure);
    assert_false(gn_job_has_rows(job));
    free_job(job);
}

static void states_follow_one_another(void **state)
{
    static const enum gn_job_state way[] = {
        GN_JOB_FETCHING,  GN_JOB_EXTRACTING, GN_JOB_PREPARING,
        GN_JOB_PREPARING, GN_JOB_STORING,    GN_JOB_PREPARING,
        GN_JOB_STORING,   GN_JOB_STORING,    GN_JOB_SETTLED,
    };
    struct gn_active active = {0};
    struct gn_job *job = new_job(&active);

    (void)state;
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        gn_job_move(job, way[i]);
        assert_int_equal(job->state, way[i]);
    }
    free_job(job);
}

static void a_failure_takes_the_rows(void **state)
{
    const struct gn_source source = {0};
    struct gn_active active = {.source = &source};
    struct gn_job *job = new_job(&active);
    struct gn_query query = {0};
    static char long_text[1 << 20];

    (void)state;
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    job->extraction.queries = &query;
    job->extraction.query_count = 1;
    assert_true(gn_job_has_rows(job));
    job->alone = true;
    assert_false(gn_job_has_rows(job));
    job->alone = false;
    gn_job_fail(job, "sql", long_text);
    assert_false(gn_job_has_rows(job));
    assert_string_equal(job->run.error, long_text);
    assert_null(gn_job_text(job, NULL));
    assert_string_equal(gn_job_text(job, "a\xff/\xc3\xa9\xc3"), "a?/\xc3\xa9?");
    gn_mem_fail_at(1);
    gn_job_fail(job, "sql", long_text); /* the word stays */
    assert_string_equal(job->run.failure, "sql");
    assert_null(job->run.error);
    free_job(job);
}

static void a_failure_tells_no_secrets(void **state)
{
    static const char *const secrets[] = {"s3cr3t/value", NULL};
    const struct gn_source source = {.request = {.secrets = secrets}};
    struct gn_active active = {.source = &source};
    struct gn_job *job = new_job(&active);

    (void)state;
    gn_job_fail(job, "sql", "in \"s3cr3t/value\", \"s3cr3t%2Fva...\"");
    assert_string_equal(job->run.error, "in \"***\", \"***...\"");
    for (unsigned n = 1; n < 3; n++) {
        gn_mem_fail_at(n);
        gn_job_fail(job, "sql", "s3cr3t/value");
        gn_mem_fail_at(0);
        assert_string_equal(job->run.failure, "sql");
        assert_true(job->run.error == NULL ||
                    strcmp(job->run.error, "***") == 0);
    }
    free_job(job);
}

static const struct garner_value *param(const struct gn_job *job,
                                        const char *name)
{
    for (size_t i = 0; i < job->extraction.param_count; i++)
        if (strcmp(job->extraction.params[i].name, name) == 0)
            return &job->extraction.params[i].value;
    fail_msg("no parameter %s", name);
    return NULL;
}

static bool param_is(const struct gn_job *job, const char *name,
                     const char *text)
{
    const struct garner_value *v = param(job, name);

    return v->type == GARNER_TEXT && v->bytes.size == strlen(text) &&
           memcmp(v->bytes.data, text, v->bytes.size) == 0;
}

static void extractions_get_their_parameters(void **state)
{
    const struct gn_rows_spec rows[] = {{.sql = "one"}, {.sql = "two"}};
    const struct gn_var vars[] = {{"symbol", "ABC"}};
    const struct gn_source source = {.name = "s",
                                     .rows = rows,
                                     .row_spec_count = 2,
                                     .vars = vars,
                                     .var_count = 1};
    struct gn_active active = {.source = &source, .wants_headers = true};
    struct gn_job *job = new_job(&active);
    struct gn_buf headers = {0};

    (void)state;
    gn_buf_text(&headers, "a: 1\n");
    job->body = gn_strdup("{}");
    job->body_size = 2;
    job->run.status = 200;
    job->run.started_us = 2500000;
    job->content_type = "text/plain";
    assert_int_equal(
        gn_job_prepare_extraction(job, "http://b/", &headers, NULL), GARNER_OK);
    assert_int_equal(job->extraction.query_count, 2);
    assert_string_equal(job->extraction.queries[1].sql, "two");
    assert_true(param_is(job, "body", "{}"));
    assert_true(param_is(job, "url", "http://127.0.0.1/x"));
    assert_true(param_is(job, "final_url", "http://b/"));
    assert_true(param_is(job, "content_type", "text/plain"));
    assert_true(param_is(job, "source", "s"));
    assert_true(param_is(job, "symbol", "ABC"));
    assert_true(param_is(job, "headers", "{\"a\":\"1\"}"));
    assert_int_equal(param(job, "status")->integer, 200);
    assert_true(param(job, "fetched_at")->real == 2.5);
    free_job(job);
    gn_buf_fini(&headers);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_rows_spec rows = {.sql = "one"};
    const struct gn_source source = {
        .name = "s", .rows = &rows, .row_spec_count = 1};
    struct gn_active active = {.source = &source, .wants_headers = true};
    char url[GN_JOB_MEMORY];
    struct gn_buf headers = {0};

    (void)state;
    memset(url, 'u', sizeof url);
    url[sizeof url - 1] = '\0';
    for (unsigned nth = 1; nth <= 3; nth++) {
        struct gn_job *job = new_job(&active);
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_job_prepare_extraction(job, url, &headers, NULL);
        gn_mem_fail_at(0);
        assert_int_equal(code, GARNER_NOMEM);
        assert_int_equal(job->extraction.query_count, 0);
        free_job(job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_job_knows_nothing),
        cmocka_unit_test(states_follow_one_another),
        cmocka_unit_test(a_failure_takes_the_rows),
        cmocka_unit_test(a_failure_tells_no_secrets),
        cmocka_unit_test(extractions_get_their_parameters),
        cmocka_unit_test(lost_memory_is_an_error),
    };
    const struct gn_request request = {.url = "http://127.0.0.1/x"};
    int failed = 1;

    if (gn_target_new(&request, &target, NULL) == GARNER_OK)
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    gn_target_free(target);
    return failed;
}
