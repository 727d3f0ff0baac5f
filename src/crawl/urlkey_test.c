/* urlkey_test.c - numbers of URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/urlkey.h"

/* They are stored: those of today are those of every version. The first is in
 * xxHash's own tests, too. */
static void they_never_change(void **state)
{
    static const struct {
        const char *url;
        uint64_t key;
    } cases[] = {
        {"", UINT64_C(0x2d06800538d394c2)},
        {"https://example.org/", UINT64_C(0x8e2c3c2914c7cb49)},
        {"https://example.org/a/rather/long/path/of/a/page/that/has/more/than/"
         "two/hundred/and/forty/bytes/so/that/another/branch/of/the/function/"
         "computes/its/number/and/this/one/is/kept/as/well/as/the/others/are/"
         "for/as/long/as/there/are/stores/with/a/frontier?yes=1",
         UINT64_C(0x1c65c39687e886f8)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true((uint64_t)gn_urlkey(cases[i].url, strlen(cases[i].url)) ==
                    cases[i].key);
}

static void each_byte_counts(void **state)
{
    (void)state;
    assert_int_not_equal(gn_urlkey("http://a/b", 10),
                         gn_urlkey("http://a/c", 10));
    assert_int_not_equal(gn_urlkey("http://a/b", 10),
                         gn_urlkey("http://a/b", 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_never_change),
        cmocka_unit_test(each_byte_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
