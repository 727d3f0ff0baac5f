/* numbertext_test.c - numbers as they are found, and what only looks like one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/numbertext.h"

/* What text is: i, r (a real) or l (a large one) and the number; "-": none. */
static const char *show(const char *text, char decimal)
{
    static const char kinds[] = "irl";
    static char out[GN_NUMBERTEXT_SIZE + 2];
    const size_t size = strlen(text);
    char *exact = gn_alloc(size + (size == 0));
    struct gn_number n;
    bool found;

    for (size_t i = 0; i < size; i++)
        exact[i] = text[i];
    found = gn_numbertext_read(exact, size, decimal, &n);
    gn_free(exact);
    if (!found)
        return "-";
    if (n.kind == GN_NUMBER_INTEGER)
        snprintf(out, sizeof out, "i%lld", (long long)n.integer);
    else if (n.kind == GN_NUMBER_REAL)
        snprintf(out, sizeof out, "r%.15g", n.real);
    else
        snprintf(out, sizeof out, "%c%s", kinds[n.kind], n.text);
    return out;
}

struct test_case {
    const char *text;
    const char *expected;
};

static void check(const struct test_case *cases, size_t count, char decimal)
{
    for (size_t i = 0; i < count; i++) {
        const char *seen = show(cases[i].text, decimal);

        if (strcmp(seen, cases[i].expected) != 0)
            fail_msg("\"%s\" is %s, not %s", cases[i].text, seen,
                     cases[i].expected);
    }
}

#define CHECK(cases, decimal)                                                  \
    check(cases, sizeof(cases) / sizeof(cases)[0], decimal)

static void of_one_meaning(void **state)
{
    static const struct test_case cases[] = {
        {"0", "i0"},
        {"42", "i42"},
        {"007", "i7"},
        {"000", "i0"},
        {"1.5", "r1.5"},
        {"1,5", "r1.5"},
        {".5", "r0.5"},
        {",5", "r0.5"},
        {"1.0", "r1"},
        {"1,234.56", "r1234.56"},
        {"1.234,56", "r1234.56"},
        {"1.234.567,89", "r1234567.89"},
        {"1,234,567", "i1234567"},
        {"1.234.567", "i1234567"},
        {"12,34,567.5", "r1234567.5"},
        {"1 234,56", "r1234.56"},
        {"1 234 567", "i1234567"},
        {"1 234,567", "r1234.567"},
        {"1'234.56", "r1234.56"},
        {"1\xe2\x80\x99"
         "234'567",
         "i1234567"},
        {"1\xc2\xa0"
         "234,56",
         "r1234.56"},
        {"1\xe2\x80\xaf"
         "234\xe2\x80\x89"
         "567",
         "i1234567"},
        {"0.123", "r0.123"},
        {"0,123", "r0.123"},
        {"1234,567", "r1234.567"},
        {"1.2345", "r1.2345"},
        {"1e3", "r1000"},
        {"1.5E-3", "r0.0015"},
        {"6.022e+23", "r6.022e+23"},
    };

    (void)state;
    CHECK(cases, '\0');
}

static void with_things_around(void **state)
{
    static const struct test_case cases[] = {
        {" 42\r\n", "i42"},
        {"$1,234.56", "r1234.56"},
        {"1.234,56 \xe2\x82\xac", "r1234.56"},
        {"EUR 12.50", "r12.5"},
        {"EUR12.50", "r12.5"},
        {"12 km", "i12"},
        {"12 m2", "i12"},
        {"0x10", "-"},
        {"0XAB", "-"},
        {"0 x 10", "-"},
        {"0x", "i0"},
        {"10x20", "i10"},
        {"5 (0x7)", "-"},
        {"CO2: 415 ppm", "i415"},
        {"12.5 %", "r12.5"},
        {"\xe2\x89\x88 5 kg.", "i5"},
        {"about 1,000, more or less", "i1000"},
        {"5 people.", "i5"},
        {"5.", "i5"},
        {"5.-", "i5"},
        {"CHF 5.\xe2\x80\x93", "i5"},
        {"#17", "i17"},
        {"1.2 million", "r1.2"},
        {"5 eggs", "i5"},
        {"5e", "i5"},
        {"5e3x", "i5"},
        {"\xd0\xba 5 \xd1\x80\xd1\x83\xd0\xb1", "i5"},
    };

    (void)state;
    CHECK(cases, '\0');
}

static void signs(void **state)
{
    static const struct test_case cases[] = {
        {"-5", "i-5"},
        {"+5", "i5"},
        {"- 5", "i-5"},
        {"\xe2\x88\x92"
         "5,5",
         "r-5.5"},
        {"\xe2\x80\x93"
         "5",
         "i-5"},
        {"-$5", "i-5"},
        {"$-5", "i-5"},
        {"-\xe2\x82\xac 5", "i-5"},
        {"-USD 5", "i-5"},
        {"USD -5", "i-5"},
        {"-.5", "r-0.5"},
        {"5-", "i-5"},
        {"(1,234.56)", "r-1234.56"},
        {"($5)", "i-5"},
        {"$(5)", "i-5"},
        {"( 5 )", "i-5"},
        {"(-5)", "i-5"},
        {"(5", "i5"},
        {"Comments (5)", "i5"},
        {"(5 items)", "i5"},
        {"Price - 5", "i5"},
        {"Price \xe2\x80\x93 5", "i5"},
        {"a well-known 5", "i5"},
        {"covid-19", "-"},
        {"-0", "i0"},
    };

    (void)state;
    CHECK(cases, '\0');
}

static void of_two_meanings(void **state)
{
    static const struct test_case english[] = {
        {"1,234", "i1234"}, {"1.234", "r1.234"},     {"123,456", "i123456"},
        {"1,5", "-"},       {"1.234,56", "-"},       {"1,234.56", "r1234.56"},
        {"1,2345", "-"},    {"1,23,456", "i123456"}, {",5", "-"},
        {"0,123", "-"},     {"1 234.5", "r1234.5"},
    };
    static const struct test_case german[] = {
        {"1,234", "r1.234"},      {"1.234", "i1234"}, {"1.5", "-"},
        {"1.234,56", "r1234.56"}, {"1,234.56", "-"},  {"1,5", "r1.5"},
    };
    static const struct test_case unknown[] = {
        {"1,234", "i1234"},
        {"1.234", "r1.234"},
        {"999,999", "i999999"},
    };

    (void)state;
    CHECK(english, '.');
    CHECK(german, ',');
    CHECK(unknown, '\0');
}

static void no_numbers(void **state)
{
    static const struct test_case cases[] = {
        {"", "-"},           {" ", "-"},          {"n/a", "-"},
        {"-", "-"},          {".", "-"},          {"3-5", "-"},
        {"3 - 5", "-"},      {"2 x 4", "-"},      {"1/2", "-"},
        {"12:30", "-"},      {"2026-09-07", "-"}, {"7.9.2026", "-"},
        {"1.2.3", "-"},      {"1,2,3", "-"},      {"1,2,345", "-"},
        {"1,2345,678", "-"}, {"1234,567.8", "-"}, {"1.234.56", "-"},
        {"1,234,56", "-"},   {"1,234.5.6", "-"},  {"12 34", "-"},
        {"2026 100", "-"},   {"1.5 100", "-"},    {"1 234'567", "-"},
        {"12\n345", "-"},    {"A4B5", "-"},       {"1e999", "-"},
        {"0.5,5", "-"},      {"\xff", "-"},       {"Inf", "-"},
        {"NaN", "-"},
    };

    (void)state;
    CHECK(cases, '\0');
}

static void digits_are_not_lost(void **state)
{
    char text[600];

    (void)state;
    assert_string_equal(show("9223372036854775807", '\0'),
                        "i9223372036854775807");
    assert_string_equal(show("-9,223,372,036,854,775,808", '\0'),
                        "i-9223372036854775808");
    assert_string_equal(show("0009223372036854775808", '\0'),
                        "l9223372036854775808");
    assert_string_equal(show("(18.446.744.073.709.551.616)", '\0'),
                        "l-18446744073709551616");
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_string_equal(show(text, '\0'), "-");
    text[300] = '\0';
    assert_string_equal(show(text, '\0') + 1, text);
}

static void locales(void **state)
{
    static const struct {
        const char *name;
        char decimal;
    } cases[] = {
        {".", '.'},           {",", ','},
        {"de", ','},          {"DE", ','},
        {"de_AT", ','},       {"de-AT", ','},
        {"de_CH", '.'},       {"de-ch", '.'},
        {"de_AT.UTF-8", ','}, {"en", '.'},
        {"en_US", '.'},       {"en_ZA", ','},
        {"es_MX", '.'},       {"es", ','},
        {"fil", '.'},         {"C", '.'},
        {"", '\0'},           {"xx", '\0'},
        {"d", '\0'},          {"de en", '\0'},
        {"_", '\0'},          {"german", '\0'},
        {"zh-Hant-TW", '.'},  {"aaaaaaaaaaaaaaaaaaaaaaaaa", '\0'},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (gn_numbertext_locale(cases[i].name) != cases[i].decimal)
            fail_msg("%s", cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_one_meaning), cmocka_unit_test(with_things_around),
        cmocka_unit_test(signs),          cmocka_unit_test(of_two_meanings),
        cmocka_unit_test(no_numbers),     cmocka_unit_test(digits_are_not_lost),
        cmocka_unit_test(locales),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
