/* network_test.c - the keys that say by which way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/load_testing.h"

static void all_of_it_is_read(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { ip: 4, http: 1.1, redirects: { hosts: same },\n"
             "            private: allow }\n"
             "sources:\n"
             "  a: { url: http://h/, ip: 6, http: 2, interface: lo,\n"
             "       private: refuse,\n"
             "       redirects: { max: 5, hosts: any },\n"
             "       resolve: { \"h:80\": 192.0.2.1, \"[::1]:81\": '::2' } }\n"
             "  b: { url: http://h/, redirects: 0, proxy: socks5h://p:1 }\n");
    const struct gn_request *a = &config.sources[0].request;
    const struct gn_request *b = &config.sources[1].request;

    (void)state;
    assert_int_equal(a->route.ip, 6);
    assert_int_equal(a->route.http, 2);
    assert_string_equal(a->route.interface, "lo");
    assert_int_equal(a->limits.max_redirects, 5);
    assert_false(a->same_host);
    assert_string_equal(a->route.connect_to[0], "h:80:192.0.2.1:80");
    assert_string_equal(a->route.connect_to[1], "[::1]:81:[::2]:81");
    assert_null(a->route.connect_to[2]);
    assert_int_equal(b->route.ip, 4);
    assert_int_equal(b->route.http, 1);
    assert_int_equal(b->limits.max_redirects, -1);
    assert_true(b->same_host);
    assert_string_equal(b->proxy, "socks5h://p:1");
    assert_null(b->route.connect_to);
    assert_false(config.sources[0].allows_private);
    assert_true(config.sources[1].allows_private);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("ip: 5", "3:5: ip cannot be \"5\"; write 4 or 6");
    bad_source("http: 3", "3:7: http cannot be \"3\"; write 1.1 or 2");
    bad_source("private: no",
               "3:10: private cannot be \"no\"; write refuse or allow");
    bad_source("redirects: 101", "3:12: redirects is \"101\"; write a whole "
                                 "number from 0 to 100");
    bad_source("redirects: { hosts: mine }",
               "3:21: hosts cannot be \"mine\"; write any or same");
    bad_source("proxy: \"a\\nb\"", "3:8: a header's value must be one line, "
                                   "without control characters");
    for (const char *const *text =
             (const char *const[]){"{ h: a }", "{ 'h:': a }", "{ ':80': a }",
                                   "{ 'h:80x': a }", "{ 'a:b:80': a }",
                                   "{ 'h:80': 'a b' }", "{ 'h:80': '[::1]' }",
                                   "{ 'h:80': '' }", NULL};
         *text != NULL; text++) {
        char line[64];

        snprintf(line, sizeof line, "resolve: %s", *text);
        bad_source(line, "3:12: resolve: write it \"HOST:PORT\": ADDRESS, like "
                         "{ \"example.org:443\": 192.0.2.1 }");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_read),
        cmocka_unit_test(wrong_values_are_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
