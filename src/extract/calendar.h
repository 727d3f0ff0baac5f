/* calendar.h - the days of the Gregorian calendar, and its weeks by ISO 8601.
 * Pure. */
#ifndef GN_EXTRACT_CALENDAR_H
#define GN_EXTRACT_CALENDAR_H

#include <stdint.h>

/* Days in a month, 1 to 12, of a year. */
int gn_calendar_month(int year, int month);

/* Days from 1 January 1970 to a day, of the years from 1 on. */
int64_t gn_calendar_days(int year, int month, int day);

/* The same to the Monday with which week 1 of a year begins. */
int64_t gn_calendar_week(int year);

#endif
