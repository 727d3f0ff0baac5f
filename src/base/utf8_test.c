/* utf8_test.c - whole, broken and cut characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static void characters_have_their_length(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"a", 1},
        {"\x7f", 1},
        {"\xc2\x80", 2},
        {"\xdf\xbf", 2},
        {"\xe0\xa0\x80", 3},
        {"\xed\x9f\xbf", 3},
        {"\xee\x80\x80", 3},
        {"\xef\xbf\xbf", 3},
        {"\xf0\x90\x80\x80", 4},
        {"\xf4\x8f\xbf\xbf", 4},
        {"", 0},
        {"\x80", 0},             /* stray */
        {"\xc0\x80", 0},         /* overlong */
        {"\xc1\xbf", 0},         /* overlong */
        {"\xe0\x9f\xbf", 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
        {"\xed\xa0\x80", 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"\xc3(", 0},
        {"\xe2\x82", 0}, /* cut */
        {"\xe2\x82(", 0},
        {"\xf0\x9f\x98", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_utf8_length(cases[i].bytes, strlen(cases[i].bytes)),
                         cases[i].length);
}

/* In memory of its own size: AddressSanitizer sees a byte too many. */
static void a_fault_is_found_wherever_it_is(void **state)
{
    (void)state;
    for (size_t size = 1; size < 40; size++)
        for (size_t at = 0; at < size; at++) {
            char *text = gn_alloc(size);

            memset(text, 'x', size);
            assert_int_equal(gn_utf8_good(text, size), size);
            text[at] = '\x80';
            assert_int_equal(gn_utf8_good(text, size), at);
            gn_free(text);
        }
}

static void a_text_is_good_up_to_its_first_fault(void **state)
{
    static const struct {
        const char *text;
        size_t good;
    } cases[] = {
        {"", 0},
        {"a\xc3\xa4z", 4},
        {"a\xc3\xa4\xc3", 3},
        {"\xe2\x82\xac\xed\xa0\x80", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_utf8_good(cases[i].text, strlen(cases[i].text)),
                         cases[i].good);
    assert_int_equal(gn_utf8_good("a\0b", 3), 3);
    assert_int_equal(gn_utf8_good("\xc3\xa4", 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_their_length),
        cmocka_unit_test(a_fault_is_found_wherever_it_is),
        cmocka_unit_test(a_text_is_good_up_to_its_first_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
