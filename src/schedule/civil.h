/* civil.h - days of the calendar (Gregorian, whenever it began to be used) as
 * numbers. Pure. */
#ifndef GN_SCHEDULE_CIVIL_H
#define GN_SCHEDULE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

enum { GN_DAY_S = 24 * 3600 };

struct gn_date {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* Days since 1970-01-01 of a date, and back. */
int64_t gn_civil_days(int64_t year, int month, int day);
struct gn_date gn_civil_date(int64_t days);

/* 0: Sunday ... 6. */
int gn_civil_weekday(int64_t days);

bool gn_civil_is_leap(int64_t year);
int gn_civil_month_days(int64_t year, int month);

/* a / b and a % b, rounded down: the rest is 0 to below b, which is above 0. */
int64_t gn_civil_div(int64_t a, int64_t b);
int64_t gn_civil_mod(int64_t a, int64_t b);

#endif
