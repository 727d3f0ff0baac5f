#include "schedule/civil.h"

enum {
    ERA_YEARS = 400, /* after so many years all repeats itself */
    ERA_DAYS = 146097,
    TO_1970 = 719468, /* days from 0000-03-01 */
    EPOCH_WEEKDAY = 4 /* 1970-01-01 was a Thursday */
};

int64_t gn_civil_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t gn_civil_mod(int64_t a, int64_t b)
{
    return a % b + (a % b < 0 ? b : 0);
}

/* Years begin in March here, so that the day that leap years have more is their
 * last. 153 days are the five months from March on, and the next five. */
int64_t gn_civil_days(int64_t year, int month, int day)
{
    const int64_t y = year - (month <= 2);
    const int64_t era = gn_civil_div(y, ERA_YEARS);
    const int64_t of_era = y - era * ERA_YEARS;
    const int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           TO_1970;
}

struct gn_date gn_civil_date(int64_t days)
{
    const int64_t era = gn_civil_div(days + TO_1970, ERA_DAYS);
    const int64_t day = gn_civil_mod(days + TO_1970, ERA_DAYS);
    const int64_t year =
        (day - day / 1460 + day / 36524 - day / (ERA_DAYS - 1)) / 365;
    const int64_t of_year = day - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153; /* 0: March */
    struct gn_date date;

    date.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = era * ERA_YEARS + year + (date.month <= 2);
    return date;
}

int gn_civil_weekday(int64_t days)
{
    return (int)gn_civil_mod(days + EPOCH_WEEKDAY, 7);
}

bool gn_civil_is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int gn_civil_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && gn_civil_is_leap(year));
}
