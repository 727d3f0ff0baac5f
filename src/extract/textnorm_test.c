/* textnorm_test.c - texts that look the same are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/textnorm.h"

static void assert_norm(const char *text, const char *expected)
{
    const size_t size = strlen(text);
    char *exact = gn_alloc(size + (size == 0));
    struct gn_buf out = {0};

    for (size_t i = 0; i < size; i++)
        exact[i] = text[i];
    gn_buf_text(&out, "> "); /* what is there stays */
    gn_textnorm(exact, size, &out);
    assert_string_equal(gn_buf_cstr(&out) + 2, expected);
    gn_buf_fini(&out);
    gn_free(exact);
}

static void white_space_is_even(void **state)
{
    (void)state;
    assert_norm("", "");
    assert_norm(" \t\r\n", "");
    assert_norm(" a  b\n\tc ", "a b c");
    assert_norm("a\xc2\xa0\xe2\x80\x89\xe3\x80\x80 b\xe2\x80\xa8", "a b");
    assert_norm("a\xe2\x80\x8b"
                "b",
                "a\xe2\x80\x8b"
                "b"); /* U+200B is none */
}

static void characters_are_composed(void **state)
{
    (void)state;
    assert_norm("e\xcc\x81", "\xc3\xa9");
    assert_norm("\xc3\xa9", "\xc3\xa9");
    assert_norm("\xe2\x84\xab", "\xc3\x85");     /* the angstrom sign */
    assert_norm("\xef\xac\x81", "\xef\xac\x81"); /* the ligature stays */
    assert_norm("q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"); /* their order */
    assert_norm("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c");
}

static void wrong_bytes_are_replaced(void **state)
{
    (void)state;
    assert_norm("a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd");
    assert_norm("\xed\xa0\x80",
                "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    assert_norm("\xff"
                "e\xcc\x81",
                "\xef\xbf\xbd\xc3\xa9");
}

static void hash_is_that_of_the_form(void **state)
{
    /* printf 'a \303\251' | sha256sum */
    static const char expected[] =
        "7f9631ab97d6a4b6630ce48041fddd38d12bb8cc1e2e2c891e"
        "d0eae9f53a6097";
    char out[65];

    (void)state;
    assert_true(gn_textnorm_hash(" a\n e\xcc\x81", 7, out));
    assert_string_equal(out, expected);
    assert_true(gn_textnorm_hash("", 0, out));
    assert_string_equal(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca"
                             "495991b7852b855");
}

static void lost_memory_is_seen(void **state)
{
    struct gn_buf out = {0};
    char hash[65];

    (void)state;
    gn_mem_fail_at(1);
    gn_textnorm("abc", 3, &out);
    assert_true(gn_buf_failed(&out));
    gn_mem_fail_at(1);
    assert_false(gn_textnorm_hash("abc", 3, hash));
    gn_mem_fail_at(0);
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_is_even),
        cmocka_unit_test(characters_are_composed),
        cmocka_unit_test(wrong_bytes_are_replaced),
        cmocka_unit_test(hash_is_that_of_the_form),
        cmocka_unit_test(lost_memory_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
