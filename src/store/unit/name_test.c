/* name_test.c - names are compared and quoted as SQLite does it. */
#include "store/fixture_test.h"

#include "store/unit/name.h"

static void only_ascii_letters_have_case(void **state)
{
    (void)state;
    assert_true(gn_unit_name_same("Page", "pAGE"));
    assert_true(gn_unit_name_same("AbYZ", "aByz"));
    assert_true(gn_unit_name_same("", ""));
    assert_true(gn_unit_name_same("stra\xc3\x9f"
                                  "e",
                                  "STRA\xc3\x9f"
                                  "E"));
    assert_false(gn_unit_name_same("page", "pages"));
    assert_false(gn_unit_name_same("pages", "page"));
    assert_false(gn_unit_name_same("@", "`")); /* 32 apart */
    assert_false(gn_unit_name_same("[", "{"));
    assert_false(gn_unit_name_same("\xc3\x84", "\xc3\xa4"));   /* Ae, ae */
    assert_false(gn_unit_name_same("\xc3\xa9t\xc3\xa9", "t")); /* ete */
}

static void quoted(const char *name, const char *expected)
{
    struct gn_buf b = {0};

    gn_unit_name_quote(&b, name);
    assert_string_equal(gn_buf_cstr(&b), expected);
    gn_buf_fini(&b);
}

static void quotes_are_doubled(void **state)
{
    (void)state;
    quoted("page", "\"page\"");
    quoted("main.page", "\"main.page\"");
    quoted("", "\"\"");
    quoted("\"", "\"\"\"\"");
    quoted("a\"b\"\"c", "\"a\"\"b\"\"\"\"c\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ascii_letters_have_case),
        cmocka_unit_test(quotes_are_doubled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
