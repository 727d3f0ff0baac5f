/* fill_test.c - variables and secrets in all that a request sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load_testing.h"

static int set_token(void **state)
{
    (void)state;
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
    return setenv("GN_TEST_TOKEN", "s3cret", 1) ||
           setenv("GN_TEST_BRACES", "t{id}{no}n", 1) ||
           setenv("GN_TEST_ID", "id", 1);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

/* The one source with these lines, and variables that stand behind them. */
static struct gn_config with(const char *lines)
{
    struct gn_buf text = {0};
    struct gn_config config;

    gn_buf_printf(&text,
                  "garner: 1\nsources:\n  a:\n    url: http://h/\n%s"
                  "    vars: { s: 'a\"b c', t: 'x${env:GN_TEST_TOKEN}' }\n",
                  lines);
    config = good(gn_buf_cstr(&text));
    gn_buf_fini(&text);
    return config;
}

static void sends(const char *lines, const char *body)
{
    struct gn_config config = with(lines);
    const struct gn_request *r = &config.sources[0].request;

    assert_string_equal(r->body, body);
    assert_int_equal(r->body_size, strlen(body));
    gn_config_fini(&config);
}

static void bodies_are_filled_in(void **state)
{
    (void)state;
    sends("    json: { q: '{s}', '{s}': [1, '{t}{u}'] }\n",
          "{\"q\":\"a\\\"b c\",\"{s}\":[1,\"xs3cret{u}\"]}");
    sends("    json: '{\"q\": \"{s}\", \"t\": \"${env:GN_TEST_TOKEN}\"}'\n",
          "{\"q\": \"a\\\"b c\", \"t\": \"s3cret\"}");
    sends("    form: { q: '{s}&', '{s}': ['{t}'] }\n",
          "q=a%22b+c%26&%7Bs%7D=xs3cret");
    sends("    data: '<q>{s}{ s }</q>'\n", "<q>a\"b c{ s }</q>");
}

static void heads_are_filled_in(void **state)
{
    struct gn_config config =
        with("    headers: { X-Symbol: '<{s}>', X-Other: '{u}' }\n"
             "    user_agent: 'bot/{s}'\n"
             "    cookies: { send: { c: '{t}' } }\n"
             "    auth: { basic: { user: 'u-{t}', password: 'p-{t}' } }\n");
    const struct gn_request *r = &config.sources[0].request;
    bool hidden = false;

    (void)state;
    assert_string_equal(r->headers[0], "X-Symbol: <a\"b c>");
    assert_string_equal(r->headers[1], "X-Other: {u}");
    assert_string_equal(r->user_agent, "bot/a\"b c");
    assert_string_equal(r->cookies, "c=xs3cret");
    assert_string_equal(r->user, "u-xs3cret");
    assert_string_equal(r->password, "p-xs3cret");
    for (size_t i = 0; r->secrets[i] != NULL; i++)
        hidden = hidden || strcmp(r->secrets[i], "p-xs3cret") == 0;
    assert_true(hidden);
    gn_config_fini(&config);
}

/* The agent of all is each one's own. */
static void a_list_has_one_request_each(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "defaults: { user_agent: 'bot {x}' }\n"
        "sources:\n"
        "  a: { url: http://h/, json: { x: '{x}' }, vars: { x: [1, 2] } }\n"
        "  b: { url: http://h/ }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s[0].request.body, "{\"x\":\"1\"}");
    assert_string_equal(s[1].request.body, "{\"x\":\"2\"}");
    assert_string_equal(s[0].request.user_agent, "bot 1");
    assert_string_equal(s[1].request.user_agent, "bot 2");
    assert_string_equal(s[2].request.user_agent, "bot {x}");
    gn_config_fini(&config);
}

/* With many URLs, too, what came from a secret is known. */
static void secrets_of_variables_are_known_without_a_url(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { urls: { file: f }, headers: { X-T: '{t}' },\n"
             "       vars: { t: '${env:GN_TEST_TOKEN}' } }\n");

    (void)state;
    assert_string_equal(config.sources[0].request.headers[0], "X-T: s3cret");
    assert_string_equal(config.sources[0].request.secrets[0], "s3cret");
    gn_config_fini(&config);
}

/* What is sent of a secret is what is hidden of it. */
static void secrets_are_sent_as_they_are(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { user_agent: 'bot ${env:GN_TEST_BRACES} {id}' }\n"
             "sources:\n"
             "  a:\n"
             "    url: 'http://h/{id}/${env:GN_TEST_BRACES}/{v}/{no$${env:x}'\n"
             "    vars: { id: '7', v: '${env:GN_TEST_BRACES}' }\n"
             "    headers: { X: '{id}${env:GN_TEST_BRACES}{id}',\n"
             "               Y: '$${id}{${env:GN_TEST_ID}}' }\n"
             "    auth: { bearer: '${env:GN_TEST_BRACES}' }\n"
             "    json: '{\"{id}${env:GN_TEST_BRACES}\":\n"
             "      \"{id}${env:GN_TEST_BRACES}{id}\"}'\n");
    const struct gn_request *r = &config.sources[0].request;

    (void)state;
    assert_string_equal(r->user_agent, "bot t{id}{no}n 7");
    assert_string_equal(r->url, "http://h/7/t{id}{no}n/"
                                "t%7Bid%7D%7Bno%7Dn/{no${env:x}");
    assert_string_equal(r->headers[0], "X: 7t{id}{no}n7");
    assert_string_equal(r->headers[1], "Y: $7{id}");
    assert_string_equal(r->password, "t{id}{no}n");
    assert_string_equal(r->body, "{\"{id}t{id}{no}n\": \"7t{id}{no}n7\"}");
    for (size_t i = 0; r->secrets[i] != NULL; i++)
        assert_string_equal(r->secrets[i], "t{id}{no}n");
    gn_config_fini(&config);
}

static void what_cannot_be_sent_is_a_problem(void **state)
{
    static const char line[] = "a header's value must be one line, without "
                               "control characters";
    char problem[200];

    (void)state;
    snprintf(problem, sizeof problem, "4:15: %s", line);
    bad_source("vars: { x: \"a\\nb: c\", y: '' },\n"
               "headers: { X: '{x}' }",
               problem);
    snprintf(problem, sizeof problem, "2:12: %s", line);
    bad_source("vars: { x: \"a\\rb\" }, user_agent: '{x}'", problem);
    bad_source("vars: { x: '' },\nheaders: { X: '{x}' }",
               "4:15: header X has no value; write one, or remove it");
    bad_source("vars: { x: 'a;b' },\ncookies: { send: { c: '{x}' } }",
               "4:23: this is no cookie; write NAME: VALUE, without semicolons "
               "and control characters");
    bad_source("vars: { x: 'a:b' },\n"
               "auth: { basic: { user: '{x}', password: p } }",
               "4:24: user: there is a colon in it, which no login can have; "
               "remove it");
    bad_source("vars: { n: 1 },\njson: '{\"n\": {n}}'",
               "4:7: json: at byte 8 of the text: a name in double "
               "quotes is missing; write JSON, or a mapping or list to make it "
               "of");
}

static void lost_memory_is_told(void **state)
{
    static const char text[] =
        "garner: 1\nsources: { a: { url: http://h/, data: '{x}', vars: { x: "
        "y } } }\n";
    struct gn_config config;
    struct garner_error err;
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = gn_config_parse("f", text, sizeof text - 1, &config, NULL, &err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 1000);
    }
    assert_string_equal(config.sources[0].request.body, "y");
    gn_config_fini(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_filled_in),
        cmocka_unit_test(heads_are_filled_in),
        cmocka_unit_test(a_list_has_one_request_each),
        cmocka_unit_test(secrets_of_variables_are_known_without_a_url),
        cmocka_unit_test(secrets_are_sent_as_they_are),
        cmocka_unit_test(what_cannot_be_sent_is_a_problem),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
