/* csslex_test.c - names, strings and numbers of selectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/csslex.h"

static void names_and_strings_lose_their_escapes(void **state)
{
    static const struct {
        const char *text;
        const char *value; /* NULL: it is none */
        size_t size;       /* read */
    } cases[] = {
        {"abc.d", "abc", 3},
        {"-a_b-1 ", "-a_b-1", 6},
        {"\\61 b\\.c", "ab.c", 8},
        {"\\0", "\xef\xbf\xbd", 2},
        {"\\1F600x", "\xf0\x9f\x98\x80x", 7},
        {"\\d800", "\xef\xbf\xbd", 5},
        {"\\e4", "\xc3\xa4", 3},
        {"\\20ac", "\xe2\x82\xac", 5},
        {"\\110000", "\xef\xbf\xbd", 7},
        {"\xc3\xa4", "\xc3\xa4", 2},
        {"1a", NULL, 0},
        {"-1", NULL, 0},
        {"-", NULL, 1},
        {"", NULL, 0},
        {"\\", NULL, 1},
        {"'a\\'b'c", "a'b", 6},
        {"\"a'\\\nb\"", "a'b", 7},
        {"'a", NULL, 2},
        {"'a\\.", NULL, 4},
        {"'\\.\\'b'", ".'b", 7},
        {"'a\nb'", NULL, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        struct gn_css_fault fault = {0};
        struct gn_csslex lex = {text, text, &fault};
        struct gn_buf out = {0};
        const bool ok = text[0] == '\'' || text[0] == '"'
                            ? gn_csslex_string(&lex, &out)
                            : gn_csslex_name(&lex, &out, "a name");

        assert_int_equal(ok, cases[i].value != NULL);
        assert_int_equal(ok, fault.what == NULL);
        assert_int_equal(lex.at - text, cases[i].size);
        if (ok)
            assert_string_equal(gn_buf_cstr(&out), cases[i].value);
        gn_buf_fini(&out);
    }
}

static void an_plus_b(void **state)
{
    static const struct {
        const char *text;
        int a, b;
        bool ok;
    } cases[] = {
        {"odd", 2, 1, true},      {"EVEN", 2, 0, true}, {"3", 0, 3, true},
        {"-3", 0, -3, true},      {"n", 1, 0, true},    {"-n+3", -1, 3, true},
        {"2N - 1", 2, -1, true},  {"+4n", 4, 0, true},  {"", 0, 0, false},
        {"x", 0, 0, false},       {"n+", 0, 0, false},  {"oddly", 0, 0, false},
        {"1234567", 0, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_css_fault fault = {0};
        struct gn_csslex lex = {cases[i].text, cases[i].text, &fault};
        int a;
        int b;

        assert_int_equal(gn_csslex_an_plus_b(&lex, &a, &b), cases[i].ok);
        if (cases[i].ok) {
            assert_int_equal(a, cases[i].a);
            assert_int_equal(b, cases[i].b);
        } else {
            assert_non_null(fault.what);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_strings_lose_their_escapes),
        cmocka_unit_test(an_plus_b),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
