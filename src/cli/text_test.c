/* text_test.c - widths, cuts, dangerous bytes, numbers for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/text.h"

static void shows(const char *text, size_t width, const char *wanted,
                  size_t used)
{
    struct gn_buf out = {0};

    assert_int_equal(gn_text_show(&out, text, strlen(text), width), used);
    assert_string_equal(gn_buf_cstr(&out), wanted);
    assert_int_equal(gn_text_show(NULL, text, strlen(text), width), used);
    gn_buf_fini(&out);
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    shows("", 5, "", 0);
    shows("abc", SIZE_MAX, "abc", 3);
    shows("gr\xc3\xbcn", SIZE_MAX, "gr\xc3\xbcn", 4);
    shows("\xe8\xaa\x9e\xe8\xaa\x9e", SIZE_MAX, "\xe8\xaa\x9e\xe8\xaa\x9e", 4);
    shows("e\xcc\x81", SIZE_MAX, "e\xcc\x81", 1); /* a combining accent */
}

static void long_texts_end_in_an_ellipsis(void **state)
{
    (void)state;
    shows("abcdef", 6, "abcdef", 6);
    shows("abcdef", 5, "abcd\xe2\x80\xa6", 5);
    shows("abcdef", 1, "\xe2\x80\xa6", 1);
    shows("abcdef", 0, "", 0);
}

static void wide_characters_are_not_cut_in_two(void **state)
{
    struct gn_buf out = {0};
    const char *text = "\xe8\xaa\x9e\xe8\xaa\x9e\xe8\xaa\x9e";

    (void)state;
    assert_int_equal(gn_text_show(&out, text, strlen(text), 4), 3);
    assert_string_equal(gn_buf_cstr(&out), "\xe8\xaa\x9e\xe2\x80\xa6");
    gn_buf_fini(&out);
}

static void what_a_terminal_would_obey_is_made_visible(void **state)
{
    (void)state;
    shows("a\nb\tc\r", SIZE_MAX, "a\\nb\\tc\\r", 9);
    shows("\x1b[2J", SIZE_MAX, "\\x1b[2J", 7);
    shows("\x7f", SIZE_MAX, "\\x7f", 4);
    shows("\xc2\x9b", SIZE_MAX, "\\xc2\\x9b", 8); /* C1: also an escape */
    shows("\xff\xc3", SIZE_MAX, "\\xff\\xc3", 8);
    shows("\x1b[2J", 3, "\xe2\x80\xa6", 1); /* an escape is not cut in two */
}

static void a_nul_does_not_end_a_text(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    assert_int_equal(gn_text_show(&out, "a\0b", 3, SIZE_MAX), 6);
    assert_string_equal(gn_buf_cstr(&out), "a\\x00b");
    gn_buf_fini(&out);
}

static void counts_have_commas(void **state)
{
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_text_count(cases[i].count, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void durations_have_three_digits(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "0 us"},
        {999, "999 us"},
        {1000, "1.00 ms"},
        {12345, "12.3 ms"},
        {99960, "100 ms"},
        {999499, "999 ms"},
        {999500, "1.00 s"},
        {9996000, "10.0 s"},
        {99000000, "99.0 s"},
        {100000000, "1m40s"},
        {3599999999, "59m59s"},
        {3600000000, "1h00m"},
        {INT64_C(86400000000), "1d00h"},
        {INT64_C(7) * 86400 * 1000000 + INT64_C(5) * 3600 * 1000000, "7d05h"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_text_duration(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(long_texts_end_in_an_ellipsis),
        cmocka_unit_test(wide_characters_are_not_cut_in_two),
        cmocka_unit_test(what_a_terminal_would_obey_is_made_visible),
        cmocka_unit_test(a_nul_does_not_end_a_text),
        cmocka_unit_test(counts_have_commas),
        cmocka_unit_test(durations_have_three_digits),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
