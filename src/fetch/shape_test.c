/* shape_test.c - that two requests have one name only if a handle needs to be
 * told the same for both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "fetch/shape.h"

static void each_option_counts(void **state)
{
    const struct gn_request plain = {.method = NULL};
    const struct gn_request different[] = {
        {.method = "GET"},
        {.user_agent = "x"},
        {.proxy = "x"},
        {.user = "x"},
        {.password = "x"},
        {.ca_file = "x"},
        {.cert = "x"},
        {.key = "x"},
        {.key_password = "x"},
        {.route.interface = "x"},
        {.route.ip = 4},
        {.route.http = 1},
        {.login = GN_LOGIN_BASIC},
        {.least_tls = 12},
        {.keeps_cookies = true},
        {.insecure = true},
        {.limits.total_ms = 1},
    };
    enum { COUNT = sizeof different / sizeof different[0] };
    struct gn_shape shapes[COUNT + 1];

    (void)state;
    assert_true(gn_shape_name(&plain, false, &shapes[COUNT]));
    for (size_t i = 0; i < COUNT; i++)
        assert_true(gn_shape_name(&different[i], false, &shapes[i]));
    for (size_t i = 0; i <= COUNT; i++)
        for (size_t j = 0; j < i; j++)
            if (memcmp(&shapes[i], &shapes[j], sizeof shapes[i]) == 0)
                fail_msg("%zu and %zu have one name", j, i);
}

static void whose_traces_stay_in_a_handle(void **state)
{
    const struct gn_request jar = {.keeps_cookies = true};
    const struct gn_request digest = {.login = GN_LOGIN_DIGEST};
    const struct gn_request basic = {.login = GN_LOGIN_BASIC, .cookies = "a=b"};

    (void)state;
    assert_true(gn_shape_leaves_traces(&jar));
    assert_true(gn_shape_leaves_traces(&digest));
    assert_false(gn_shape_leaves_traces(&basic));
}

static void libcurl_takes_all_of_them(void **state)
{
    static const struct gn_proxies proxies = {false, ""};
    struct gn_request r = {.user = "u",
                           .password = "p",
                           .cookies = "a=b",
                           .cert = "c",
                           .key = "k",
                           .key_password = "p",
                           .keeps_cookies = true,
                           .route = {.interface = "lo", .ip = 6, .http = 2}};
    CURL *easy = curl_easy_init();

    (void)state;
    assert_non_null(easy);
    for (int login = GN_LOGIN_NONE; login <= GN_LOGIN_BEARER; login++)
        for (r.least_tls = 12; r.least_tls <= 13; r.least_tls++) {
            r.login = (enum gn_login)login;
            assert_int_equal(gn_shape_set(&r, true, &proxies, easy), CURLE_OK);
        }
    curl_easy_cleanup(easy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_option_counts),
        cmocka_unit_test(whose_traces_stay_in_a_handle),
        cmocka_unit_test(libcurl_takes_all_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
