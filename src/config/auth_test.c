/* auth_test.c - the keys auth and cookies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void each_way_to_log_in_is_read(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { url: http://h/, auth: { basic: { user: me, password: "
             "hunter2 } } }\n"
             "  b: { url: http://h/, auth: { digest: { user: me, password: "
             "'${env:GN_TEST_TOKEN}' } } }\n"
             "  c: { url: http://h/, auth: { bearer: '${env:GN_TEST_TOKEN}' } "
             "}\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_int_equal(s[0].request.login, GN_LOGIN_BASIC);
    assert_string_equal(s[0].request.user, "me");
    assert_string_equal(s[0].request.password, "hunter2");
    /* Not only what stands for a secret is one. */
    assert_string_equal(s[0].request.secrets[0], "hunter2");
    assert_int_equal(s[1].request.login, GN_LOGIN_DIGEST);
    assert_string_equal(s[1].request.password, "s3cret");
    assert_int_equal(s[2].request.login, GN_LOGIN_BEARER);
    assert_string_equal(s[2].request.password, "s3cret");
    assert_null(s[2].request.user);
    gn_config_fini(&config);
}

static void cookies_are_sent_and_kept(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "sources:\n"
             "  a: { url: http://h/, cookies: true }\n"
             "  b: { url: http://h/, cookies: { send: { a: x y, b: "
             "'${env:GN_TEST_TOKEN}' } } }\n"
             "  c: { url: http://h/, cookies: { keep: true, send: { a: '' } } "
             "}\n"
             "  d: { url: http://h/, cookies: false }\n");
    const struct gn_source *s = config.sources;

    (void)state;
    assert_true(s[0].request.keeps_cookies);
    assert_null(s[0].request.cookies);
    assert_false(s[1].request.keeps_cookies);
    assert_string_equal(s[1].request.cookies, "a=x y; b=s3cret");
    assert_true(s[2].request.keeps_cookies);
    assert_string_equal(s[2].request.cookies, "a=");
    assert_false(s[3].request.keeps_cookies);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("auth: { basic: { user: me } }",
               "3:16: basic needs a user and a password; write { user: NAME, "
               "password: \"${env:NAME}\" }");
    bad_source("auth: { basic: { user: 'a:b', password: x } }",
               "3:24: user: there is a colon in it, which no login can have; "
               "remove it");
    bad_source(
        "auth: { bearer: t, basic: { user: a, password: b } }",
        "3:7: auth is one of basic, digest and bearer; keep the one that "
        "the server asks for");
    bad_source("auth: {}", "3:7: auth is one of basic, digest and bearer; keep "
                           "the one that the server asks for");
    bad_source(
        "auth: { ntlm: x }",
        "3:9: unknown key \"ntlm\"; see garner.yaml(5) for the keys there "
        "are");
    bad_source(
        "auth: { bearer: t }, headers: { Authorization: x }",
        "2:12: there is a login, and a header Authorization; drop one of "
        "them");
    bad_source("cookies: { send: { a: 'b; c' } }",
               "3:23: this is no cookie; write NAME: VALUE, without semicolons "
               "and control characters");
    bad_source("cookies: { send: { 'a=b': c } }",
               "3:27: this is no cookie; write NAME: VALUE, without semicolons "
               "and control characters");
    bad_source("cookies: { a: b }",
               "3:12: unknown key \"a\"; see garner.yaml(5) for the keys there "
               "are");
    bad_source("cookies: jar.txt",
               "3:10: cookies is \"jar.txt\"; write true or false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_log_in_is_read),
        cmocka_unit_test(cookies_are_sent_and_kept),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, set_token, NULL);
}
