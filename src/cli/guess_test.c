/* guess_test.c - texts, and what they are as values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/guess.h"

static void numbers_are_guessed_as_json_has_them(void **state)
{
    static const char *const texts[] = {"",
                                        "-",
                                        "007",
                                        "00",
                                        "+1",
                                        "1,5",
                                        "1.",
                                        ".5",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        "1 ",
                                        " 1",
                                        "1_000",
                                        "NaN",
                                        "inf",
                                        "9223372036854775808",
                                        "1.5.2"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(gn_guess_value(texts[i], strlen(texts[i])).type,
                         GARNER_TEXT);
    assert_int_equal(gn_guess_value("0", 1).integer, 0);
    assert_int_equal(gn_guess_value("-12", 3).integer, -12);
    assert_int_equal(gn_guess_value("9223372036854775807", 19).integer,
                     INT64_MAX);
    assert_true(gn_guess_value("-0.5", 4).real == -0.5);
    assert_true(gn_guess_value("1E+2", 4).real == 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_guessed_as_json_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
