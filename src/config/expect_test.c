/* expect_test.c - the keys expect, of a source and of its rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load_testing.h"

static void a_source_says_what_an_answer_is_like(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { expect: { not_match: maintenance } }\n"
             "sources:\n"
             "  a: { url: http://h/, expect: { match: 'Rates? 20\\d\\d',\n"
             "       status: [200, 404, 5xx], content_type: [TEXT/Html,\n"
             "       application/*, '*/*'], min_size: 1kB, max_size: 2MB } }\n"
             "  b: { url: http://h/ }\n"
             "  c: { url: http://h/, expect: { status: 2xx } }\n"
             "  d: { url: http://h/, expect: { content_type: text/csv } }\n");
    const struct gn_source *s = config.sources;
    const struct gn_expect *e = s[0].expect;

    (void)state;
    assert_string_equal(e->match, "Rates? 20\\d\\d");
    assert_null(e->not_match); /* the default one is replaced */
    assert_int_equal(e->status_count, 3);
    assert_int_equal(e->statuses[1].first, 404);
    assert_int_equal(e->statuses[1].last, 404);
    assert_int_equal(e->statuses[2].first, 500);
    assert_int_equal(e->statuses[2].last, 599);
    assert_int_equal(e->type_count, 3);
    assert_string_equal(e->types[0], "text/html");
    assert_string_equal(e->types[1], "application/*");
    assert_string_equal(e->types[2], "*/*");
    assert_int_equal(e->min_size, 1000);
    assert_int_equal(e->max_size, 2000000);
    assert_string_equal(s[1].expect->not_match, "maintenance");
    assert_int_equal(s[2].expect->statuses[0].first, 200);
    assert_string_equal(s[3].expect->types[0], "text/csv");
    gn_config_fini(&config);
}

static void rows_say_what_they_are_like(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources: { a: { url: http://h/, rows: [\n"
             "  { table: t, sql: s, expect: { min_rows: 2, max_rows: 30,\n"
             "    max_drop: 25%, not_null: [a, b], unique: c } },\n"
             "  { table: u, sql: s, expect: { drop: 0% } },\n"
             "  { table: v, sql: s } ] } }\n");
    const struct gn_rows_spec *rows = config.sources[0].rows;
    const struct gn_rows_expect *e = rows[0].expect;

    (void)state;
    assert_int_equal(e->min_rows, 2);
    assert_int_equal(e->max_rows, 30);
    assert_int_equal(e->max_drop, 25);
    assert_int_equal(e->not_null_count, 2);
    assert_string_equal(e->not_null[1], "b");
    assert_int_equal(e->unique_count, 1);
    assert_string_equal(e->unique[0], "c");
    assert_int_equal(rows[1].expect->min_rows, 0);
    assert_int_equal(rows[1].expect->max_rows, -1);
    assert_int_equal(rows[1].expect->max_drop, 0);
    assert_null(rows[2].expect);
    gn_config_fini(&config);
}

static void runs_may_be_so_old(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { max_age: 1d, schedule: 1h }\n"
             "sources:\n"
             "  a: { url: http://h/, max_age: 90m }\n"
             "  b: { url: http://h/ }\n"
             "  c: { url: http://h/, schedule: 1s, max_age: 1001ms }\n");

    (void)state;
    assert_int_equal(config.sources[0].max_age_ms, 5400000);
    assert_int_equal(config.sources[1].max_age_ms, 86400000);
    assert_int_equal(config.sources[2].max_age_ms, 1001);
    gn_config_fini(&config);
    bad_source("max_age: 0s", "3:10: max_age is 0s; write at least 1ms");
    bad_source("max_age: 3661d", "3:10: max_age is 3661d; write at most 3660d");
    bad("garner: 1\nsources:\n"
        "  a: { url: http://h/, schedule: 1h, max_age: 60m }\n",
        "f:3:3: source a has max_age 1h and is fetched every 1h: it would be "
        "stale before each run; write a longer max_age\n");
}

static void wrong_values_of_a_source_are_problems(void **state)
{
    static const char no_status[] =
        "is no HTTP status; write one like 404, or 2xx for all from 200 to 299";
    static const char no_type[] = "is no content type; write one like "
                                  "text/html, or text/* for all that begin so";
    static const char *const statuses[] = {"20",  "600", "2000", "xx",
                                           "2XX", "6xx", "ok"};
    static const char *const types[] = {
        "html", "text/", "/html", "*/html", "text/html;charset=x", "te*/x"};
    char line[80];
    char problem[160];

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        snprintf(line, sizeof line, "expect: { status: %s }", statuses[i]);
        snprintf(problem, sizeof problem, "3:19: \"%s\" %s", statuses[i],
                 no_status);
        bad_source(line, problem);
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        snprintf(line, sizeof line, "expect: { content_type: '%s' }", types[i]);
        snprintf(problem, sizeof problem, "3:25: \"%s\" %s", types[i], no_type);
        bad_source(line, problem);
    }
    bad_source("expect: { match: '(' }",
               "3:18: match: regular expression: missing closing parenthesis, "
               "at byte 1 of: (");
    bad_source("expect: { status: [] }",
               "3:19: status is an empty list; name one, or remove it");
    bad_source("expect: { min_size: 2kB, max_size: 1kB }",
               "3:9: min_size is more than max_size");
    bad_source("expect: { min_rows: 2 }",
               "3:11: \"min_rows\" is about rows; write it in an expect: of "
               "theirs, beside table and sql");
}

static void wrong_values_of_rows_are_problems(void **state)
{
    static const char *const drops[] = {"30", "100%", "-1%", "1.5%", "%"};
    char line[80];
    char problem[160];

    (void)state;
    for (size_t i = 0; i < sizeof drops / sizeof drops[0]; i++) {
        snprintf(line, sizeof line,
                 "rows: { table: t, sql: s, expect: { max_drop: '%s' } }",
                 drops[i]);
        snprintf(problem, sizeof problem,
                 "3:47: max_drop is \"%s\"; write a whole part of the rows "
                 "from 0%% to 99%%, like 30%%",
                 drops[i]);
        bad_source(line, problem);
    }
    bad_source("rows: { table: t, sql: s, expect: { min_rows: 3, max_rows: 2 } "
               "}",
               "3:35: min_rows is more than max_rows");
    bad_source("rows: { table: t, sql: s, expect: { unique: [''] } }",
               "3:46: \"\" cannot name a column; use printable text");
    bad_source("rows: { table: t, sql: s, expect: { status: 200 } }",
               "3:37: \"status\" is about the answer; write it in an expect: "
               "of the source, beside url");
}

static void it_fails_cleanly_without_memory(void **state)
{
    static const char text[] =
        "garner: 1\nsources: { a: { url: http://h/, expect: { match: a, "
        "status: [1xx], content_type: a/b }, rows: { table: t, sql: s, "
        "expect: { not_null: [a], unique: b } } } }\n";
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code != GARNER_OK; n++) {
        struct gn_config config;
        struct garner_error err;

        assert_true(n < 10000);
        gn_mem_fail_at(n);
        code = gn_config_parse("f", text, strlen(text), &config, NULL, &err);
        gn_mem_fail_at(0);
        if (code != GARNER_OK)
            assert_int_equal(code, GARNER_NOMEM);
        gn_config_fini(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_says_what_an_answer_is_like),
        cmocka_unit_test(rows_say_what_they_are_like),
        cmocka_unit_test(runs_may_be_so_old),
        cmocka_unit_test(wrong_values_of_a_source_are_problems),
        cmocka_unit_test(wrong_values_of_rows_are_problems),
        cmocka_unit_test(it_fails_cleanly_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
