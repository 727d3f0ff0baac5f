/* civil_test.c - each day of 800 years, and the C library's word for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "schedule/civil.h"

static void each_day_follows_the_one_before(void **state)
{
    const int64_t first = gn_civil_days(1600, 1, 1);
    const int64_t last = gn_civil_days(2401, 1, 1);
    struct gn_date d = {1600, 1, 1};
    int weekday = 6;

    (void)state;
    assert_int_equal(last - first, 2 * 146097 + 366);
    for (int64_t day = first; day < last; day++) {
        const struct gn_date is = gn_civil_date(day);

        assert_true(is.year == d.year && is.month == d.month &&
                    is.day == d.day);
        assert_int_equal(gn_civil_days(d.year, d.month, d.day), day);
        assert_int_equal(gn_civil_weekday(day), weekday);
        weekday = (weekday + 1) % 7;
        if (++d.day > gn_civil_month_days(d.year, d.month)) {
            d.day = 1;
            d.month = d.month % 12 + 1;
            d.year += d.month == 1;
        }
    }
}

static void the_c_library_agrees(void **state)
{
    (void)state;
    for (int64_t day = -300000; day < 300000; day += 97) {
        const time_t at = (time_t)(day * GN_DAY_S);
        const struct gn_date d = gn_civil_date(day);
        struct tm tm;

        assert_non_null(gmtime_r(&at, &tm));
        assert_int_equal(d.year, tm.tm_year + 1900);
        assert_int_equal(d.month, tm.tm_mon + 1);
        assert_int_equal(d.day, tm.tm_mday);
        assert_int_equal(gn_civil_weekday(day), tm.tm_wday);
    }
}

static void division_rounds_down(void **state)
{
    (void)state;
    assert_int_equal(gn_civil_div(7, 3), 2);
    assert_int_equal(gn_civil_mod(7, 3), 1);
    assert_int_equal(gn_civil_div(-7, 3), -3);
    assert_int_equal(gn_civil_mod(-7, 3), 2);
    assert_int_equal(gn_civil_div(-6, 3), -2);
    assert_int_equal(gn_civil_mod(-6, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_day_follows_the_one_before),
        cmocka_unit_test(the_c_library_agrees),
        cmocka_unit_test(division_rounds_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
