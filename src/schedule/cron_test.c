/* cron_test.c - lines read and refused, their times as a table, and random ones
 * beside a clock that is watched minute by minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "schedule/cron.h"
#include "schedule/zone_testing.h"

enum { LINE = 256, LINES = 400, WATCHED = 12 * 24 * 60 /* minutes */ };

static struct gn_cron parse(const char *text)
{
    struct gn_cron cron;
    struct garner_error err;

    if (gn_cron_parse(text, &cron, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return cron;
}

static void format(int64_t at_s, char text[40])
{
    const struct gn_date d = gn_civil_date(gn_civil_div(at_s, GN_DAY_S));
    const int s = (int)gn_civil_mod(at_s, GN_DAY_S);

    snprintf(text, 40, "%04d-%02d-%02d %02d:%02d:%02d", (int)d.year, d.month,
             d.day, s / 3600, s / 60 % 60, s % 60);
}

static void lines_are_read(void **state)
{
    struct gn_cron c = parse("1,10-20/5 */6 1-3 jan,MAR-may mon-fri");

    (void)state;
    assert_true(c.seconds == 1);
    assert_true(c.minutes == (1U << 1 | 1U << 10 | 1U << 15 | 1U << 20));
    assert_true(c.hours == (1U << 0 | 1U << 6 | 1U << 12 | 1U << 18));
    assert_true(c.days == 0xe);
    assert_true(c.months == (1U << 1 | 1U << 3 | 1U << 4 | 1U << 5));
    assert_true(c.weekdays == 0x3e);
    assert_true(c.either_day);
    c = parse("  */30\t5 4 3 * Sat-Sun ");
    assert_true(c.seconds == (1 | UINT64_C(1) << 30));
    assert_true(c.weekdays == 0x41);
    assert_true(c.days == 1 << 3);
    assert_true(parse("* * * * 7").weekdays == 1);
    assert_true(parse("* * * * 5-7").weekdays == 0x61);
    assert_false(parse("* * */2 * 1").either_day);
    assert_false(parse("* * 2 * *").either_day);
    assert_true(parse("@Daily").hours == 1);
    assert_true(parse("0-59 0-23 1-31 1-12 0-7").minutes ==
                (UINT64_C(1) << 60) - 1);
}

static void wrong_lines_are_refused(void **state)
{
    static const struct {
        const char *line;
        const char *reason;
    } cases[] = {
        {"", "has 0"},
        {"* * * *", "has 4"},
        {"* * * * * * *", "has 7"},
        {"60 * * * *", "the minute of a cron line cannot be \"60\""},
        {"* 24 * * *", "the hour"},
        {"* * 0 * *", "the day of the month"},
        {"* * 32 * *", "the day of the month"},
        {"* * * 13 *", "the month"},
        {"* * * * 8", "the day of the week"},
        {"60 * * * * *", "the second"},
        {"5-1 * * * *", "\"5-1\""},
        {"* * * * fri-mon", "\"fri-mon\""},
        {"1- * * * *", "\"1-\""},
        {"1, * * * *", "\"1,\""},
        {",1 * * * *", "\",1\""},
        {"1/5 * * * *", "\"1/5\""},
        {"*/0 * * * *", "\"*/0\""},
        {"*/ * * * *", "\"*/\""},
        {"*5 * * * *", "\"*5\""},
        {"-1 * * * *", "\"-1\""},
        {"1.5 * * * *", "\"1.5\""},
        {"0001 * * * *", "\"0001\""},
        {"* * ? * *", "\"?\""},
        {"* * L * *", "\"L\""},
        {"* * * janu *", "\"janu\""},
        {"* mon * * *", "\"mon\""},
        {"@reboot", "no word for a cron line"},
        {"0 4 30 2 *", "never comes"},
        {"0 4 31 apr,6,9,11 *", "never comes"},
    };
    char line[400];
    struct gn_cron cron;
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_cron_parse(cases[i].line, &cron, &err),
                         GARNER_INVALID);
        if (strstr(err.message, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].line, err.message);
    }
    memset(line, '1', 300);
    snprintf(line + 300, sizeof line - 300, " * * * *");
    assert_int_equal(gn_cron_parse(line, &cron, &err), GARNER_INVALID);
    /* either day is enough, and Mondays come */
    assert_int_equal(gn_cron_parse("0 4 30 2 mon", &cron, &err), GARNER_OK);
}

static const struct {
    const char *line;
    const char *zone;
    const char *after;
    const char *next[3];
} times[] = {
    {"10 4 * * *",
     "UTC",
     "2026-11-26 04:10:00",
     {"2026-11-27 04:10:00", "2026-11-28 04:10:00", "2026-11-29 04:10:00"}},
    {"10 4 * * *",
     "UTC",
     "2026-11-26 04:09:59",
     {"2026-11-26 04:10:00", "2026-11-27 04:10:00", "2026-11-28 04:10:00"}},
    {"*/15 23 31 12 *",
     "UTC",
     "2026-12-31 23:29:30",
     {"2026-12-31 23:30:00", "2026-12-31 23:45:00", "2027-12-31 23:00:00"}},
    {"59,58,0 59 23 * * *",
     "UTC",
     "2026-12-31 23:59:00",
     {"2026-12-31 23:59:58", "2026-12-31 23:59:59", "2027-01-01 23:59:00"}},
    {"0 0 29 2 *",
     "UTC",
     "2096-02-29 00:00:00",
     {"2104-02-29 00:00:00", "2108-02-29 00:00:00", "2112-02-29 00:00:00"}},
    {"0 0 29 2 *",
     "UTC",
     "1999-12-31 00:00:00",
     {"2000-02-29 00:00:00", "2004-02-29 00:00:00", "2008-02-29 00:00:00"}},
    /* the 13th, and Fridays */
    {"0 12 13 * fri",
     "UTC",
     "2026-11-12 12:00:00",
     {"2026-11-13 12:00:00", "2026-11-20 12:00:00", "2026-11-27 12:00:00"}},
    {"0 12 13 * fri",
     "UTC",
     "2026-12-11 12:00:00",
     {"2026-12-13 12:00:00", "2026-12-18 12:00:00", "2026-12-25 12:00:00"}},
    /* odd days that are Fridays, for one begins with a star */
    {"0 12 */2 * fri",
     "UTC",
     "2026-11-01 00:00:00",
     {"2026-11-13 12:00:00", "2026-11-27 12:00:00", "2026-12-11 12:00:00"}},
    {"0 12 31 * *",
     "UTC",
     "2026-01-31 12:00:00",
     {"2026-03-31 12:00:00", "2026-05-31 12:00:00", "2026-07-31 12:00:00"}},
    /* a time that does not exist comes as soon as the clock is past it */
    {"30 1 * * *",
     "Europe/London",
     "2026-03-28 01:30:00",
     {"2026-03-29 01:00:00", "2026-03-30 00:30:00", "2026-03-31 00:30:00"}},
    {"*/20 1 * * *",
     "Europe/London",
     "2026-03-28 01:39:00",
     {"2026-03-28 01:40:00", "2026-03-29 01:00:00", "2026-03-30 00:00:00"}},
    {"30 2 * * *",
     "America/New_York",
     "2026-03-08 00:00:00",
     {"2026-03-08 07:00:00", "2026-03-09 06:30:00", "2026-03-10 06:30:00"}},
    {"15 2 * * *",
     "Australia/Lord_Howe",
     "2026-10-03 00:00:00",
     {"2026-10-03 15:30:00", "2026-10-04 15:15:00", "2026-10-05 15:15:00"}},
    {"30 2 * * *",
     "Africa/Casablanca",
     "2026-03-21 12:00:00",
     {"2026-03-22 02:00:00", "2026-03-23 01:30:00", "2026-03-24 01:30:00"}},
    {"0 12 30 12 *",
     "Pacific/Apia",
     "2011-01-01 00:00:00",
     {"2011-12-30 10:00:00", "2012-12-29 22:00:00", "2013-12-29 22:00:00"}},
    /* one that exists twice comes once, the first time */
    {"30 1 * * *",
     "Europe/London",
     "2026-10-24 00:30:00",
     {"2026-10-25 00:30:00", "2026-10-26 01:30:00", "2026-10-27 01:30:00"}},
    {"*/30 * * * *",
     "Europe/London",
     "2026-10-25 00:10:00",
     {"2026-10-25 00:30:00", "2026-10-25 02:00:00", "2026-10-25 02:30:00"}},
    /* asked in the hour that comes again */
    {"*/30 * * * *",
     "Europe/London",
     "2026-10-25 01:10:00",
     {"2026-10-25 02:00:00", "2026-10-25 02:30:00", "2026-10-25 03:00:00"}},
    {"45 1 * * *",
     "Australia/Lord_Howe",
     "2026-04-04 14:00:00",
     {"2026-04-04 14:45:00", "2026-04-05 15:15:00", "2026-04-06 15:15:00"}},
};

static void times_follow_one_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        const struct gn_cron cron = parse(times[i].line);
        int64_t t = at(times[i].after);

        for (size_t n = 0; n < 3; n++) {
            char text[40];

            t = gn_cron_next(&cron, find(times[i].zone), t);
            format(t, text);
            if (strcmp(text, times[i].next[n]) != 0)
                fail_msg("%s in %s after %s: %s, not %s", times[i].line,
                         times[i].zone, times[i].after, text, times[i].next[n]);
        }
    }
    (void)forget(NULL);
}

/* --- a clock that is watched --------------------------------------------- */

static uint64_t below(uint64_t *seed, uint64_t bound)
{
    return gn_random_next(seed) % bound;
}

/* A list of up to three parts, or a star. */
static void add_field(uint64_t *seed, char line[LINE], int least, int most,
                      uint64_t stars)
{
    const uint64_t parts = 1 + below(seed, 3);
    size_t at = strlen(line);

    if (below(seed, 10) < stars) {
        snprintf(line + at, LINE - at, below(seed, 4) == 0 ? "*/2 " : "* ");
        return;
    }
    for (uint64_t i = 0; i < parts; i++) {
        const uint64_t span = (uint64_t)most - (uint64_t)least + 1;
        const int low = least + (int)below(seed, span);
        const int high =
            low + (int)below(seed, (uint64_t)most - (uint64_t)low + 1);

        at += (size_t)snprintf(line + at, LINE - at, "%s%d", i > 0 ? "," : "",
                               low);
        if (below(seed, 2) == 0)
            at += (size_t)snprintf(line + at, LINE - at, "-%d/%d", high,
                                   1 + (int)below(seed, 9));
    }
    snprintf(line + at, LINE - at, " ");
}

static bool shows(const struct gn_cron *c, int64_t local_s)
{
    const int64_t days = gn_civil_div(local_s, GN_DAY_S);
    const struct gn_date d = gn_civil_date(days);
    const int minute = (int)gn_civil_mod(local_s, GN_DAY_S) / 60;
    const bool day = (c->days >> d.day & 1) != 0;
    const bool weekday = (c->weekdays >> gn_civil_weekday(days) & 1) != 0;

    return (c->minutes >> minute % 60 & 1) != 0 &&
           (c->hours >> minute / 60 & 1) != 0 &&
           (c->months >> d.month & 1) != 0 &&
           (c->either_day ? day || weekday : day && weekday);
}

/* Looks at the clock each minute from t on: when has it shown, or passed over,
 * a minute of the line's for the first time? */
static void watch(const struct gn_cron *c, const struct gn_zone *zone,
                  int64_t t, const char *line)
{
    int64_t next = gn_cron_next(c, zone, t);
    int64_t shown = gn_zone_reached(zone, t);

    shown -= gn_civil_mod(shown, 60);
    for (int i = 0; i < WATCHED; i++) {
        const int64_t local = gn_zone_local(zone, t += 60);
        bool comes = false;

        for (; shown + 60 <= local; shown += 60)
            comes = comes || shows(c, shown + 60);
        if (comes != (t == next)) {
            char text[40];

            format(t, text);
            fail_msg("%s at %s: %s", line, text,
                     comes ? "came, unexpected" : "did not come");
        }
        if (comes)
            next = gn_cron_next(c, zone, t);
    }
    assert_true(next > t);
}

static void random_lines_are_as_watched(void **state)
{
    static const char *const names[] = {"UTC",
                                        "Europe/London",
                                        "America/New_York",
                                        "Pacific/Apia",
                                        "Asia/Kolkata",
                                        "Australia/Lord_Howe",
                                        "Africa/Casablanca"};
    uint64_t seed = 9;

    (void)state;
    for (int i = 0; i < LINES; i++) {
        const struct gn_zone *zone = find(names[below(&seed, 7)]);
        /* 400 years from 1975 on, whole minutes */
        int64_t t = at("1975-01-01 00:00:00") +
                    (int64_t)below(&seed, 400 * UINT64_C(525949)) * 60;
        char line[LINE] = "";
        struct gn_cron cron;

        add_field(&seed, line, 0, 59, 2);
        add_field(&seed, line, 0, 23, 5);
        add_field(&seed, line, 1, 31, 6);
        add_field(&seed, line, 1, 12, 7);
        add_field(&seed, line, 0, 7, 6);
        if (gn_cron_parse(line, &cron, NULL) != GARNER_OK)
            continue;               /* "30 2", and no weekday */
        if (below(&seed, 2) == 0) { /* around a change of the clocks */
            const struct gn_period p = gn_zone_period(zone, t);

            if (p.until != INT64_MAX)
                t = p.until - p.until % 60 -
                    (int64_t)below(&seed, WATCHED) * 60;
        }
        watch(&cron, zone, t, line);
    }
    (void)forget(NULL);
}

static void each_year_has_its_days(void **state)
{
    const struct gn_zone *zone = find("America/New_York");
    const struct gn_cron daily = parse("30 2 * * *");
    const struct gn_cron leap = parse("0 0 29 2 */7"); /* a Sunday */
    int64_t t = at("2000-01-01 00:00:00");
    int count = 0;

    (void)state;
    for (; t < at("2400-01-01 00:00:00"); count++)
        t = gn_cron_next(&daily, zone, t);
    assert_int_equal(count, 146097 + 1);
    count = 0;
    for (t = at("2000-01-01 00:00:00"); t < at("2400-01-01 00:00:00"); count++)
        t = gn_cron_next(&leap, NULL, t);
    assert_int_equal(count, 13 + 1); /* 97 leap days in 400 years */
    (void)forget(NULL);
}

static void the_shortest_gap_is_known(void **state)
{
    struct gn_cron cron = parse("* * * * *");

    (void)state;
    assert_int_equal(gn_cron_gap_s(&cron), 60);
    cron = parse("0 4,9 * * *");
    assert_int_equal(gn_cron_gap_s(&cron), 5 * 3600);
    cron = parse("50 59 23 * * *");
    assert_int_equal(gn_cron_gap_s(&cron), 24 * 3600);
    cron = parse("0 0 29 2 *");
    assert_int_equal(gn_cron_gap_s(&cron), 1461 * 24 * 3600);
    cron = parse("1,3 0 0 * * *");
    assert_int_equal(gn_cron_gap_s(&cron), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(times_follow_one_another),
        cmocka_unit_test(random_lines_are_as_watched),
        cmocka_unit_test(each_year_has_its_days),
        cmocka_unit_test(the_shortest_gap_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
