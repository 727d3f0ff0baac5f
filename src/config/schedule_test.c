/* schedule_test.c - the key schedule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load_testing.h"

static void all_keys_are_read(void **state)
{
    struct gn_config config = good(
        "garner: 1\n"
        "defaults: { schedule: { cron: '@hourly', tz: Asia/Tokyo } }\n"
        "sources:\n"
        "  a:\n"
        "    url: http://h/\n"
        "    schedule: { every: 10s, align: true, jitter: 500ms,\n"
        "                overlap: skip, missed: drop }\n"
        "  b:\n"
        "    url: http://h/\n"
        "    schedule: { tz: Europe/London, cron: '10 4 * * *', jitter: 5m,\n"
        "                overlap: queue, missed: once }\n"
        "  c:\n"
        "    url: http://h/\n"
        "    schedule: { every: 1h, window: 'mon-fri 08:00-18:00',\n"
        "                tz: Europe/London }\n"
        "  d: { url: http://h/, schedule: { cron: '@daily', tz: UTC } }\n"
        "  e: { url: http://h/ }\n"
        "  f: { url: http://h/, schedule: 90s }\n"
        "  g: { url: http://h/, schedule: { adapt: 15m..12h } }\n"
        "  h: { url: http://h/,\n"
        "       schedule: { every: 30m, adapt: 15m..12h } }\n");
    const struct gn_spec *a = &config.sources[0].schedule;
    const struct gn_spec *b = &config.sources[1].schedule;
    const struct gn_spec *c = &config.sources[2].schedule;
    const struct gn_spec *d = &config.sources[3].schedule;

    (void)state;
    assert_null(config.sources[0].written.cron); /* nothing of the default's */
    assert_string_equal(config.sources[1].written.cron, "10 4 * * *");
    assert_string_equal(config.sources[2].written.window,
                        "mon-fri 08:00-18:00");
    assert_string_equal(config.sources[2].written.zone, "Europe/London");
    assert_string_equal(config.sources[4].written.zone, "Asia/Tokyo");
    assert_int_equal(a->every_ms, 10000);
    assert_int_equal(a->jitter_ms, 500);
    assert_true(a->align && !a->queue && !a->once);
    assert_true(a->cron == NULL && a->window == NULL && a->zone == NULL);
    assert_true(b->queue && b->once);
    assert_int_equal(b->every_ms, 0); /* nothing of the default one's stays */
    assert_true(b->cron->minutes == 1 << 10 && b->cron->hours == 1 << 4);
    assert_non_null(b->zone);
    assert_true(c->cron == NULL && c->window->count == 5);
    assert_true(c->zone == b->zone); /* it was read once */
    assert_true(d->cron->hours == 1 && d->zone == NULL);
    assert_true(config.sources[4].schedule.cron->minutes == 1);
    assert_true(config.sources[4].schedule.zone != b->zone);
    assert_int_equal(config.sources[5].schedule.every_ms, 90000);
    assert_int_equal(config.sources[6].schedule.every_ms, 900000);
    assert_int_equal(config.sources[6].schedule.adapt.least_ms, 900000);
    assert_int_equal(config.sources[6].schedule.adapt.most_ms, 43200000);
    assert_int_equal(config.sources[7].schedule.every_ms, 1800000);
    gn_config_fini(&config);
}

static void wrong_values_are_problems(void **state)
{
    (void)state;
    bad_source("schedule: { align: true }",
               "3:11: schedule has no interval; write one like \"every: 10s\"");
    bad_source("schedule: 400d",
               "3:11: schedule: interval (every) of 400d is out of "
               "range: write 1ms to 366d");
    bad_source("schedule: 0s", "3:11: schedule is 0s; write at least 1ms");
    bad_source("schedule: { every: 1s, jitter: 1s }",
               "3:11: schedule: jitter of 1s is out of range: it must be "
               "less than the interval (every) of 1s");
    bad_source("schedule: { every: 1s, overlap: parallel }",
               "3:33: overlap: parallel is not available in this version; "
               "write skip or queue");
    bad_source("schedule: { every: 1s, missed: all }",
               "3:32: missed: all is not available in this version; write "
               "drop or once");
    bad_source("schedule: { every: often, jitter: 1s }",
               "3:20: every: \"often\" is not a duration; write a number and a "
               "unit, like 900ms, 5s, 1.5h, 30d");
}

static void wrong_cron_lines_and_windows_too(void **state)
{
    (void)state;
    bad_source("schedule: { cron: '10 4 * *' }",
               "3:19: a cron line has 5 fields (minute, hour, day, month, "
               "weekday), or 6 with seconds first; \"10 4 * *\" has 4");
    bad_source("schedule: { cron: '0 0 30 2 *' }",
               "3:19: the day of \"0 0 30 2 *\" never comes: none of its "
               "months is that long; choose another");
    bad_source("schedule: { cron: '@daily', every: 1d }",
               "3:11: schedule: cron and every do not go together: remove one "
               "of them");
    bad_source("schedule: { cron: '@daily', align: true }",
               "3:11: schedule: cron and align do not go together: remove one "
               "of them");
    bad_source("schedule: { cron: '0 4,5 * * *', jitter: 1h }",
               "3:11: schedule: jitter is out of range: it must be less than "
               "the 1h that are between some due times");
    bad_source("schedule: { cron: '0 4 * * *', window: '08:00-18:00' }",
               "3:11: schedule: no due time is within the window: change one "
               "of them");
    bad_source("schedule: { every: 1h, window: 8-18 }",
               "3:32: window: \"8-18\" is no span of time; write one like "
               "08:00-18:00, mon-fri 08:00-18:00 or sat,sun 22:00-06:00");
    bad_source("schedule: { cron: '@daily', tz: Europe/Londn }",
               "3:33: there is no time zone \"Europe/Londn\" in "
               "/usr/share/zoneinfo/; write one like Europe/London, or install "
               "the package tzdata");
    bad_source("schedule: { every: 1h, tz: Europe/London }",
               "3:28: tz is the time zone of cron and window, and there is "
               "neither; remove it");
    bad_source(
        "schedule: { adapt: 12h..15m }",
        "3:20: adapt is \"12h..15m\"; write the shortest and the longest "
        "interval, like 15m..12h");
    bad_source("schedule: { adapt: 15m }",
               "3:20: adapt is \"15m\"; write the shortest and the longest "
               "interval, like 15m..12h");
    bad_source("schedule: { every: 1h, adapt: 1m..5m }",
               "3:11: schedule: adapt from 1m to 5m is out of range: it must "
               "hold the interval (every), and be within 1ms and 366d");
    bad_source("schedule: { cron: '@daily', adapt: 1m..5m }",
               "3:11: schedule: cron and adapt do not go together: remove one "
               "of them");
    bad_source("schedule: { missed: once }",
               "3:11: schedule has no interval; write one like \"every: "
               "10s\"");
    bad_source("schedule: { cron: [1] }",
               "3:19: cron has a list where one value is needed");
}

static void lost_memory_is_told(void **state)
{
    static const char text[] =
        "garner: 1\n"
        "sources: { a: { url: http://h/, schedule: { cron: '@daily',\n"
        "  window: '00:00-12:00', tz: Europe/London } } }\n";
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        struct gn_config config;

        gn_mem_fail_at(nth);
        code = gn_config_parse("f", text, strlen(text), &config, NULL, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth < 100);
        gn_config_fini(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(wrong_values_are_problems),
        cmocka_unit_test(wrong_cron_lines_and_windows_too),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
