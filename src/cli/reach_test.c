/* reach_test.c - the flags for who we are and by which way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/reach.h"

static void flags_become_a_request(void **state)
{
    const char *resolve[] = {"h:80:::1", "[::2]:81:[::3]", "h:82:192.0.2.1"};
    const struct gn_reach_flags flags = {.user = "me:pa:ss",
                                         .digest = true,
                                         .proxy = "socks5h://p",
                                         .cert = "/dev/null",
                                         .key = "/dev/null",
                                         .key_password = "x",
                                         .tls_13 = true,
                                         .insecure = true,
                                         .resolve = {resolve, 3},
                                         .interface = "lo",
                                         .ipv6 = true,
                                         .http1 = true};
    const struct gn_reach_flags token = {.bearer = "t", .ipv4 = true};
    struct gn_reach_memory memory = {0};
    struct gn_request r = {0};

    (void)state;
    assert_int_equal(gn_reach_apply(&flags, &r, &memory, NULL), GARNER_OK);
    assert_int_equal(r.login, GN_LOGIN_DIGEST);
    assert_string_equal(r.user, "me");
    assert_string_equal(r.password, "pa:ss");
    assert_string_equal(r.proxy, "socks5h://p");
    assert_string_equal(r.cert, "/dev/null");
    assert_string_equal(r.key_password, "x");
    assert_int_equal(r.least_tls, 13);
    assert_true(r.insecure);
    assert_string_equal(r.route.connect_to[0], "h:80:[::1]:80");
    assert_string_equal(r.route.connect_to[1], "[::2]:81:[::3]:81");
    assert_string_equal(r.route.connect_to[2], "h:82:192.0.2.1:82");
    assert_null(r.route.connect_to[3]);
    assert_string_equal(r.route.interface, "lo");
    assert_int_equal(r.route.ip, 6);
    assert_int_equal(r.route.http, 1);
    gn_reach_fini(&memory);
    r = (struct gn_request){0};
    assert_int_equal(gn_reach_apply(&token, &r, &memory, NULL), GARNER_OK);
    assert_int_equal(r.login, GN_LOGIN_BEARER);
    assert_string_equal(r.password, "t");
    assert_int_equal(r.route.ip, 4);
    gn_reach_fini(&memory);
}

static void what_does_not_go_together_is_named(void **state)
{
    const char *resolve[] = {"h:80"};
    const char *port[] = {"h:http:a"};
    const struct {
        struct gn_reach_flags flags;
        const char *message;
    } cases[] = {
        {{.user = "me"}, "USER:PASSWORD"},
        {{.user = "u:hidden", .bearer = "t"}, "--oauth2-bearer"},
        {{.digest = true}, "add --user"},
        {{.user = "u:hidden", .digest = true, .basic = true}, "--basic"},
        {{.cert = "/nowhere"}, "--cert: cannot read /nowhere"},
        {{.cert = "/dev/null", .key = "/nowhere"}, "--cert-key: cannot read"},
        {{.ipv4 = true, .ipv6 = true}, "--ipv6"},
        {{.http1 = true, .http2 = true}, "--http2"},
        {{.resolve = {resolve, 1}}, "--resolve 'h:80': write it"},
        {{.resolve = {port, 1}}, "HOST:PORT:ADDRESS"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_reach_memory memory = {0};
        struct garner_error err = {0};
        struct gn_request r = {0};

        assert_int_equal(gn_reach_apply(&cases[i].flags, &r, &memory, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_null(strstr(err.message, "hidden"));
        gn_reach_fini(&memory);
    }
}

static void lost_memory_is_an_error(void **state)
{
    const char *resolve[] = {"h:80:a", "h:81:a"};
    const struct gn_reach_flags flags = {.user = "u:p",
                                         .resolve = {resolve, 2}};
    enum garner_code code = GARNER_NOMEM;
    unsigned nth;

    (void)state;
    for (nth = 1; code == GARNER_NOMEM; nth++) {
        struct gn_reach_memory memory = {0};
        struct gn_request r = {0};

        gn_mem_fail_at(nth);
        code = gn_reach_apply(&flags, &r, &memory, NULL);
        gn_mem_fail_at(0);
        gn_reach_fini(&memory);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_become_a_request),
        cmocka_unit_test(what_does_not_go_together_is_named),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
