/* timing_test.c - schedules in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cli/timing.h"
#include "config/load.h"

static void a_schedule_is_told_as_it_is(void **state)
{
    static const struct {
        const char *schedule;
        int64_t interval_ms;
        const char *said;
    } cases[] = {
        {"10s", 0, "every 10s"},
        {"{ every: 10s, align: true, jitter: 500ms, missed: drop }", 0,
         "every 10s, aligned to the clock, jitter up to 500ms"},
        {"{ cron: '*/5 * * * *' }", 0, "cron \"*/5 * * * *\" (UTC)"},
        {"{ cron: '10 4 * * *', tz: Europe/London, jitter: 5m }", 0,
         "cron \"10 4 * * *\" (Europe/London), jitter up to 5m"},
        {"{ every: 1h, window: 'mon-fri 08:00-18:00', tz: Asia/Tokyo }", 0,
         "every 1h, within mon-fri 08:00-18:00 (Asia/Tokyo)"},
        {"{ cron: '@hourly', window: '22:00-06:00' }", 0,
         "cron \"@hourly\", within 22:00-06:00 (UTC)"},
        {"{ adapt: 15m..12h }", 0,
         "every 15m to 12h, as often as it changes: 15m now"},
        {"{ every: 30m, adapt: 15m..12h }", 0,
         "every 15m to 12h, as often as it changes: 30m now"},
        {"{ adapt: 15m..12h }", 7200000,
         "every 15m to 12h, as often as it changes: 2h now"},
        {"{ adapt: 15m..12h }", 1, /* the file had other bounds */
         "every 15m to 12h, as often as it changes: 15m now"},
        {"{ every: 1s, overlap: queue, missed: once }", 0,
         "every 1s, what comes during a fetch starts after it (overlap: queue),"
         " what is missed is made up for by one fetch (missed: once)"},
        {NULL, 0, "none: once, at the collector's start"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf file = {0};
        struct gn_buf said = {0};
        struct gn_config config;

        gn_buf_text(&file, "garner: 1\nsources:\n  a:\n    url: http://h/\n");
        if (cases[i].schedule != NULL)
            gn_buf_printf(&file, "    schedule: %s\n", cases[i].schedule);
        assert_int_equal(gn_config_parse("f", gn_buf_cstr(&file), file.size,
                                         &config, NULL, NULL),
                         GARNER_OK);
        gn_timing_schedule(&config.sources[0], cases[i].interval_ms, &said);
        assert_string_equal(gn_buf_cstr(&said), cases[i].said);
        gn_config_fini(&config);
        gn_buf_fini(&said);
        gn_buf_fini(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schedule_is_told_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
