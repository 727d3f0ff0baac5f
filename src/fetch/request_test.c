/* request_test.c - what may be asked for, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/request.h"

static enum garner_code check(const struct gn_request *r,
                              struct garner_error *err)
{
    struct gn_fetch_limits limits;

    return gn_request_check(r, &limits, err);
}

static void zero_limits_become_their_defaults(void **state)
{
    struct gn_request r = {.limits = {.total_ms = 7, .max_redirects = -1}};
    struct gn_fetch_limits limits;

    (void)state;
    assert_int_equal(gn_request_check(&r, &limits, NULL), GARNER_OK);
    assert_int_equal(limits.connect_ms, 10000);
    assert_int_equal(limits.total_ms, 7);
    assert_int_equal(limits.stall_ms, 20000);
    assert_int_equal(limits.max_body_bytes, 64 << 20);
    assert_int_equal(limits.memory_bytes, 1 << 20);
    assert_int_equal(limits.max_redirects, -1);
    r.limits.max_redirects = 0;
    assert_int_equal(gn_request_check(&r, &limits, NULL), GARNER_OK);
    assert_int_equal(limits.max_redirects, 10);
}

static void negative_limits_are_refused(void **state)
{
    const struct gn_request bad[] = {
        {.limits = {.connect_ms = -1}},    {.limits = {.total_ms = -1}},
        {.limits = {.stall_ms = -1}},      {.limits = {.max_body_bytes = -1}},
        {.limits = {.max_redirects = -2}}, {.limits = {.memory_bytes = -1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check(&bad[i], NULL), GARNER_INVALID);
}

static void headers_cannot_smuggle_others(void **state)
{
    static const struct {
        const char *line;
        const char *message; /* part of it; NULL: the header is fine */
    } cases[] = {
        {"Accept: */*", NULL},
        {"X-Empty:", NULL},
        {"X-Tab:\ta\tb", NULL},
        {"X-Text: \xc3\xa4 \"quoted\"", NULL},
        {"X: 1\r\nY: 2", "'X' has a line break"},
        {"X: 1\nY: 2", "'X' has a line break"},
        {"X: 1\r", "'X' has a line break"},
        {"X: \x7f", "'X' has a line break"},
        {"X\r\nY: 2", "not 'Name: value'"},
        {"no colon", "not 'Name: value'"},
        {": no name", "not 'Name: value'"},
        {"", "not 'Name: value'"},
        {"a b: c", "not 'Name: value'"},
        {"Secret", "not 'Name: value'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const headers[] = {"A: b", cases[i].line, NULL};
        struct gn_request r = {.headers = headers};
        struct garner_error err = {0};

        if (cases[i].message == NULL) {
            assert_int_equal(check(&r, &err), GARNER_OK);
        } else {
            assert_int_equal(check(&r, &err), GARNER_INVALID);
            assert_non_null(strstr(err.message, cases[i].message));
            assert_null(strstr(err.message, "Secret"));
        }
    }
}

static void methods_are_tokens(void **state)
{
    static const char *const good[] = {"GET", "HEAD",     "POST",
                                       "PUT", "PROPFIND", "DELETE"};
    static const char *const bad[] = {"", "GE T", "GET\r\n", "CONNECT", "G/T"};
    struct gn_request r = {0};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        r.method = good[i];
        assert_int_equal(check(&r, NULL), GARNER_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        r.method = bad[i];
        assert_int_equal(check(&r, NULL), GARNER_INVALID);
    }
    r = (struct gn_request){.method = "HEAD", .body = "x", .body_size = 1};
    assert_int_equal(check(&r, NULL), GARNER_INVALID);
}

static void a_user_agent_is_one_line(void **state)
{
    struct gn_request r = {.user_agent = "me/1 (+https://example.org)"};

    (void)state;
    assert_int_equal(check(&r, NULL), GARNER_OK);
    r.user_agent = "me\r\nX: y";
    assert_int_equal(check(&r, NULL), GARNER_INVALID);
}

static void proxies_are_checked_and_never_shown(void **state)
{
    static const char *const good[] = {
        "",           "http://p:3128",  "https://p",    "socks5h://u:w@p:1",
        "proxy:3128", "127.0.0.1:3128", "socks.lan:80", "http://[::1]:3128"};
    static const char *const bad[] = {"ftp://u:hidden@p", "gopher://p",
                                      "http://", "http://p:hidden:1"};
    struct gn_request r = {0};
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        r.proxy = good[i];
        assert_int_equal(check(&r, NULL), GARNER_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        r.proxy = bad[i];
        assert_int_equal(check(&r, &err), GARNER_INVALID);
        assert_null(strstr(err.message, "hidden"));
    }
}

static void what_does_not_fit_together_is_refused(void **state)
{
    static const char *const login[] = {"authorization: x", NULL};
    static const char *const cookie[] = {"Cookie: hidden", NULL};
    static const char *const to[] = {"h:80:[::1]:81", "::a:", "h:1:b:2", NULL};
    static const char *const nowhere[] = {"h:80:a", NULL};
    const struct gn_request good[] = {
        {.login = GN_LOGIN_BASIC, .user = "u", .password = "p"},
        {.login = GN_LOGIN_DIGEST, .user = "u", .password = ""},
        {.login = GN_LOGIN_BEARER, .password = "t"},
        {.cert = "c", .key = "k", .key_password = "p", .least_tls = 13},
        {.route = {.ip = 6, .http = 2, .interface = "lo", .connect_to = to}},
        {.cookies = "a=b; c=d", .keeps_cookies = true},
    };
    const struct gn_request bad[] = {
        {.login = GN_LOGIN_BASIC, .password = "hidden"},
        {.login = GN_LOGIN_BASIC, .user = "u"},
        {.login = GN_LOGIN_BASIC, .user = "u:v", .password = "hidden"},
        {.login = GN_LOGIN_BASIC, .user = "u", .password = "hidden\nx"},
        {.login = GN_LOGIN_BEARER},
        {.login = GN_LOGIN_BEARER, .password = "hidden", .headers = login},
        {.key = "k"},
        {.key_password = "hidden"},
        {.least_tls = 11},
        {.route = {.ip = 5}},
        {.route = {.http = 3}},
        {.route = {.interface = "a\nb"}},
        {.route = {.connect_to = nowhere}},
        {.cookies = "hidden\n"},
        {.keeps_cookies = true, .headers = cookie},
    };
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(check(&good[i], NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        print_message("case %zu\n", i);
        assert_int_equal(check(&bad[i], &err), GARNER_INVALID);
        assert_null(strstr(err.message, "hidden"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_limits_become_their_defaults),
        cmocka_unit_test(negative_limits_are_refused),
        cmocka_unit_test(headers_cannot_smuggle_others),
        cmocka_unit_test(methods_are_tokens),
        cmocka_unit_test(a_user_agent_is_one_line),
        cmocka_unit_test(proxies_are_checked_and_never_shown),
        cmocka_unit_test(what_does_not_fit_together_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
