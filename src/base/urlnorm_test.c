/* urlnorm_test.c - URLs that are the same, and parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/urlnorm.h"

static const struct {
    const char *url;
    const char *expected; /* NULL: it is refused */
} forms[] = {
    {"http://example.org", "http://example.org/"},
    {"HTTP://Example.ORG:80/", "http://example.org/"},
    {"https://example.org:443", "https://example.org/"},
    {"https://example.org:80/", "https://example.org:80/"},
    {"http://example.org:/", "http://example.org/"},
    {" http://example.org/\n", "http://example.org/"},
    {"http://a/b\n c", "http://a/b%20c"},
    {"http://a/#top", "http://a/"},
    {"http://a/?", "http://a/"},
    {"http://a?b=2&a=1#x", "http://a/?b=2&a=1"},
    {"http://a/b/./c/../d", "http://a/b/d"},
    {"http://a/b/c/..", "http://a/b/"},
    {"http://a/b/c/.", "http://a/b/c/"},
    {"http://a/../..", "http://a/"},
    {"http://a/../../b", "http://a/b"},
    {"http://a/b/%2e%2E/c", "http://a/c"},
    {"http://a/b//../c", "http://a/b/c"},
    {"http://a//", "http://a//"},
    {"http://a/...", "http://a/..."},
    {"http://a/.b/c..", "http://a/.b/c.."},
    {"http://a/?x=../y", "http://a/?x=../y"},
    {"http://a/%7euser/%41%2f%3a", "http://a/~user/A%2F%3A"},
    {"http://a/\xc3\xa9?q=\xc3\xa9", "http://a/%C3%A9?q=%C3%A9"},
    {"http://a/%c3%a9", "http://a/%C3%A9"},
    {"http://a/100%?a=%zz", "http://a/100%25?a=%25zz"},
    {"http://a/\"<>\\^`{|}", "http://a/%22%3C%3E%5C%5E%60%7B%7C%7D"},
    {"http://a/?a=b+c&d[]=1", "http://a/?a=b+c&d[]=1"},
    {"http://User:Pa%7eSS@A/", "http://User:Pa~SS@a/"},
    {"http://[2001:DB8:0:0:0::1]:8080", "http://[2001:db8::1]:8080/"},
    {"http://[FE80::1%25eth0]/", "http://[fe80::1%25eth0]/"},
    {"http://b\xc3\xbc"
     "cher.de/",
     "http://b\xc3\xbc"
     "cher.de/"},
    /* of RFC 3986, sections 6.2.2 (its scheme is "example") and 6.2.3 */
    {"http://a/b/c/%7Bfoo%7D", "http://a/b/c/%7Bfoo%7D"},
    {"hTTP://a/./b/../b/%63/%7bfoo%7d", "http://a/b/c/%7Bfoo%7D"},
    {"HTTP://www.EXAMPLE.com/", "http://www.example.com/"},
    {"http://example.com", "http://example.com/"},
    {"http://example.com/", "http://example.com/"},
    {"http://example.com:/", "http://example.com/"},
    {"http://example.com:80/", "http://example.com/"},
    {"", NULL},
    {"example.org", NULL},
    {"ftp://example.org/", NULL},
    {"mailto:a@b", NULL},
    {"http://", NULL},
    {"http://a b/", NULL},
    {"http://a%41/", NULL},
    {"http://a:99999/", NULL},
};

static void urls_have_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct gn_buf out = {0};
        struct gn_buf again = {0};
        const enum garner_code code = gn_urlnorm(forms[i].url, &out, NULL);

        if (forms[i].expected == NULL) {
            if (code != GARNER_INVALID)
                fail_msg("%s: %s", forms[i].url, gn_buf_cstr(&out));
        } else if (code != GARNER_OK ||
                   strcmp(gn_buf_cstr(&out), forms[i].expected) != 0) {
            fail_msg("%s: %s", forms[i].url, gn_buf_cstr(&out));
        } else {
            assert_int_equal(gn_urlnorm(gn_buf_cstr(&out), &again, NULL), 0);
            assert_string_equal(gn_buf_cstr(&again), gn_buf_cstr(&out));
        }
        gn_buf_fini(&out);
        gn_buf_fini(&again);
    }
}

static void parameters(void **state)
{
    static const char query[] = "a=1&b=x+y%26z&a=2&c&=3&%64=4=5&e=&";
    static const struct {
        const char *name;
        const char *expected;
    } cases[] = {
        {"a", "1"}, {"b", "x y&z"}, {"c", ""},  {"d", "4=5"},
        {"e", ""},  {"f", NULL},    {"", NULL}, {"A", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};
        const bool found =
            gn_urlnorm_parameter(query, sizeof query - 1, cases[i].name, &out);

        assert_int_equal(found, cases[i].expected != NULL);
        if (found)
            assert_string_equal(gn_buf_cstr(&out), cases[i].expected);
        gn_buf_fini(&out);
    }
    assert_false(gn_urlnorm_parameter(NULL, 0, "a", &(struct gn_buf){0}));
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;

    (void)state;
    while (code == GARNER_NOMEM && nth < 20) {
        struct gn_buf out = {0};

        gn_mem_fail_at(++nth);
        code = gn_urlnorm("http://a/b/../c?d", &out, NULL);
        gn_mem_fail_at(0);
        gn_buf_fini(&out);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_have_one_form),
        cmocka_unit_test(parameters),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
