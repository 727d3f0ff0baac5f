/* url_join_test.c - the examples of RFC 3986, and what pages have in links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/url_join.h"

static void joined(const char *base, const char *url, const char *expected)
{
    struct gn_buf out = {0};

    assert_true(gn_url_join(base, url, &out));
    assert_false(gn_buf_failed(&out));
    if (strcmp(gn_buf_cstr(&out), expected) != 0)
        fail_msg("%s from %s: %s, not %s", url, base, gn_buf_cstr(&out),
                 expected);
    gn_buf_fini(&out);
}

/* Sections 5.4.1 and 5.4.2, in their order. */
static void the_examples_of_the_rfc(void **state)
{
    static const char *const cases[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        joined("http://a/b/c/d;p?q", cases[i][0], cases[i][1]);
}

static void links_as_pages_have_them(void **state)
{
    static const char *const cases[][3] = {
        {"http://h", "x", "http://h/x"},
        {"http://h?q", "x", "http://h/x"},
        {"http://h", "?x", "http://h?x"},
        {"http://h", "", "http://h"},
        {"http://h/a/b", " \n c d\te\r\n ", "http://h/a/c%20de"},
        {"http://h/", "/\xc3\xbc?\xc3\xbc#\xc3\xbc",
         "http://h/%C3%BC?%C3%BC#%C3%BC"},
        {"http://h/", "a%20b\"<>", "http://h/a%20b%22%3C%3E"},
        {"http://h/", "mailto:a@b", "mailto:a@b"},
        {"http://h/", "javascript:x()", "javascript:x()"},
        {"", "https://H/a/../b", "https://H/b"},
        {"no base", "https://h/", "https://h/"},
        {"http://u:p@h:8/x/y?z#f", "a", "http://u:p@h:8/x/a"},
        {"http://h/a//b/c", "../d", "http://h/a//d"},
        {"http://h/a/b", "..//c", "http://h//c"},
        {"http://h/x", "1:2", "http://h/1:2"},
        {"http://h/x", "?", "http://h/x?"},
        {"http://h/x", "#", "http://h/x#"},
        {"file:/a/b", "c", "file:/a/c"},
        {"file:/a/b", "..//c", "file:/.//c"},
        {" http://h/a\n", "?\n", "http://h/a?"},
        {"http://h/..", "", "http://h/"},
        {"http://h/a/b", "..\\c\\d?e\\f#g\\h", "http://h/c/d?e\\f#g\\h"},
        {"http://h/a/b", "\\c", "http://h/c"},
        {"http://h/a/b", "\\\\i\\c", "http://i/c"},
        {"ftp://h/a/b", "https:\\\\i\\c", "https://i/c"},
        {"http://h/", "http://i\\@j/", "http://i/@j/"},
        {"http:\\\\h\\x\\y?\\", "../z", "http://h/z"},
        {"http://h/", "mailto:a\\b", "mailto:a\\b"},
        {"ftp://h/a/b", "c\\d", "ftp://h/a/c\\d"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        joined(cases[i][0], cases[i][1], cases[i][2]);
}

static void without_a_base_there_is_nothing(void **state)
{
    static const char *const bases[] = {"",           "/x",     "h/x",
                                        "mailto:a@b", "data:,", "//h/x"};
    struct gn_buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        assert_false(gn_url_join(bases[i], "x", &out));
    assert_int_equal(out.size, 0);
}

static void lost_memory_shows(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 4; nth++) {
        struct gn_buf out = {0};

        gn_mem_fail_at(nth);
        assert_true(gn_url_join("http://h/a", "../b", &out));
        gn_mem_fail_at(0);
        assert_true(gn_buf_failed(&out));
        gn_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc),
        cmocka_unit_test(links_as_pages_have_them),
        cmocka_unit_test(without_a_base_there_is_nothing),
        cmocka_unit_test(lost_memory_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
