/* calendar_test.c - every day of some centuries, beside the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "extract/calendar.h"

static void days_are_the_c_librarys(void **state)
{
    const int64_t last = gn_calendar_days(2500, 1, 1);

    (void)state;
    for (int64_t day = gn_calendar_days(1500, 1, 1); day < last; day++) {
        const time_t at = (time_t)(day * 86400);
        struct tm t;
        char week[16];
        int year, number;

        assert_non_null(gmtime_r(&at, &t));
        assert_int_equal(
            gn_calendar_days(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday), day);
        assert_in_range(t.tm_mday, 1,
                        gn_calendar_month(t.tm_year + 1900, t.tm_mon + 1));
        strftime(week, sizeof week, "%G %V", &t);
        year = atoi(week);
        number = atoi(strchr(week, ' '));
        assert_int_equal((day - gn_calendar_week(year)) / 7 + 1, number);
    }
}

static void ends_of_the_years(void **state)
{
    (void)state;
    assert_int_equal(gn_calendar_days(1970, 1, 1), 0);
    assert_int_equal(gn_calendar_days(1, 1, 1), -719162);
    assert_int_equal(gn_calendar_days(9999, 12, 31), 2932896);
    assert_int_equal(gn_calendar_month(1900, 2), 28);
    assert_int_equal(gn_calendar_month(2000, 2), 29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_the_c_librarys),
        cmocka_unit_test(ends_of_the_years),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
