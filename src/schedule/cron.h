/*
 * cron.h - due times as crontab(5) writes them. Pure.
 *
 * Five fields: minute, hour, day of the month, month, day of the week; or six,
 * seconds before them. Each is a list of numbers, ranges and *, with steps:
 * "1,10-20/2", and names of months and days, "mon-fri". When both kinds of day
 * are restricted, either is enough; one that begins with * is not.
 *
 * Times are local ones: which instant that is when clocks are set, zone.h says.
 */
#ifndef GN_SCHEDULE_CRON_H
#define GN_SCHEDULE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"
#include "schedule/zone.h"

/* Bit n: it may be n. */
struct gn_cron {
    uint64_t seconds;
    uint64_t minutes;
    uint32_t hours;
    uint32_t days;
    uint16_t months;
    uint8_t weekdays; /* 0: Sunday */
    bool either_day;  /* a day of the one kind or the other is enough */
};

/* Errors: INVALID: what is wrong with text, or that it never comes. */
enum garner_code gn_cron_parse(const char *text, struct gn_cron *out,
                               struct garner_error *err);

/* The first instant after after_s. It always comes (within 40 years). */
int64_t gn_cron_next(const struct gn_cron *cron, const struct gn_zone *zone,
                     int64_t after_s);

/* The least seconds between two of its times, as far as clocks are not set. */
int64_t gn_cron_gap_s(const struct gn_cron *cron);

#endif
