/* site_test.c - hosts of one site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/site.h"

static void the_list_says_what_one_can_register(void **state)
{
    static const struct {
        const char *host;
        const char *site;
    } cases[] = {
        {"example.org", "example.org"},
        {"www.example.org", "example.org"},
        {"a.b.c.example.org", "example.org"},
        {"www.example.org.", "example.org"},
        {"example.co.uk", "example.co.uk"},
        {"www.example.co.uk", "example.co.uk"},
        {"co.uk", "co.uk"},
        {"org", "org"},
        {"garner.github.io", "garner.github.io"},
        {"a.garner.github.io", "garner.github.io"},
        {"www.xn--mgbh0fb.xn--kgbechtv", "xn--mgbh0fb.xn--kgbechtv"},
        {"www.city.kobe.jp", "city.kobe.jp"},
        {"localhost", "localhost"},
        {"www.intranet", "www.intranet"},
        {"127.0.0.1", "127.0.0.1"},
        {"10.1", "10.1"},
        {"::1", "::1"},
        {"fe80::1%25eth0", "fe80::1%25eth0"},
        {"", ""},
        {".", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size;
        const char *site =
            gn_site_of(cases[i].host, strlen(cases[i].host), &size);
        char text[64] = "";

        assert_in_range(size, 0, sizeof text - 1);
        memcpy(text, site, size);
        assert_string_equal(text, cases[i].site);
        assert_in_range(site - cases[i].host, 0, strlen(cases[i].host));
    }
}

static void a_name_too_long_for_dns_is_itself(void **state)
{
    char host[400];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof host; i++)
        host[i] = i % 8 == 7 ? '.' : 'a';
    assert_ptr_equal(gn_site_of(host, sizeof host - 1, &size), host);
    assert_int_equal(size, sizeof host - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_says_what_one_can_register),
        cmocka_unit_test(a_name_too_long_for_dns_is_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
