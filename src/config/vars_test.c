/* vars_test.c - the key vars, and its lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/load_testing.h"

static int set_token(void **state)
{
    (void)state;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    return setenv("GN_TEST_TOKEN", "s3cret", 1);
}

static void a_list_makes_a_source_each(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  first: { url: http://h/ }\n"
             "  t:\n"
             "    url: http://h/{kind}/{symbol}?d={day}&k={key}\n"
             "    vars:\n"
             "      kind: x\n"
             "      symbol: [ABC, 'X Y']\n"
             "      key: ['${env:GN_TEST_TOKEN}']\n"
             "      day: [1, 02]\n"
             "    rows: { table: t, sql: 'select :symbol as s, :day as d' }\n"
             "  last: { url: http://h/ }\n");
    static const char *const urls[] = {
        "http://h/x/ABC?d=1&k=s3cret", "http://h/x/ABC?d=02&k=s3cret",
        "http://h/x/X%20Y?d=1&k=s3cret", "http://h/x/X%20Y?d=02&k=s3cret"};
    static const char *const names[] = {
        "t[ABC,${env:GN_TEST_TOKEN},1]", "t[ABC,${env:GN_TEST_TOKEN},02]",
        "t[X Y,${env:GN_TEST_TOKEN},1]", "t[X Y,${env:GN_TEST_TOKEN},02]"};
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(config.source_count, 6);
    assert_string_equal(s[0].name, "first");
    assert_string_equal(s[5].name, "last");
    assert_false(s[0].of_list);
    for (size_t i = 0; i < 4; i++) {
        assert_true(s[i + 1].of_list);
        assert_string_equal(s[i + 1].name, names[i]);
        assert_string_equal(s[i + 1].request.url, urls[i]);
        assert_int_equal(s[i + 1].var_count, 4);
        assert_string_equal(s[i + 1].vars[1].value, i < 2 ? "ABC" : "X Y");
        assert_string_equal(s[i + 1].request.secrets[0], "s3cret");
        assert_int_equal(s[i + 1].row_spec_count, 1);
    }
    gn_config_fini(&config);
}

static void its_name_stands_for_all_of_them(void **state)
{
    static const char text[] =
        "garner: 1\nsources:\n"
        "  a: { url: 'http://h/{x}', vars: { x: [1, 2] } }\n"
        "  ab: { url: http://h/ }\n"
        "  'b[1]': { url: http://h/ }\n";
    static const char *const all[] = {"a"};
    static const char *const one[] = {"a[2]"};
    static const char *const none[] = {"b"};
    struct gn_config config = good(text);

    (void)state;
    assert_int_equal(gn_config_keep(&config, none, 1, NULL), GARNER_NOTFOUND);
    assert_int_equal(gn_config_keep(&config, all, 1, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 2);
    assert_string_equal(config.sources[1].name, "a[2]");
    assert_int_equal(gn_config_keep(&config, one, 1, NULL), GARNER_OK);
    assert_int_equal(config.source_count, 1);
    gn_config_fini(&config);
}

static void wrong_lists_are_problems(void **state)
{
    char many[9000] = "garner: 1\nsources:\n  a: { url: 'http://h/{x}{y}', "
                      "vars: { y: [1, 2], x: [";
    size_t at = strlen(many);

    (void)state;
    bad_source("vars: { a: [] }",
               "3:12: a: the lists under vars have to make 1 to 1000 requests; "
               "write fewer values, or another source");
    bad_source("vars: { a: [b, c, b] }", "3:19: b is in the list twice");
    bad_source("vars: { a: [[b]] }",
               "3:13: this item has a list where one value is needed");
    bad_source("vars: { a: { sql: select 1 } }",
               "3:12: a: SQL for values is not run here");
    bad_source("vars: { body: [x, y] }",
               "3:9: a variable cannot be named body: :body is garner's own in "
               "the SQL; choose another name");
    for (int i = 0; i < 501; i++)
        at += (size_t)snprintf(many + at, sizeof many - at, "%d,", i);
    snprintf(many + at, sizeof many - at, "] } }\n");
    bad(many,
        "f:3:54: x: the lists under vars have to make 1 to 1000 requests; "
        "write fewer values, or another source\n");
}

static void a_file_has_its_bound_too(void **state)
{
    struct gn_buf text = {0};
    struct gn_config config;
    struct garner_error err;

    (void)state;
    gn_buf_text(&text, "garner: 1\nsources:\n");
    for (int i = 0; i < 1001; i++)
        gn_buf_printf(&text,
                      "  s%d: { url: 'http://h/', vars: { "
                      "a: [0,1,2,3,4,5,6,7,8,9], b: [0,1,2,3,4,5,6,7,8,9], "
                      "c: [0,1,2,3,4,5,6,7,8,9] } }\n",
                      i);
    assert_int_equal(gn_config_parse("f", gn_buf_cstr(&text), text.size,
                                     &config, NULL, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, "f:3:3: sources stands for 1001000 of "
                                     "them by its lists; 1000000 are the most");
    gn_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_makes_a_source_each),
        cmocka_unit_test(its_name_stands_for_all_of_them),
        cmocka_unit_test(wrong_lists_are_problems),
        cmocka_unit_test(a_file_has_its_bound_too),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
