/* timeunix_test.c - which unit a number is in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/timeunix.h"

static void integers(void **state)
{
    static const struct {
        int64_t number, seconds;
        int nanoseconds; /* -1: no time */
    } cases[] = {
        {0, 0, 0},
        {-1, -1, 0},
        {1788739200, 1788739200, 0},
        {99999999999, 99999999999, 0},
        {100000000000, 100000000, 0},
        {1788739200123, 1788739200, 123000000},
        {-1788739200123, -1788739201, 877000000},
        {1788739200123456, 1788739200, 123456000},
        {1788739200123456789, 1788739200, 123456789},
        {INT64_MAX, 9223372036, 854775807},
        {INT64_MIN, -9223372037, 145224192},
        {-62135596800, -62135596800, 0},
        {-62135596801, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_timeunix t;

        if (!gn_timeunix_integer(cases[i].number, &t))
            t = (struct gn_timeunix){0, -1};
        assert_int_equal(t.seconds, cases[i].seconds);
        assert_int_equal(t.nanoseconds, cases[i].nanoseconds);
    }
}

static void reals(void **state)
{
    struct gn_timeunix t;

    (void)state;
    assert_true(gn_timeunix_real(1788739200.25, &t));
    assert_int_equal(t.seconds, 1788739200);
    assert_int_equal(t.nanoseconds, 250000000);
    assert_true(gn_timeunix_real(-0.5, &t));
    assert_int_equal(t.seconds, -1);
    assert_int_equal(t.nanoseconds, 500000000);
    assert_true(gn_timeunix_real(1788739200500.0, &t));
    assert_int_equal(t.seconds, 1788739200);
    assert_int_equal(t.nanoseconds, 500000000);
    assert_false(gn_timeunix_real(__builtin_nan(""), &t));
    assert_false(gn_timeunix_real(__builtin_inf(), &t));
    assert_false(gn_timeunix_real(-1e300, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(reals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
