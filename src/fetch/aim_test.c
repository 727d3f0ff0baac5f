/* aim_test.c - URLs good and bad, what of them is told, and which lead to other
 * hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/aim.h"

static void urls_are_written_out_without_secrets(void **state)
{
    static const struct {
        const char *url;
        const char *written;
    } cases[] = {
        {"http://example.org", "http://example.org/"},
        {"HTTPS://Example.org:444/a?b=c%20d#e",
         "https://Example.org:444/a?b=c%20d#e"},
        {"https://me:secret@example.org/a", "https://example.org/a"},
        {"http://me@[::1]:80/", "http://[::1]:80/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_aim aim = {0};

        assert_int_equal(gn_aim_take(&aim, cases[i].url, NULL), GARNER_OK);
        assert_string_equal(aim.shown, cases[i].written);
        assert_int_equal(gn_aim_is_secure(&aim),
                         strncmp(cases[i].written, "https", 5) == 0);
        assert_int_equal(gn_aim_has_user(&aim),
                         strchr(cases[i].url, '@') != NULL);
        gn_aim_fini(&aim);
    }
}

static void secrets_are_hidden(void **state)
{
    static const char *const secrets[] = {"k y", "s3cret", NULL};
    struct gn_buf text = {0};
    struct gn_aim aim = {0};

    (void)state;
    assert_int_equal(gn_aim_keep(&aim, secrets, NULL), GARNER_OK);
    assert_int_equal(
        gn_aim_take(&aim, "http://me:s3cret@h/k%20y?a=s3cret", NULL),
        GARNER_OK);
    assert_string_equal(aim.shown, "http://h/***?a=***");
    assert_string_equal(aim.whole, "http://me:s3cret@h/k%20y?a=s3cret");
    gn_aim_hide_url(&aim, "https://i/?k=k+y", &text);
    gn_aim_hide(&aim, " s3cret k y", &text);
    assert_string_equal(gn_buf_cstr(&text), "https://i/?k=*** *** k y");
    gn_buf_fini(&text);
    gn_aim_drop(&aim); /* the secrets stay */
    aim = (struct gn_aim){.secrets = aim.secrets};
    assert_int_equal(gn_aim_take(&aim, "http://h/s3cret", NULL), GARNER_OK);
    assert_string_equal(aim.shown, "http://h/***");
    gn_aim_fini(&aim);
}

static void without_any_nothing_is_hidden(void **state)
{
    static const char *const none[] = {NULL};
    struct gn_aim aim = {0};

    (void)state;
    assert_int_equal(gn_aim_keep(&aim, NULL, NULL), GARNER_OK);
    assert_int_equal(gn_aim_keep(&aim, none, NULL), GARNER_OK);
    assert_null(aim.secrets);
    assert_int_equal(gn_aim_take(&aim, "http://h/s3cret", NULL), GARNER_OK);
    assert_string_equal(aim.shown, "http://h/s3cret");
    assert_ptr_equal(aim.shown, aim.whole); /* of which there are many */
    gn_aim_fini(&aim);
}

static void bad_urls_are_refused_with_a_reason(void **state)
{
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {NULL, "URL is empty"},
        {"", "URL is empty"},
        {"example.org/x", "no scheme; write https://"},
        {"ftp://example.org/", "only http and https"},
        {"file:///etc/passwd", "only http and https"},
        {"http://", "URL has no host"},
        {"http://exa mple/", "a space at character"},
        {"http://h:99999/", "no number from 1 to 65535"},
        {"http://me:secret@h:99999/", "no number from 1 to 65535"},
        {"http://h/\r\nX: y", "a control character"},
        {"http://me:secret@h%00/", "URL cannot be used: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};
        struct gn_aim aim = {0};

        assert_int_equal(gn_aim_take(&aim, cases[i].url, &err), GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_null(strstr(err.message, "secret"));
        gn_aim_fini(&aim);
    }
}

static void other_hosts_are_told_from_its_own(void **state)
{
    static const struct {
        const char *location;
        bool same;
        const char *host;
    } cases[] = {
        {"/x", true, "example.org"},
        {"?x", true, "example.org"},
        {"", true, "example.org"},
        {"x y", true, "example.org"},
        {"https://EXAMPLE.org:8/", true, "EXAMPLE.org"},
        {"//other.org/x", false, "other.org"},
        {"http://example.org@other.org/", false, "other.org"},
        {"http://example.org.evil.net/", false, "example.org.evil.net"},
        {"http://[::1]/", false, "[::1]"},
        {"http://:99999/", false, ""},
        {"file:///etc/passwd", true, ""},
    };
    struct gn_aim aim = {0};

    (void)state;
    assert_int_equal(gn_aim_take(&aim, "http://example.org:81/a/b", NULL),
                     GARNER_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char host[80];

        print_message("%s\n", cases[i].location);
        assert_int_equal(
            gn_aim_has_host_of(&aim, cases[i].location, host, sizeof host),
            cases[i].same);
        assert_string_equal(host, cases[i].host);
    }
    gn_aim_fini(&aim);
}

static void lost_memory_is_an_error(void **state)
{
    static const char *const secrets[] = {"a", "b", NULL};
    enum garner_code code = GARNER_NOMEM;
    unsigned nth;

    (void)state;
    for (nth = 1; code == GARNER_NOMEM; nth++) {
        struct garner_error err = {0};
        struct gn_aim aim = {0};

        gn_mem_fail_at(nth);
        code = gn_aim_keep(&aim, secrets, &err);
        if (code == GARNER_OK)
            code = gn_aim_take(&aim, "http://u:p@h/a", &err);
        gn_mem_fail_at(0);
        if (code == GARNER_NOMEM)
            assert_string_equal(err.message, "out of memory for a request");
        gn_aim_fini(&aim);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_written_out_without_secrets),
        cmocka_unit_test(secrets_are_hidden),
        cmocka_unit_test(without_any_nothing_is_hidden),
        cmocka_unit_test(bad_urls_are_refused_with_a_reason),
        cmocka_unit_test(other_hosts_are_told_from_its_own),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
