/* sniff_test.c - first lines, and what parts their fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/sniff.h"

static void the_most_frequent_is_it(void **state)
{
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {
        {"", ','},
        {"a", ','},
        {"a,b;c,d", ','},
        {"a;b,c;d\n,,,,,", ';'},
        {"a\tb", '\t'},
        {"a|b|c,d\r\n", '|'},
        {"\"a,b,\n,c\";d", ';'},
        {"\"a;b;c\"", ','},
        {"\r\n\na;b\n,,", ';'},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            gn_sniff_delimiter(cases[i].text, strlen(cases[i].text), '"'),
            cases[i].delimiter);
    assert_int_equal(gn_sniff_delimiter("'a,b,c';d", 9, '\''), ';');
    assert_int_equal(gn_sniff_delimiter("a\0b;c", 5, '\0'), ';');
}

static void a_line_ends_outside_of_quotes(void **state)
{
    static const struct {
        const char *text;
        bool whole;
    } cases[] = {
        {"", false},       {"\n\r\n", false},    {"a;b", false},
        {"a;b\n", true},   {"a\rb", true},       {"\n\na\n", true},
        {"\"a\nb", false}, {"\"a\nb\"\n", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            gn_sniff_is_whole(cases[i].text, strlen(cases[i].text), '"'),
            cases[i].whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_frequent_is_it),
        cmocka_unit_test(a_line_ends_outside_of_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
