/* address_test.c - which addresses are of no public server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "fetch/address.h"

static const struct {
    const char *text;
    bool is_private;
} cases[] = {
    {"0.0.0.0", true},
    {"1.0.0.0", false},
    {"9.255.255.255", false},
    {"10.0.0.0", true},
    {"10.255.255.255", true},
    {"11.0.0.0", false},
    {"100.63.255.255", false},
    {"100.64.0.0", true},
    {"100.127.255.255", true},
    {"100.128.0.0", false},
    {"127.0.0.1", true},
    {"127.255.0.1", true},
    {"128.0.0.1", false},
    {"169.253.1.1", false},
    {"169.254.169.254", true},
    {"172.15.255.255", false},
    {"172.16.0.0", true},
    {"172.31.255.255", true},
    {"172.32.0.0", false},
    {"192.0.0.8", true},
    {"192.0.1.1", false},
    {"192.167.1.1", false},
    {"192.168.1.1", true},
    {"198.17.255.255", false},
    {"198.18.0.1", true},
    {"198.19.255.255", true},
    {"198.20.0.0", false},
    {"223.255.255.255", false},
    {"224.0.0.1", true},
    {"239.255.255.255", true},
    {"255.255.255.255", true},
    {"::", true},
    {"::1", true},
    {"::ffff:10.1.2.3", true},
    {"::ffff:9.1.2.3", false},
    {"64:ff9b::192.168.0.1", true},
    {"64:ff9b::8.8.8.8", false},
    {"2002:7f00:1::1", true},
    {"2002:808:808::1", false},
    {"fbff::1", false},
    {"fc00::1", true},
    {"fdff::1", true},
    {"fe7f::1", false},
    {"fe80::1", true},
    {"febf::1", true},
    {"fec0::1", true},
    {"ff02::1", true},
    {"2001:db9::1", false},
    {"2606:4700::1111", false},
};

static void each_network_is_known_by_its_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sockaddr_in in4 = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
        bool is;

        print_message("%s\n", cases[i].text);
        if (inet_pton(AF_INET, cases[i].text, &in4.sin_addr) == 1) {
            is = gn_address_is_private((struct sockaddr *)&in4);
        } else {
            assert_int_equal(inet_pton(AF_INET6, cases[i].text, &in6.sin6_addr),
                             1);
            is = gn_address_is_private((struct sockaddr *)&in6);
        }
        assert_int_equal(is, cases[i].is_private);
        assert_int_equal(gn_address_names_private(cases[i].text),
                         cases[i].is_private);
    }
}

static void a_family_that_is_not_known_is_not_trusted(void **state)
{
    const struct sockaddr_un un = {.sun_family = AF_UNIX};

    (void)state;
    assert_true(gn_address_is_private((const struct sockaddr *)&un));
}

static void names_are_public_but_for_one(void **state)
{
    static const struct {
        const char *url;
        bool is_private;
    } urls[] = {
        {"http://localhost/", true},
        {"http://LOCALHOST.:8/x", true},
        {"http://a.localhost/", true},
        {"http://notlocalhost/", false},
        {"http://localhost.example/", false},
        {"http://example.org/", false},
        {"http://[::1]:8/", true},
        {"http://[2606:4700::1111]/", false},
        {"http://[fe80::1%25eth0]/", true},
        {"http://0x7f.1/", true},
        {"http://2130706433/", true},
        {"http://8.8.8.8/", false},
        {"no url", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        print_message("%s\n", urls[i].url);
        assert_int_equal(gn_address_url_is_private(urls[i].url),
                         urls[i].is_private);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_network_is_known_by_its_ends),
        cmocka_unit_test(a_family_that_is_not_known_is_not_trusted),
        cmocka_unit_test(names_are_public_but_for_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
