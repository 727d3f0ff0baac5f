/* zone_testing.h - for tests: zones by their names, and points in time as they
 * are written. */
#ifndef GN_SCHEDULE_ZONE_TESTING_H
#define GN_SCHEDULE_ZONE_TESTING_H

#include <stdio.h>

#include "schedule/civil.h"
#include "schedule/zone.h"

static struct gn_arena memory;
static struct gn_zones zones;

static inline const struct gn_zone *find(const char *name)
{
    const struct gn_zone *zone;
    struct garner_error err;

    if (gn_zones_find(&zones, name, &memory, &zone, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return zone;
}

/* For cmocka, after each test. */
static inline int forget(void **state)
{
    (void)state;
    gn_arena_clear(&memory);
    zones = (struct gn_zones){0};
    return 0;
}

/* "2026-03-29 01:30:00" as seconds, whichever clock it is of; without seconds,
 * the minute's begin. */
static inline int64_t at(const char *text)
{
    int year;
    int month;
    int day;
    int h;
    int m;
    int s = 0;

    assert_true(sscanf(text, "%d-%d-%d %d:%d:%d", &year, &month, &day, &h, &m,
                       &s) >= 5);
    return gn_civil_days(year, month, day) * GN_DAY_S +
           ((int64_t)h * 60 + m) * 60 + s;
}

#endif
