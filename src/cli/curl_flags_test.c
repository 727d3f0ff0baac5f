/* curl_flags_test.c - the table of curl's flags, and what they say of a proxy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/curl_flags.h"

static void each_flag_is_there_once(void **state)
{
    const struct gn_option *o = gn_curl_command.options;
    const size_t count = gn_curl_command.option_count;

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(o[i].name, o[k].name) == 0 ||
                (o[i].letter != 0 && o[i].letter == o[k].letter))
                fail_msg("--%s and --%s are one", o[i].name, o[k].name);
}

static void a_proxy_with_its_login_and_kind(void **state)
{
    static const struct {
        struct gn_curl_flags flags;
        const char *proxy; /* NULL: none is said */
    } cases[] = {
        {{.ask.reach.proxy = "p:3128"}, "http://p:3128"},
        {{.ask.reach.proxy = "p", .proxy_login = "me:a@b:c"},
         "http://me:a%40b%3Ac@p"},
        {{.ask.reach.proxy = "https://p", .proxy_login = "me"}, "https://me@p"},
        {{.ask.reach.proxy = "http://a:b@p:1", .proxy_login = "c:d"},
         "http://a:b@p:1"},
        {{.ask.reach.proxy = "a@p", .proxy_login = "c:d"}, "http://a@p"},
        {{.ask.reach.proxy = "http://p/@", .proxy_login = "c:d"},
         "http://c:d@p/@"},
        {{.ask.reach.proxy = ""}, ""},
        {{.socks = {"s"}}, "socks4://s"},
        {{.socks = {NULL, NULL, "s:1", NULL}}, "socks5://s:1"},
        {{.socks = {NULL, NULL, NULL, "s:1"}}, "socks5h://s:1"},
        {{.no_proxy = "*"}, ""},
        {{.ask.reach.proxy = "p", .no_proxy = "a.org, H.org"}, ""},
        {{.ask.reach.proxy = "p", .no_proxy = "www.h.org"}, ""},
        {{.ask.reach.proxy = "p", .no_proxy = ".org"}, ""},
        {{.ask.reach.proxy = "p", .no_proxy = "rg,xh.org,xwww.h.org"},
         "http://p"},
        {{.no_proxy = "other"}, NULL},
        {{.proxy_login = "me"}, NULL},
        {{.url = "x"}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *proxy;

        assert_int_equal(
            gn_curl_proxy(&cases[i].flags, "www.h.org", &proxy, NULL),
            GARNER_OK);
        if (cases[i].proxy == NULL)
            assert_null(proxy);
        else
            assert_string_equal(proxy, cases[i].proxy);
        gn_free(proxy);
    }
}

static void lost_memory_is_told(void **state)
{
    const struct gn_curl_flags flags = {.ask.reach.proxy = "p"};
    char *proxy;

    (void)state;
    for (unsigned n = 1; n < 3; n++) {
        gn_mem_fail_at(n);
        assert_int_equal(gn_curl_proxy(&flags, "h", &proxy, NULL),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_null(proxy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_flag_is_there_once),
        cmocka_unit_test(a_proxy_with_its_login_and_kind),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
