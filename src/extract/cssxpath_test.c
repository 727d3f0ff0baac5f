/* cssxpath_test.c - simple selectors as conditions of XPath. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/cssxpath.h"

static void attributes_are_matched(void **state)
{
    static const struct {
        const char *name;
        const char *how;
        const char *value;
        const char *expected;
    } cases[] = {
        {"href", "?", "", "@href"},
        {"_a-1", "=", "v", "@_a-1='v'"},
        {"a", "=", "it's", "@a=\"it's\""},
        {"a", "=", "it's \"x\"", "@a=concat('it',\"'s \",'\"x\"')"},
        {"a", "=", "", "@a=''"},
        {"a", "=i", "v", "gn-attr('a','=i','v')"},
        {"class", "~", "c", "gn-attr('class','~','c')"},
        {"1a", "?", "", "gn-attr('1a','?','')"},
        {"\xc3\xa9", "=", "v", "gn-attr('\xc3\xa9','=','v')"},
        {"a'b", "=", "v", "gn-attr(\"a'b\",'=','v')"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_cssxpath_match(&out, cases[i].name, cases[i].how, cases[i].value);
        assert_string_equal(gn_buf_cstr(&out), cases[i].expected);
        gn_buf_fini(&out);
    }
}

static void places_are_counted(void **state)
{
    static const struct {
        int a;
        int b;
        const char *expected;
    } cases[] = {
        {0, 3, "gn-nth()=3"},
        {2, 1, "gn-nth()>=1 and (gn-nth() - 1) mod 2 = 0"},
        {-1, 3, "gn-nth()<=3 and (gn-nth() - 3) mod -1 = 0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_cssxpath_nth(&out, gn_cssxpath_place("nth-child"), cases[i].a,
                        cases[i].b);
        assert_string_equal(gn_buf_cstr(&out), cases[i].expected);
        gn_buf_fini(&out);
    }
    assert_string_equal(gn_cssxpath_place("nth-last-of-type"),
                        "gn-nth-last-of-type()");
    assert_null(gn_cssxpath_place("nth"));
}

static void classes_have_a_condition(void **state)
{
    (void)state;
    assert_string_equal(gn_cssxpath_class("root"), "not(parent::*)");
    assert_string_equal(gn_cssxpath_class("first-child"), "gn-nth()=1");
    assert_null(gn_cssxpath_class("hover"));
    assert_null(gn_cssxpath_class("nth-child"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_matched),
        cmocka_unit_test(places_are_counted),
        cmocka_unit_test(classes_have_a_condition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
