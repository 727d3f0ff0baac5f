/* spec_test.c - due times as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schedule/spec.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S  (1000 * MS)

#define SPEC(every, jitter, aligned)                                           \
    {                                                                          \
        .every_ms = (every), .jitter_ms = (jitter), .align = (aligned)         \
    }

static void specs_out_of_range_are_refused(void **state)
{
    static const struct {
        struct gn_spec spec;
        const char *reason; /* NULL: fine */
    } cases[] = {
        {SPEC(0, 0, false), NULL},
        {SPEC(1, 0, false), NULL},
        {SPEC(1000, 999, true), NULL},
        {SPEC(GN_EVERY_MAX_MS, 0, true), NULL},
        {SPEC(-1, 0, false), "interval"},
        {SPEC(GN_EVERY_MAX_MS + 1, 0, false), "interval"},
        {SPEC(1000, 1000, false), "jitter"},
        {SPEC(1000, -1, false), "jitter"},
        {SPEC(0, 1, false), "jitter needs"},
        {SPEC(0, 0, true), "align needs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {GARNER_OK, 0, ""};

        assert_int_equal(gn_spec_check(&cases[i].spec, &err),
                         cases[i].reason == NULL ? GARNER_OK : GARNER_INVALID);
        if (cases[i].reason != NULL)
            assert_non_null(strstr(err.message, cases[i].reason));
    }
}

static void the_first_slot_is_at_or_after_now(void **state)
{
    static const struct {
        struct gn_spec spec;
        double phase;
        int64_t start_ns;
        int64_t now_ns;
        int64_t wall_us;
        int64_t slot_ns;
    } cases[] = {
        /* no interval: at once, but not before the start */
        {SPEC(0, 0, false), 0.5, 7 * S, 9 * S, 0, 9 * S},
        {SPEC(0, 0, false), 0.5, 7 * S, 5 * S, 0, 7 * S},
        /* phases count from the start */
        {SPEC(1000, 0, false), 0, 7 * S, 7 * S, 5, 7 * S},
        {SPEC(1000, 0, false), 0.25, 7 * S, 7 * S, 5, 7250 * MS},
        {SPEC(1000, 0, false), 0.25, 7 * S, 7250 * MS, 5, 7250 * MS},
        {SPEC(1000, 0, false), 0.25, 7 * S, 7251 * MS, 5, 8250 * MS},
        {SPEC(1000, 0, false), 0.25, 7 * S, 99 * S, 5, 99250 * MS},
        /* aligned: multiples of the wall clock, wherever the start was */
        {SPEC(1000, 0, true), 0.25, 7 * S, 8 * S, 1500000, 8500 * MS},
        {SPEC(1000, 0, true), 0.25, 7 * S, 8 * S, 2000000, 8 * S},
        {SPEC(1000, 0, true), 0, 7 * S, 8 * S, 1999999, 8 * S + 1000},
        {SPEC(1000, 0, true), 0, 0, 8 * S, 2000001, 9 * S - 1000},
        {SPEC(60000, 0, true), 0, 0, 0, -1000000, 1 * S},
        {SPEC(60000, 0, true), 0, 0, 0, -59000000, 59 * S},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_spec_first(&cases[i].spec, cases[i].phase,
                                       cases[i].start_ns, cases[i].now_ns,
                                       cases[i].wall_us),
                         cases[i].slot_ns);
}

static void the_slot_after_follows_without_drift(void **state)
{
    const struct gn_spec spec = SPEC(1000, 0, false);

    (void)state;
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 0), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7999 * MS, 0), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 8 * S, 0), 9 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 70100 * MS, 0), 71 * S);
}

static void aligned_slots_follow_the_wall_clock(void **state)
{
    const struct gn_spec spec = SPEC(1000, 0, true);

    (void)state;
    /* clocks in step: the slot at 7 s was at wall 100 s */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100000000), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7001 * MS, 100001000), 8 * S);
    /* slowed by a millisecond: the same slot is not due again */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 99999000), 8001 * MS);
    /* set on by 300 ms: a shorter wait; by 600 ms: too short, a longer one */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100300000), 7700 * MS);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100600000), 8400 * MS);
    /* set back by an hour and 400 ms */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100000000 - 3600400000),
                     8400 * MS);
}

static void jitter_is_a_part_of_its_bound(void **state)
{
    const struct gn_spec spec = SPEC(1000, 400, false);
    const struct gn_spec none = SPEC(1000, 0, false);

    (void)state;
    assert_int_equal(gn_spec_jitter_ns(&spec, 0), 0);
    assert_int_equal(gn_spec_jitter_ns(&spec, 0.75), 300 * MS);
    assert_int_equal(gn_spec_jitter_ns(&none, 0.75), 0);
}

/* --- on the wall clock --------------------------------------------------- */

#define MIN  INT64_C(60000000) /* microseconds */
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)

/* Of a day, a Thursday. */
#define THURSDAY (INT64_C(1795651200) * 1000000)

static struct gn_cron cron_of(const char *text)
{
    struct gn_cron cron;

    assert_int_equal(gn_cron_parse(text, &cron, NULL), GARNER_OK);
    return cron;
}

static struct gn_window window_of(const char *text)
{
    struct gn_window window;

    assert_int_equal(gn_window_parse(text, &window, NULL), GARNER_OK);
    return window;
}

static void what_does_not_go_together_is_refused(void **state)
{
    const struct gn_cron daily = cron_of("@daily");
    const struct gn_cron hourly = cron_of("@hourly");
    const struct gn_window office = window_of("mon-fri 08:00-18:00");
    const struct {
        struct gn_spec spec;
        const char *reason; /* NULL: fine */
    } cases[] = {
        {{.cron = &daily}, NULL},
        {{.cron = &daily, .once = true, .queue = true}, NULL},
        {{.cron = &daily, .jitter_ms = 86399999}, NULL},
        {{.cron = &daily, .jitter_ms = 86400000}, "less than the 1d"},
        {{.cron = &hourly, .jitter_ms = 3600000}, "less than the 1h"},
        {{.cron = &hourly, .jitter_ms = -1}, "jitter"},
        {{.cron = &daily, .every_ms = 1}, "cron and every"},
        {{.cron = &daily, .align = true}, "cron and align"},
        {{.cron = &hourly, .window = &office}, NULL},
        {{.cron = &daily, .window = &office}, "within the window"},
        {{.every_ms = 1000, .window = &office}, NULL},
        {{.every_ms = GN_EVERY_MAX_MS, .window = &office}, NULL},
        {{.every_ms = 86400000, .align = true, .window = &office}, "within"},
        {{.every_ms = 3600000, .align = true, .window = &office}, NULL},
        {{.window = &office}, "window needs"},
        {{.once = true}, "missed: once needs"},
        {{.every_ms = 1000, .adapt = {1000, 1000}}, NULL},
        {{.every_ms = 1000, .jitter_ms = 499, .adapt = {500, 2000}}, NULL},
        {{.every_ms = 1000, .jitter_ms = 500, .adapt = {500, 2000}}, "jitter"},
        {{.every_ms = 1000, .adapt = {1001, 2000}}, "from 1.001s to 2s"},
        {{.every_ms = 2001, .adapt = {1000, 2000}}, "out of range"},
        {{.every_ms = 1, .adapt = {0, 2000}}, "out of range"},
        {{.every_ms = 1, .adapt = {1, GN_EVERY_MAX_MS + 1}}, "out of range"},
        {{.every_ms = 1, .align = true, .adapt = {1, 2}}, "adapt and align"},
        {{.cron = &daily, .every_ms = 1, .adapt = {1, 2}}, "cron and adapt"},
        {{.queue = true}, "overlap: queue needs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {GARNER_OK, 0, ""};

        assert_int_equal(gn_spec_check(&cases[i].spec, &err),
                         cases[i].reason == NULL ? GARNER_OK : GARNER_INVALID);
        if (cases[i].reason != NULL)
            assert_non_null(strstr(err.message, cases[i].reason));
    }
}

static void slots_are_within_the_window(void **state)
{
    const struct gn_window office = window_of("mon-fri 08:00-18:00");
    const struct gn_cron line = cron_of("10 4,16 * * *");
    const struct gn_spec by_cron = {.cron = &line, .window = &office};
    const struct gn_spec aligned = {
        .every_ms = 3600000, .align = true, .window = &office};
    const struct gn_spec hourly = {.every_ms = 3600000, .window = &office};
    const struct gn_spec daily = {.every_ms = 86400000, .window = &office};

    (void)state;
    assert_int_equal(gn_spec_wall_first(&by_cron, 0, THURSDAY),
                     THURSDAY + 16 * HOUR + 10 * MIN);
    assert_int_equal(
        gn_spec_wall_first(&by_cron, 0, THURSDAY + 16 * HOUR + 10 * MIN),
        THURSDAY + 16 * HOUR + 10 * MIN);
    assert_int_equal(
        gn_spec_wall_first(&by_cron, 0, THURSDAY + 16 * HOUR + 10 * MIN + 1),
        THURSDAY + DAY + 16 * HOUR + 10 * MIN);
    assert_int_equal(gn_spec_wall_first(&aligned, 0.3, THURSDAY),
                     THURSDAY + 8 * HOUR);
    assert_int_equal(
        gn_spec_wall_first(&aligned, 0.3, THURSDAY + 17 * HOUR + 1),
        THURSDAY + DAY + 8 * HOUR);
    /* spread over the first hour of it, or all of it */
    assert_int_equal(gn_spec_wall_first(&hourly, 0.25, THURSDAY),
                     THURSDAY + 8 * HOUR + 15 * MIN);
    assert_int_equal(gn_spec_wall_first(&daily, 0.25, THURSDAY - DAY / 2),
                     THURSDAY + 8 * HOUR + 150 * MIN);
    assert_int_equal(gn_spec_wall_first(&hourly, 0.25, THURSDAY + 9 * HOUR),
                     THURSDAY + 9 * HOUR + 15 * MIN);
    /* on Saturday it is Monday's */
    assert_int_equal(gn_spec_wall_first(&hourly, 0.5, THURSDAY + 2 * DAY),
                     THURSDAY + 4 * DAY + 8 * HOUR + 30 * MIN);
}

static struct gn_window office;
static struct gn_window always;
static struct gn_cron line;
static struct gn_cron each;

static const struct {
    struct gn_spec spec;
    int64_t slot;
    int64_t now;
    uint64_t came;
    int64_t last;
    int64_t next;
} passed[] = {
    {{.cron = &line}, 0, 0, 1, 0, 10 * MIN},
    {{.cron = &line}, 0, 10 * MIN - 1, 1, 0, 10 * MIN},
    {{.cron = &line}, 0, 10 * MIN, 2, 10 * MIN, 20 * MIN},
    {{.cron = &line}, 0, DAY, 145, DAY, DAY + 10 * MIN},
    {{.cron = &line, .window = &office},
     17 * HOUR,
     DAY,
     6,
     17 * HOUR + 50 * MIN,
     DAY + 8 * HOUR},
    {{.every_ms = 3600000, .window = &office},
     9 * HOUR,
     9 * HOUR + 1,
     1,
     9 * HOUR,
     10 * HOUR},
    {{.every_ms = 3600000, .window = &office},
     9 * HOUR,
     DAY,
     9,
     17 * HOUR,
     DAY + 8 * HOUR + 30 * MIN},
    {{.every_ms = 3600000, .window = &office},
     9 * HOUR,
     DAY + 9 * HOUR,
     10,
     DAY + 8 * HOUR + 30 * MIN,
     DAY + 9 * HOUR + 30 * MIN},
    {{.every_ms = 3600000, .align = true, .window = &office},
     9 * HOUR,
     4 * DAY + 12 * HOUR,
     24,
     4 * DAY + 12 * HOUR,
     4 * DAY + 13 * HOUR},
    {{.every_ms = 1, .window = &always},
     0,
     300 * DAY,
     300 * 86400000ULL + 1,
     300 * DAY,
     300 * DAY + 1000},
    /* it ends */
    {{.cron = &each}, 0, DAY, 10000, 9999 * INT64_C(1000000), DAY + 1000000},
};

static void slots_that_came_are_counted(void **state)
{
    (void)state;
    office = window_of("mon-fri 08:00-18:00");
    always = window_of("00:00-24:00");
    line = cron_of("*/10 * * * *");
    each = cron_of("* * * * * *");
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        int64_t last;
        int64_t next;

        assert_int_equal(
            gn_spec_wall_pass(&passed[i].spec, 0.5, THURSDAY + passed[i].slot,
                              THURSDAY + passed[i].now, &last, &next),
            passed[i].came);
        assert_int_equal(last, THURSDAY + passed[i].last);
        assert_int_equal(next, THURSDAY + passed[i].next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs_out_of_range_are_refused),
        cmocka_unit_test(the_first_slot_is_at_or_after_now),
        cmocka_unit_test(the_slot_after_follows_without_drift),
        cmocka_unit_test(aligned_slots_follow_the_wall_clock),
        cmocka_unit_test(jitter_is_a_part_of_its_bound),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(slots_are_within_the_window),
        cmocka_unit_test(slots_that_came_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
