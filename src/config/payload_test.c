/* payload_test.c - what a request sends. */
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

/* The body that a source with this line has. */
static void sends(const char *line, const char *body, const char *type)
{
    char text[512];
    struct gn_config config;
    const struct gn_request *r;

    snprintf(text, sizeof text,
             "garner: 1\nsources:\n  a:\n    url: http://h/\n    %s\n", line);
    config = good(text);
    r = &config.sources[0].request;
    assert_string_equal(r->body, body);
    assert_int_equal(r->body_size, strlen(body));
    assert_string_equal(r->headers[0], type);
    gn_config_fini(&config);
}

static void json_is_made_of_yaml(void **state)
{
    static const struct {
        const char *yaml;
        const char *json;
    } cases[] = {
        {"json: { a: 1, b: [x, true, null, '1', 'true'] }",
         "{\"a\":1,\"b\":[\"x\",true,null,\"1\",\"true\"]}"},
        {"json: [-0.50, 1e9, 12345678901234567890123]",
         "[-0.50,1e9,12345678901234567890123]"},
        {"json: [no, 010, 1., .5, -, 1e, 0x1, 1:30, True, ~]",
         "[\"no\",\"010\",\"1.\",\".5\",\"-\",\"1e\",\"0x1\",\"1:30\","
         "\"True\",\"~\"]"},
        {"json: { t: '${env:GN_TEST_TOKEN}', q: 'a\"b' }",
         "{\"t\":\"s3cret\",\"q\":\"a\\\"b\"}"},
        {"json: {}", "{}"},
        {"json: { a: { b: [] } }", "{\"a\":{\"b\":[]}}"},
        {"json: '{\"a\": \"${env:GN_TEST_TOKEN}\"}'", "{\"a\": \"s3cret\"}"},
        {"json: '[1]'", "[1]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        sends(cases[i].yaml, cases[i].json, "Content-Type: application/json");
}

static void forms_are_encoded(void **state)
{
    static const char type[] =
        "Content-Type: application/x-www-form-urlencoded";

    (void)state;
    sends("form: { a: 'b c', d: [1, 2], '\xc3\xa4&': '=+*~' }",
          "a=b+c&d=1&d=2&%C3%A4%26=%3D%2B*%7E", type);
    sends("form: { t: '${env:GN_TEST_TOKEN}' }", "t=s3cret", type);
    sends("form: {}", "", type);
}

static void headers_that_are_said_stay(void **state)
{
    struct gn_config config =
        good("garner: 1\nsources:\n"
             "  a: { url: http://h/, json: {}, headers: { accept: text/x } }\n"
             "  b: { url: http://h/, headers: { Content-Type: a/b }, form: {} "
             "}\n");
    const char *const *a = config.sources[0].request.headers;
    const char *const *b = config.sources[1].request.headers;

    (void)state;
    assert_string_equal(a[0], "accept: text/x");
    assert_string_equal(a[1], "Content-Type: application/json");
    assert_null(a[2]);
    assert_string_equal(b[0], "Content-Type: a/b");
    assert_null(b[1]);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("json: {}, form: {}",
               "3:1: a request has one body: write data, json or form");
    bad_source("data: x, form: {}",
               "3:10: a request has one body: write data, json or form");
    bad_source("form: x", "3:7: form must be a mapping; write { name: value }");
    bad_source("form: { a: { b: c } }",
               "3:12: a has a mapping where one value is needed; text with "
               "braces or \": \" in it needs quotes");
    bad_source(
        "json: { a: '${env:GN_TEST_NONE}' }",
        "3:12: ${env:GN_TEST_NONE}: no such environment variable; set it "
        "before garner starts");
    bad_source("method: HEAD, json: {}",
               "2:12: a HEAD request takes no body; drop one of them");
}

static void text_that_is_no_json_is_told_without_it(void **state)
{
    struct gn_buf problems = {0};
    struct gn_config config;
    static const char text[] = "garner: 1\nsources:\n  a:\n    url: http://h/\n"
                               "    json: '{\"a\": ${env:GN_TEST_TOKEN}}'\n";

    (void)state;
    assert_int_equal(
        gn_config_parse("f", text, strlen(text), &config, &problems, NULL),
        GARNER_INVALID);
    assert_non_null(strstr(gn_buf_cstr(&problems),
                           "f:5:11: json: at byte 7 of the text: "));
    assert_null(strstr(gn_buf_cstr(&problems), "s3cret"));
    gn_buf_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_made_of_yaml),
        cmocka_unit_test(forms_are_encoded),
        cmocka_unit_test(headers_that_are_said_stay),
        cmocka_unit_test(wrong_values_are_problems),
        cmocka_unit_test(text_that_is_no_json_is_told_without_it),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
