/* clock_test.c - two clocks, and time as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "base/clock.h"

static void monotonic_never_goes_back(void **state)
{
    int64_t last = gn_clock_monotonic_ns();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        const int64_t now = gn_clock_monotonic_ns();

        assert_true(now >= last);
        last = now;
    }
}

static void wall_is_the_time_of_day(void **state)
{
    const int64_t seconds = gn_clock_wall_us() / 1000000 - (int64_t)time(NULL);

    (void)state;
    assert_true(seconds >= -2 && seconds <= 2);
}

static void time_is_written_as_rfc_3339(void **state)
{
    static const struct {
        int64_t wall_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000000, "1969-12-31T23:59:59.000Z"},
        {INT64_C(1795400160123999), "2026-11-23T02:16:00.123Z"},
        {INT64_C(951782400000000), "2000-02-29T00:00:00.000Z"},
        {INT64_MAX, "294247-01-10T04:00:54.775Z"},
        {INT64_MIN, "-290308-12-21T19:59:05.224Z"},
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_clock_format(cases[i].wall_us, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monotonic_never_goes_back),
        cmocka_unit_test(wall_is_the_time_of_day),
        cmocka_unit_test(time_is_written_as_rfc_3339),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
