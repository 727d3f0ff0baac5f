/* alert_test.c - what is told of a source, run by run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hook/alert.h"

/* A minute a run: 'x' failed, '.' went well; what was told of each: 'F' fails,
 * 'G' goes on, 'W' works again, ' ' nothing. */
static const struct {
    int after;
    int repeat_minutes;
    const char *runs;
    const char *told;
} cases[] = {
    {1, 0, "....", "    "},         {1, 0, ".x..", " FW "},
    {1, 0, "xxxx.", "F   W"},       {3, 0, "xx.xx.", "      "},
    {3, 0, "xxxx.xxx", "  F W  F"}, {1, 2, "xxxxxx.", "F G G W"},
    {2, 3, "xxxxxxxx", " F  G  G"}, {1, 1, "xxx.x", "FGGWF"},
};

static void runs_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_alert_policy policy = {
            cases[i].after, cases[i].repeat_minutes * INT64_C(60000000)};
        struct gn_alert a = {0};
        char told[20] = "";

        for (size_t n = 0; cases[i].runs[n] != '\0'; n++)
            told[n] = " FGW"[gn_alert_note(&a, &policy, cases[i].runs[n] == 'x',
                                           (int64_t)(n + 1) * 60000000)];
        assert_string_equal(told, cases[i].told);
    }
}

static void the_first_failure_is_remembered(void **state)
{
    const struct gn_alert_policy policy = {2, 0};
    struct gn_alert a = {0};

    (void)state;
    assert_int_equal(gn_alert_note(&a, &policy, true, 10), GN_ALERT_NONE);
    assert_int_equal(gn_alert_note(&a, &policy, true, 20), GN_ALERT_FAILS);
    assert_int_equal(a.failures, 2);
    assert_int_equal(a.since_us, 10);
    assert_int_equal(a.told_us, 20);
}

static void a_clock_that_is_set_back_repeats_nothing(void **state)
{
    const struct gn_alert_policy policy = {1, 100};
    struct gn_alert a = {0};

    (void)state;
    assert_int_equal(gn_alert_note(&a, &policy, true, 1000), GN_ALERT_FAILS);
    assert_int_equal(gn_alert_note(&a, &policy, true, 500), GN_ALERT_NONE);
    assert_int_equal(gn_alert_note(&a, &policy, true, 1100), GN_ALERT_GOES_ON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_told),
        cmocka_unit_test(the_first_failure_is_remembered),
        cmocka_unit_test(a_clock_that_is_set_back_repeats_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
