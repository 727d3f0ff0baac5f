#include "extract/calendar.h"

#include <stdbool.h>

enum { TO_1970 = 719162 }; /* days since 1 January of the year 1, a Monday */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int gn_calendar_month(int year, int month)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

int64_t gn_calendar_days(int year, int month, int day)
{
    const int64_t before = year - 1;
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400;

    for (int m = 1; m < month; m++)
        days += gn_calendar_month(year, m);
    return days + day - 1 - TO_1970;
}

int64_t gn_calendar_week(int year)
{
    /* 4 January is in it */
    const int64_t fourth = gn_calendar_days(year, 1, 4);

    return fourth - (fourth + TO_1970) % 7;
}
