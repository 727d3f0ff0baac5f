/* about_test.c - the names of the codes, and the version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "garner/garner.h"

static void each_code_has_its_name_and_text(void **state)
{
    (void)state;
#define X(name, number, text)                                                  \
    assert_int_equal(GARNER_##name, number);                                   \
    assert_string_equal(garner_code_name(GARNER_##name), #name);               \
    assert_string_equal(garner_code_text(GARNER_##name), text);
    GARNER_CODE_MAP(X)
#undef X
}

static void another_number_is_no_code(void **state)
{
    (void)state;
    assert_string_equal(garner_code_name((enum garner_code)99), "?");
    assert_string_equal(garner_code_text((enum garner_code)(-1)),
                        "unknown code");
}

static void the_version_is_the_project_s(void **state)
{
    (void)state;
    assert_string_equal(garner_version(), GN_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_its_name_and_text),
        cmocka_unit_test(another_number_is_no_code),
        cmocka_unit_test(the_version_is_the_project_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
