/* backoff_test.c - what is tried again, and after how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/backoff.h"

#define NOW_US INT64_C(1795654923000000) /* Thu, 26 Nov 2026 01:02:03 GMT */

/* The last number below 1. */
#define LAST 0x1.fffffffffffffp-1

static void failures_have_their_classes(void **state)
{
    static const struct {
        enum gn_failure failure;
        int status;
        enum gn_retry_class class;
    } cases[] = {
        {GN_FAILURE_NONE, 200, GN_RETRY_NONE},
        {GN_FAILURE_NONE, 404, GN_RETRY_NONE},
        {GN_FAILURE_NONE, 429, GN_RETRY_TOO_MANY},
        {GN_FAILURE_NONE, 499, GN_RETRY_NONE},
        {GN_FAILURE_NONE, 500, GN_RETRY_SERVER},
        {GN_FAILURE_NONE, 599, GN_RETRY_SERVER},
        {GN_FAILURE_NONE, 600, GN_RETRY_NONE},
        {GN_FAILURE_RESOLVE, 0, GN_RETRY_NETWORK},
        {GN_FAILURE_CONNECT, 0, GN_RETRY_NETWORK},
        {GN_FAILURE_PROTOCOL, 200, GN_RETRY_NETWORK},
        {GN_FAILURE_TLS, 0, GN_RETRY_TLS},
        {GN_FAILURE_TIMEOUT, 0, GN_RETRY_TIMEOUT},
        {GN_FAILURE_TIMEOUT, 503, GN_RETRY_TIMEOUT},
        {GN_FAILURE_TOO_LARGE, 200, GN_RETRY_NONE},
        {GN_FAILURE_REDIRECT, 302, GN_RETRY_NONE},
        {GN_FAILURE_CANCELED, 0, GN_RETRY_NONE},
        {GN_FAILURE_LOCAL, 0, GN_RETRY_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_backoff_class(cases[i].failure, cases[i].status),
                         cases[i].class);
}

static void what_is_tried_again(void **state)
{
    const struct gn_backoff none = {0};
    const struct gn_backoff twice = {.times = 2};
    const struct gn_backoff tls = {.times = 2, .classes = 1U << GN_RETRY_TLS};

    (void)state;
    assert_false(gn_backoff_again(&none, GN_FAILURE_CONNECT, 0, 1, true));
    assert_true(gn_backoff_again(&twice, GN_FAILURE_CONNECT, 0, 1, true));
    assert_true(gn_backoff_again(&twice, GN_FAILURE_CONNECT, 0, 2, true));
    assert_false(gn_backoff_again(&twice, GN_FAILURE_CONNECT, 0, 3, true));
    assert_true(gn_backoff_again(&twice, GN_FAILURE_NONE, 503, 1, true));
    assert_true(gn_backoff_again(&twice, GN_FAILURE_NONE, 429, 1, true));
    assert_true(gn_backoff_again(&twice, GN_FAILURE_TIMEOUT, 0, 1, true));
    assert_false(gn_backoff_again(&twice, GN_FAILURE_NONE, 404, 1, true));
    assert_false(gn_backoff_again(&twice, GN_FAILURE_TLS, 0, 1, true));
    assert_true(gn_backoff_again(&tls, GN_FAILURE_TLS, 0, 1, true));
    assert_false(gn_backoff_again(&tls, GN_FAILURE_CONNECT, 0, 1, true));
}

/* What may have been done is not done again. */
static void a_post_is_repeated_only_if_it_never_arrived(void **state)
{
    const struct gn_backoff b = {.times = 1, .classes = ~0U};

    (void)state;
    assert_true(gn_backoff_again(&b, GN_FAILURE_RESOLVE, 0, 1, false));
    assert_true(gn_backoff_again(&b, GN_FAILURE_CONNECT, 0, 1, false));
    assert_true(gn_backoff_again(&b, GN_FAILURE_TLS, 0, 1, false));
    assert_true(gn_backoff_again(&b, GN_FAILURE_NONE, 429, 1, false));
    assert_false(gn_backoff_again(&b, GN_FAILURE_NONE, 500, 1, false));
    assert_false(gn_backoff_again(&b, GN_FAILURE_PROTOCOL, 0, 1, false));
    assert_false(gn_backoff_again(&b, GN_FAILURE_PROTOCOL, 429, 1, false));
    assert_false(gn_backoff_again(&b, GN_FAILURE_TIMEOUT, 0, 1, false));
    assert_true(gn_backoff_idempotent(NULL, false));
    assert_false(gn_backoff_idempotent(NULL, true));
    assert_true(gn_backoff_idempotent("PUT", true));
    assert_false(gn_backoff_idempotent("POST", false));
    assert_false(gn_backoff_idempotent("PATCH", true));
}

static void delays_grow_within_their_bounds(void **state)
{
    static const struct {
        struct gn_backoff b;
        int attempt;
        int64_t shortest;
        int64_t longest;
    } cases[] = {
        {{0}, 1, 1000, 2000},
        {{0}, 2, 1000, 4000},
        {{0}, 8, 1000, 256000},
        {{0}, 9, 1000, 300000},
        {{0}, 100, 1000, 300000},
        {{.least_ms = 10, .most_ms = 15}, 1, 10, 15},
        {{.least_ms = 10, .most_ms = 10}, 5, 10, 10},
        {{.least_ms = 600000}, 3, 600000, 600000},
        {{.least_ms = 1, .most_ms = INT64_MAX / 4096}, 62, 1, INT64_MAX / 4096},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("case %zu\n", i);
        assert_int_equal(gn_backoff_delay_ms(&cases[i].b, cases[i].attempt, 0),
                         cases[i].shortest);
        assert_in_range(
            gn_backoff_delay_ms(&cases[i].b, cases[i].attempt, LAST),
            cases[i].longest - (cases[i].longest >> 40), cases[i].longest);
    }
}

static void servers_may_ask_for_time(void **state)
{
    static const struct {
        int status;
        const char *headers;
        int64_t ms;
    } cases[] = {
        {429, "", -1},
        {429, "retry-after: 7\n", 7000},
        {503, "server: x\nretry-after: 0\n", 0},
        {500, "retry-after: 7\n", -1},
        {200, "retry-after: 7\n", -1},
        {429, "retry-after: -7\n", -1},
        {429, "retry-after: 1.5\n", -1},
        {429, "retry-after: soon\n", -1},
        {429, "retry-after: \n", -1},
        {429, "x-retry-after: 7\n", -1},
        {429, "retry-after: 3599\n", 3599000},
        {429, "retry-after: 3600\n", 3600000},
        {429, "retry-after: 99999999999999999999\n", 3600000},
        {429, "retry-after: 0000000000000000000000009\n", 9000},
        {429, "retry-after: Thu, 26 Nov 2026 01:02:33 GMT\n", 30000},
        {429, "retry-after: Thursday, 26-Nov-26 01:02:33 GMT\n", 30000},
        {429, "retry-after: Thu Nov 26 01:02:33 2026\n", 30000},
        {429, "retry-after: Thu, 26 Nov 2026 01:02:00 GMT\n", 0},
        {429, "retry-after: Thu, 26 Nov 2076 01:02:03 GMT\n", 3600000},
        /* A server whose clock is wrong means its own. */
        {429,
         "date: Tue, 26 Nov 2024 01:02:03 GMT\n"
         "retry-after: Tue, 26 Nov 2024 01:02:13 GMT\n",
         10000},
        {429, "date: today\nretry-after: Thu, 26 Nov 2026 01:02:13 GMT\n",
         10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%s\n", cases[i].headers);
        assert_int_equal(gn_backoff_retry_after_ms(cases[i].status,
                                                   cases[i].headers, NOW_US),
                         cases[i].ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_have_their_classes),
        cmocka_unit_test(what_is_tried_again),
        cmocka_unit_test(a_post_is_repeated_only_if_it_never_arrived),
        cmocka_unit_test(delays_grow_within_their_bounds),
        cmocka_unit_test(servers_may_ask_for_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
