/* url_test.c - the parts of URLs, what is refused, and hidden passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "base/url.h"

struct expected {
    const char *text;
    const char *parts[7]; /* scheme user password host path query fragment */
    int port;
};

static void same(struct gn_url_part part, const char *text)
{
    assert_int_equal(part.size, strlen(text));
    if (part.size > 0)
        assert_memory_equal(part.text, text, part.size);
}

static void urls_are_split(void **state)
{
    static const struct expected cases[] = {
        {"http://h", {"http", "", "", "h", "", "", ""}, -1},
        {"HTTPS://Example.org/",
         {"HTTPS", "", "", "Example.org", "/", "", ""},
         -1},
        {"https://u:p@example.org:8443/a/b?c=d#e",
         {"https", "u", "p", "example.org", "/a/b", "c=d", "e"},
         8443},
        {"http://u@h:80", {"http", "u", "", "h", "", "", ""}, 80},
        {"http://u:@h/", {"http", "u", "", "h", "/", "", ""}, -1},
        {"http://:p@h/", {"http", "", "p", "h", "/", "", ""}, -1},
        {"http://u:p:q@h/", {"http", "u", "p:q", "h", "/", "", ""}, -1},
        {"http://h:/", {"http", "", "", "h", "/", "", ""}, -1},
        {"http://h?q", {"http", "", "", "h", "", "q", ""}, -1},
        {"http://h#f?g", {"http", "", "", "h", "", "", "f?g"}, -1},
        {"http://h/?#", {"http", "", "", "h", "/", "", ""}, -1},
        {"http://[::1]:65535/x", {"http", "", "", "::1", "/x", "", ""}, 65535},
        {"http://[fe80::1%25eth0]/",
         {"http", "", "", "fe80::1%25eth0", "/", "", ""},
         -1},
        {"http://127.0.0.1/a@b:c",
         {"http", "", "", "127.0.0.1", "/a@b:c", "", ""},
         -1},
        {"http://b\xc3\xbc\x63her.example/\xc3\xbc",
         {"http", "", "", "b\xc3\xbc\x63her.example", "/\xc3\xbc", "", ""},
         -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_url url;

        assert_int_equal(gn_url_split(cases[i].text, &url, NULL), GARNER_OK);
        same(url.scheme, cases[i].parts[0]);
        same(url.user, cases[i].parts[1]);
        same(url.password, cases[i].parts[2]);
        same(url.host, cases[i].parts[3]);
        same(url.path, cases[i].parts[4]);
        same(url.query, cases[i].parts[5]);
        same(url.fragment, cases[i].parts[6]);
        assert_int_equal(url.port, cases[i].port);
    }
}

static void what_is_no_url_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"", "empty"},
        {"example.org/x", "no scheme"},
        {"example.org", "no scheme"},
        {"//example.org/", "no scheme"},
        {"localhost:8080/", "no scheme"},
        {"http:/h/", "no scheme"},
        {"/path://x", "no scheme"},
        {"ftp://h/", "\"ftp\""},
        {"file:///etc/passwd", "\"file\""},
        {"httpx://h/", "\"httpx\""},
        {"://h/", "scheme"},
        {"http://", "no host"},
        {"http:///x", "no host"},
        {"http://:80/", "no host"},
        {"http://u@/", "no host"},
        {"http://h:0/", "port"},
        {"http://h:65536/", "port"},
        {"http://h:99999999999999999999/", "port"},
        {"http://h:8o/", "port"},
        {"http://h:-1/", "port"},
        {"http://[::1]x/", "port"},
        {"http://[::1", "IPv6"},
        {"http://[]/", "IPv6"},
        {"http://[127.0.0.1]/", "IPv6"},
        {"http://[1:2]/", "IPv6"},
        {"http://[00000000000000000000000000000000000000000000000001]/",
         "IPv6"},
        {"http://a@b@c/", "two @"},
        {"http://h\\x/", "\"\\\""},
        {"http://a b/", "a space at character 9"},
        {" http://h/", "a space at character 1;"},
        {"http://h/\n", "a control character at character 10;"},
        {"http://{host}/", "\"{\""},
        {"http://h]/", "\"]\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;
        struct gn_url url;

        assert_int_equal(gn_url_split(cases[i].text, &url, &err),
                         GARNER_INVALID);
        if (strstr(err.message, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
}

static void passwords_are_hidden(void **state)
{
    static const struct {
        const char *text;
        const char *redacted;
    } cases[] = {
        {"", ""},
        {"http://h/", "http://h/"},
        {"http://u@h/", "http://u@h/"},
        {"http://u:@h/", "http://u:@h/"},
        {"http://u:p@h/", "http://u:***@h/"},
        {"http://u:p@q@h/x?y", "http://u:***@h/x?y"},
        {"http://u:p:q@h:80/", "http://u:***@h:80/"},
        {"http://h/a:b@c", "http://h/a:b@c"},
        {"http://h:80/a@b", "http://h:80/a@b"},
        {"http://[::1]/a@b", "http://[::1]/a@b"},
        {"http://u:p/q@h/", "http://u:***@h/"},
        {"http://u:p?q#r@h/", "http://u:***@h/"},
        {"u:p@h", "u:***@h"},
        {"proxy is http://u:p@h:1 for https://a:b@c/d",
         "proxy is http://u:***@h:1 for https://a:***@c/d"},
        {"a line\nwith : and @", "a line\nwith : and @"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *redacted = gn_url_redact(cases[i].text);

        assert_non_null(redacted);
        assert_string_equal(redacted, cases[i].redacted);
        gn_free(redacted);
    }
}

static void lost_memory_gives_null(void **state)
{
    (void)state;
    gn_mem_fail_at(1);
    assert_null(gn_url_redact("http://u:p@h/"));
    gn_mem_fail_at(1);
    assert_null(gn_url_redact(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_split),
        cmocka_unit_test(what_is_no_url_is_refused_with_a_reason),
        cmocka_unit_test(passwords_are_hidden),
        cmocka_unit_test(lost_memory_gives_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
