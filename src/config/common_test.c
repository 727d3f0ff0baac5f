/* common_test.c - limits, proxy and certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void all_keys_are_read(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "sources:\n"
        "  a:\n"
        "    url: http://h/\n"
        "    user_agent: me/1\n"
        "    timeout: { connect: 1s, total: 1m, stall: 2s }\n"
        "    body: { max: 10MB }\n"
        "    redirects: 3\n"
        "    conditional: false\n"
        "    host: { failures: 7, concurrency: 2, interval: 500ms }\n"
        "    tls: { ca_file: /dev/null, insecure: true }\n"
        "    proxy: \"\"\n"
        "  b: { url: http://h/, schedule: 1s, timeout: 2s, redirects: 0 }\n"
        "  c: { url: http://h/ }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_string_equal(s->request.user_agent, "me/1");
    assert_int_equal(s->request.limits.connect_ms, 1000);
    assert_int_equal(s->request.limits.total_ms, 60000);
    assert_int_equal(s->request.limits.stall_ms, 2000);
    assert_int_equal(s->request.limits.max_body_bytes, 10000000);
    assert_int_equal(s->request.limits.max_redirects, 3);
    assert_true(s->unconditional && !s[1].unconditional);
    assert_int_equal(s->host_failures, 7);
    assert_int_equal(s->host_concurrency, 2);
    assert_int_equal(s->host_interval_ms, 500);
    assert_string_equal(s->request.ca_file, "/dev/null");
    assert_true(s->request.insecure);
    assert_string_equal(s->request.proxy, "");
    assert_int_equal(s[1].schedule.every_ms, 1000);
    assert_int_equal(s[1].request.limits.total_ms, 2000);
    assert_int_equal(s[1].request.limits.max_redirects, -1); /* follow none */
    assert_int_equal(s[2].schedule.every_ms, 0);
    assert_null(s[2].request.user_agent);
    assert_null(s[2].request.proxy);
    gn_config_fini(&config);
}

static void defaults_hold_where_nothing_else_is_said(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { url: http://h/ }\n"
             "  b: { url: http://h/, schedule: { every: 2s },\n"
             "       timeout: { total: 3s }, user_agent: b }\n"
             "defaults:\n" /* last, and still for all */
             "  user_agent: d\n"
             "  schedule: { every: 1s, align: true }\n"
             "  timeout: { connect: 5s, total: 9s }\n"
             "  body: { max: 1MB }\n");
    const struct gn_source *a = &config.sources[0];
    const struct gn_source *b = &config.sources[1];

    (void)state;
    assert_string_equal(a->request.user_agent, "d");
    assert_int_equal(a->schedule.every_ms, 1000);
    assert_true(a->schedule.align);
    assert_int_equal(a->request.limits.total_ms, 9000);
    assert_int_equal(a->request.limits.max_body_bytes, 1000000);
    assert_string_equal(b->request.user_agent, "b");
    assert_int_equal(b->schedule.every_ms, 2000);
    assert_false(b->schedule.align); /* a schedule stands for itself */
    assert_int_equal(b->request.limits.connect_ms, 5000);
    assert_int_equal(b->request.limits.total_ms, 3000);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("host: { failures: 1001 }",
               "3:19: failures is \"1001\"; write a whole number from 0 to "
               "1000");
    bad_source("host: { concurrency: 0 }",
               "3:22: concurrency is \"0\"; write a whole number from 1 to "
               "1000");
    bad_source("host: { interval: 0s }",
               "3:19: interval is 0s; write at least 1ms");
    bad_source("timeout: { total: 0 }", "3:19: total is 0; write at least 1ms");
    bad_source("timeout: { stall: 999ms }",
               "3:19: stall is 999ms; write at least 1s");
    bad_source("body: { max: 2TB }",
               "3:14: max is 2TB; write 1B to 1000000000000B");
    bad_source("body: x=1",
               "3:7: body is about the answer, a mapping like { max: 10MB }; "
               "what to send is written under data");
    bad_source("redirects: 101",
               "3:12: redirects is \"101\"; write a whole number from 0 to "
               "100");
    bad_source("user_agent: \"a\\nb\"",
               "3:13: a header's value must be one line, without control "
               "characters");
    bad_source("tls: { ca_file: nowhere.pem }",
               "3:17: ca_file nowhere.pem cannot be read; name a PEM file of "
               "certificates");
    bad_source("tls: { insecure: no }",
               "3:18: insecure is \"no\"; write true or false");
    bad_source("proxy: \"${env:GN_NO_SUCH}\"",
               "3:8: ${env:GN_NO_SUCH}: no such environment variable; set it "
               "before garner starts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(defaults_hold_where_nothing_else_is_said),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
