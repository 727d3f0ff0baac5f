/* whom_test.c - whom a URL is asked of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/whom.h"

static void each_has_a_place_or_a_scheme(void **state)
{
    static const struct {
        const char *url;
        const char *text;
        bool refused;
    } cases[] = {
        {"http://me:secret@h/x", "h:80", false},
        {"https://h:8/", "h:8", false},
        {"http://[::1]/", "[::1]:80", false},
        {"ftp://h/", "ftp", true},
        {"file:///x", "file", true},
        {"no url", "the server", false},
    };
    char text[GN_WHOM];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_whom(cases[i].url, text), cases[i].refused);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_a_place_or_a_scheme),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
