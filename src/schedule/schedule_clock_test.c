/* schedule_clock_test.c - slots by the wall clock, and that clock set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule/schedule_testing.h"

/* 2026-11-26, a Thursday, 00:00. */
#define THURSDAY_US (INT64_C(1795651200) * 1000000)
#define HOUR        (3600 * S)

static struct gn_cron hourly_line(void)
{
    struct gn_cron line;

    assert_int_equal(gn_cron_parse("0 * * * *", &line, NULL), GARNER_OK);
    return line;
}

static struct gn_due *pop_at(struct gn_schedule *s, int64_t now_ns,
                             int64_t shift_us, int64_t *due_at)
{
    return gn_schedule_pop(s, now_ns, THURSDAY_US + now_ns / 1000 + shift_us,
                           due_at);
}

static void a_cron_line_is_due_by_the_wall_clock(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec spec = {.cron = &line, .jitter_ms = 60000};
    struct gn_schedule *s = begin(10 * S);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    assert_int_equal(
        gn_schedule_add(s, &due, &spec, 10 * S, THURSDAY_US + 10000000, NULL),
        GARNER_OK);
    for (int64_t hour = 1; hour < 50; hour++) {
        const int64_t next = gn_schedule_next_ns(s);

        assert_true(next >= hour * HOUR && next < hour * HOUR + 60 * S);
        assert_null(pop_at(s, next - 1, 0, &due_at));
        assert_non_null(pop_at(s, next, 0, &due_at));
        assert_int_equal(due_at, next);
        gn_schedule_finish(s, &due);
    }
    assert_non_null(pop_at(s, 52 * HOUR + 1800 * S, 0, &due_at));
    assert_int_equal(due_at, 52 * HOUR);
    assert_int_equal(due.missed[GN_MISS_LATE], 2);
    assert_int_equal(due.due_count, 52);
    gn_schedule_free(s);
}

static void a_wall_clock_that_is_set_is_followed(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec spec = {.cron = &line};
    struct gn_schedule *s = begin(0);
    struct gn_due due[2];
    int64_t due_at;

    (void)state;
    add(s, &due[1], &each_second, 0); /* is not concerned */
    gn_schedule_finish(s, pop_at(s, 0, 0, &due_at));
    assert_int_equal(
        gn_schedule_add(s, &due[0], &spec, 0, THURSDAY_US + 1, NULL),
        GARNER_OK);
    gn_schedule_remove(s, &due[1]);
    /* 20 minutes on: sooner */
    assert_null(pop_at(s, 100 * S, 1200 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 2400 * S);
    /* slept for five hours: at once, and once */
    assert_non_null(pop_at(s, 200 * S, 18000 * INT64_C(1000000), &due_at));
    assert_int_equal(due[0].due_count, 5);
    assert_int_equal(due[0].missed[GN_MISS_LATE], 4);
    gn_schedule_finish(s, &due[0]);
    /* an hour back: no slot comes again */
    assert_null(pop_at(s, 300 * S, 14400 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 7200 * S);
    /* a day back: that clock counts */
    assert_null(pop_at(s, 300 * S, -72000 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 3600 * S);
    /* by so little it is not looked at again */
    assert_null(
        pop_at(s, 300 * S, -72000 * INT64_C(1000000) - 900000, &due_at));
    assert_non_null(
        pop_at(s, 3600 * S, -72000 * INT64_C(1000000) - 900000, &due_at));
    assert_int_equal(gn_schedule_slot_us(&due[0], 0, 0),
                     THURSDAY_US - 64800 * INT64_C(1000000));
    gn_schedule_free(s);
}

static void what_comes_sooner_then_comes_first(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec by_cron = {.cron = &line};
    const struct gn_spec by_every = {.every_ms = 1800000};
    struct gn_schedule *s = begin(0);
    struct gn_due due[9];
    int64_t due_at;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(gn_schedule_add(s, &due[i],
                                         i == 8 ? &by_cron : &by_every, 0,
                                         THURSDAY_US + 1, NULL),
                         GARNER_OK);
    while (gn_schedule_next_ns(s) < 1800 * S)
        gn_schedule_finish(s, pop_at(s, gn_schedule_next_ns(s), 0, &due_at));
    assert_null(pop_at(s, 1799 * S, 1790 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1800 * S);
    assert_null(pop_at(s, 1799 * S, 1800 * INT64_C(1000000) + 500000, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1799500 * MS);
    assert_ptr_equal(pop_at(s, 1799 * S, 1802 * INT64_C(1000000), &due_at),
                     &due[8]);
    assert_int_equal(due_at, 1798 * S);
    gn_schedule_free(s);
}

static void a_window_costs_no_slots(void **state)
{
    struct gn_window window;
    const struct gn_spec spec = {
        .every_ms = 60000, .window = &window, .once = true, .queue = true};
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;
    int runs = 0;

    (void)state;
    assert_int_equal(gn_window_parse("01:00-03:00", &window, NULL), GARNER_OK);
    assert_int_equal(gn_schedule_add(s, &due, &spec, 0, THURSDAY_US, NULL),
                     GARNER_OK);
    while (gn_schedule_next_ns(s) < 49 * HOUR) {
        const int64_t next = gn_schedule_next_ns(s);

        assert_true(next % (24 * HOUR) >= HOUR &&
                    next % (24 * HOUR) < 3 * HOUR);
        assert_non_null(pop_at(s, next, 0, &due_at));
        gn_schedule_finish(s, &due);
        runs++;
    }
    assert_int_equal(runs, 240);
    assert_int_equal(due.due_count, 240);
    assert_int_equal(missed(&due), 0);
    assert_non_null(pop_at(s, 51 * HOUR - 60 * S, 0, &due_at));
    gn_schedule_finish(s, &due);
    /* an interval that changes keeps to it */
    gn_schedule_adapt(s, &due, 30000, 51 * HOUR - 60 * S,
                      THURSDAY_US + (51 * HOUR - 60 * S) / 1000);
    assert_int_equal(gn_schedule_next_ns(s), 51 * HOUR - 30 * S);
    gn_schedule_adapt(s, &due, 60000, 51 * HOUR - 60 * S,
                      THURSDAY_US + (51 * HOUR - 60 * S) / 1000);
    assert_int_equal(gn_schedule_next_ns(s), 73 * HOUR);
    /* what waits, waits for it, too */
    gn_schedule_resume(s, &due, THURSDAY_US - 1, 60 * HOUR,
                       THURSDAY_US + 60 * HOUR / 1000);
    assert_null(pop_at(s, 60 * HOUR, 0, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 73 * HOUR);
    assert_non_null(pop_at(s, 73 * HOUR, 0, &due_at));
    gn_schedule_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cron_line_is_due_by_the_wall_clock),
        cmocka_unit_test(a_wall_clock_that_is_set_is_followed),
        cmocka_unit_test(what_comes_sooner_then_comes_first),
        cmocka_unit_test(a_window_costs_no_slots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
