/* address_test.c - what people write, what it means, and what they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "serve/address.h"

static void addresses_are_understood(void **state)
{
    static const struct {
        const char *text;
        const char *formatted;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:8765", "127.0.0.1:8765", true},
        {"127.255.3.4:0", "127.255.3.4:0", true},
        {"localhost:65535", "127.0.0.1:65535", true},
        {"LocalHost:1", "127.0.0.1:1", true},
        {"[::1]:8765", "[::1]:8765", true},
        {"[0:0:0:0:0:0:0:1]:1", "[::1]:1", true},
        {"[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1", true},
        {"[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.1]:1", false},
        {"0.0.0.0:80", "0.0.0.0:80", false},
        {"[::]:80", "[::]:80", false},
        {"192.0.2.7:80", "192.0.2.7:80", false},
        {"128.0.0.1:80", "128.0.0.1:80", false},
        {"[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
         "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_address address;
        char text[GN_ADDRESS_TEXT];

        assert_int_equal(gn_address_parse(cases[i].text, &address, NULL),
                         GARNER_OK);
        gn_address_format(&address, text);
        assert_string_equal(text, cases[i].formatted);
        assert_int_equal(gn_address_is_loopback(&address), cases[i].loopback);
    }
}

static void what_is_none_is_explained(void **state)
{
    static const char form[] = "write ADDRESS:PORT, such as 127.0.0.1:8765 or "
                               "[::1]:8765";
    static const struct {
        const char *text;
        const char *said; /* after: cannot listen on "text": */
    } cases[] = {
        {"", form},
        {"8765", form},
        {":8765", form},
        {"127.0.0.1", form},
        {"[::1]", form},
        {"[::1]8765", form},
        {"[::1:8765", form},
        {"[]:8765", form},
        {"::1:8765", form},
        {"example.org:80",
         "\"example.org\" is not an IP address; write one such as 127.0.0.1 or "
         "[::1], or localhost"},
        {"[localhost]:80",
         "\"localhost\" is not an IP address; write one such as 127.0.0.1 or "
         "[::1], or localhost"},
        {"127.1:80", "\"127.1\" is not an IP address; write one such as "
                     "127.0.0.1 or [::1], or localhost"},
        {"127.0.0.1:", "\"\" is not a port, which is a number from 0 (any free "
                       "one) to 65535"},
        {"127.0.0.1:65536", "\"65536\" is not a port, which is a number from 0 "
                            "(any free one) to 65535"},
        {"127.0.0.1:99999999999", "\"99999999999\" is not a port, which is a "
                                  "number from 0 (any free one) to 65535"},
        {"127.0.0.1:80x", "\"80x\" is not a port, which is a number from 0 "
                          "(any free one) to 65535"},
        {"127.0.0.1:-1", "\"-1\" is not a port, which is a number from 0 (any "
                         "free one) to 65535"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_address address;
        struct garner_error err;
        char whole[240];

        snprintf(whole, sizeof whole, "cannot listen on \"%s\": %s",
                 cases[i].text, cases[i].said);
        assert_int_equal(gn_address_parse(cases[i].text, &address, &err),
                         GARNER_INVALID);
        assert_string_equal(err.message, whole);
    }
}

static void only_local_hosts_are_local(void **state)
{
    static const char *const local[] = {
        "localhost",      "localhost:8765", "LOCALHOST:1", "127.0.0.1",
        "127.0.0.1:8765", "127.9.9.9:80",   "[::1]",       "[::1]:8765",
    };
    static const char *const foreign[] = {
        "",
        "example.org",
        "example.org:8765",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "10.0.0.1:8765",
        "[2001:db8::1]:8765",
        "[::1].example.org",
        "127.0.0.1:80:80",
        "127.0.0.1:x",
        "localhost:",
        "127.0.0.1 example.org",
        "user@localhost",
        "::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        assert_true(gn_address_host_is_loopback(local[i]));
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(gn_address_host_is_loopback(foreign[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_understood),
        cmocka_unit_test(what_is_none_is_explained),
        cmocka_unit_test(only_local_hosts_are_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
