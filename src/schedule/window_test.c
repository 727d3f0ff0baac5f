/* window_test.c - windows read and refused, when they open and close, and each
 * beside a clock that is watched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "schedule/window.h"
#include "schedule/zone_testing.h"

static struct gn_window parse(const char *text)
{
    struct gn_window w;
    struct garner_error err;

    if (gn_window_parse(text, &w, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return w;
}

static void windows_are_read(void **state)
{
    static const struct {
        const char *text;
        const char *spans; /* hours since Sunday 00:00 */
    } cases[] = {
        {"mon-fri 08:00-18:00", "32-42 56-66 80-90 104-114 128-138 "},
        {"8:00-9:00", "8-9 32-33 56-57 80-81 104-105 128-129 152-153 "},
        {"mon 22:00-06:00", "46-54 "},
        {"sat 22:00-6:00", "0-6 166-168 "},
        {"00:00-24:00", "0-168 "},
        {"00:00-00:00", "0-168 "},
        {"Sat,Sun 10:00-12:00", "10-12 154-156 "},
        {"sat , sun 10:00-12:00", "10-12 154-156 "},
        {"fri-mon 10:00-12:00", "10-12 34-36 130-132 154-156 "},
        {"  mon 08:00-10:00 ,mon 09:00-11:00, tue 1:00-2:00 ", "32-35 49-50 "},
        {"sun 18:00-24:00, mon 00:00-06:00", "18-30 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_window w = parse(cases[i].text);
        char text[200];
        size_t n = 0;

        for (size_t s = 0; s < w.count; s++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%d-%d ",
                                  w.spans[s].from / 60, w.spans[s].until / 60);
        assert_string_equal(text, cases[i].spans);
    }
}

static void wrong_windows_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "mon-fri",
        "08:00",
        "08:00-",
        "8-18",
        "08:00-18:00x",
        "08:00-18:00,",
        ",08:00-18:00",
        "08:00-18:60",
        "08:00-25:00",
        "24:00-08:00",
        "08:00-24:01",
        "8:0-9:00",
        "008:00-09:00",
        "mon- 08:00-09:00",
        "mon-fry 08:00-09:00",
        "monday 08:00-09:00",
        "mon, 08:00-09:00",
        "08:00-09:00 mon",
        "08:00-09:00;10:00-11:00",
    };
    struct gn_window w;
    struct garner_error err;
    char many[1600] = "";

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (gn_window_parse(bad[i], &w, &err) != GARNER_INVALID)
            fail_msg("%s", bad[i]);
        assert_non_null(strstr(err.message, "write one like"));
    }
    for (int i = 0; i < 12; i++)
        sprintf(many + strlen(many), "%s%02d:00-%02d:30", i > 0 ? "," : "",
                i * 2, i * 2);
    assert_int_equal(gn_window_parse(many, &w, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "more than 64"));
}

static void they_open_and_close(void **state)
{
    static const struct {
        const char *window;
        const char *zone;
        const char *at;
        const char *opens;
        const char *closes; /* after that; NULL: never */
    } cases[] = {
        /* a Thursday */
        {"mon-fri 08:00-18:00", "UTC", "2026-11-26 07:59", "2026-11-26 08:00",
         "2026-11-26 18:00"},
        {"mon-fri 08:00-18:00", "UTC", "2026-11-26 08:00", "2026-11-26 08:00",
         "2026-11-26 18:00"},
        {"mon-fri 08:00-18:00", "UTC", "2026-11-27 18:00", "2026-11-30 08:00",
         "2026-11-30 18:00"},
        {"22:00-06:00", "UTC", "2026-11-28 23:00", "2026-11-28 23:00",
         "2026-11-29 06:00"},
        {"00:00-24:00", "UTC", "2026-11-28 23:00", "2026-11-28 23:00", NULL},
        {"fri 20:00-24:00, sat 00:00-02:00", "UTC", "2026-11-26 00:00",
         "2026-11-27 20:00", "2026-11-28 02:00"},
        {"sat 22:00-06:00", "UTC", "2026-11-28 22:30", "2026-11-28 22:30",
         "2026-11-29 06:00"},
        {"08:00-18:00", "America/New_York", "2026-07-01 00:00",
         "2026-07-01 12:00", "2026-07-01 22:00"},
        {"08:00-18:00", "America/New_York", "2026-12-01 00:00",
         "2026-12-01 13:00", "2026-12-01 23:00"},
        /* its hour does not exist that day; or a part of it does */
        {"01:00-02:00", "Europe/London", "2026-03-29 00:30", "2026-03-30 00:00",
         "2026-03-30 01:00"},
        {"01:30-03:00", "Europe/London", "2026-03-29 00:30", "2026-03-29 01:00",
         "2026-03-29 02:00"},
        /* and a night of nine hours */
        {"22:00-06:00", "Europe/London", "2026-10-24 12:00", "2026-10-24 21:00",
         "2026-10-25 06:00"},
        {"fri 00:00-24:00", "Pacific/Apia", "2011-12-29 12:00",
         "2012-01-05 10:00", "2012-01-06 10:00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_window w = parse(cases[i].window);
        const struct gn_zone *zone = find(cases[i].zone);
        const int64_t opens = gn_window_opens(&w, zone, at(cases[i].at));

        if (opens != at(cases[i].opens))
            fail_msg("%s opens %+lld s", cases[i].window,
                     (long long)(opens - at(cases[i].opens)));
        assert_true(
            gn_window_closes(&w, zone, opens) ==
            (cases[i].closes != NULL ? at(cases[i].closes) : INT64_MAX));
    }
    (void)forget(NULL);
}

/* Minute by minute through a winter, the changes of the clocks among them. */
static void as_they_are_watched(void **state)
{
    static const char *const windows[] = {"mon-fri 08:00-18:00", "22:00-06:00",
                                          "sun 00:30-02:10",
                                          "sat,sun 01:00-23:59"};
    static const char *const names[] = {"Europe/London", "Australia/Lord_Howe",
                                        "Pacific/Apia"};

    (void)state;
    for (size_t i = 0; i < 12; i++) {
        const struct gn_window w = parse(windows[i % 4]);
        const struct gn_zone *zone = find(names[i / 4]);
        int64_t t = at("2011-09-01 00:00");
        int64_t opens = gn_window_opens(&w, zone, t);

        for (; t < at("2012-05-01 00:00"); t += 60) {
            /* in an hour that comes again it may be open again, unannounced */
            if (gn_zone_reached(zone, t) > gn_zone_local(zone, t))
                continue;
            if (t > opens)
                opens = gn_window_opens(&w, zone, t);
            assert_true(gn_window_has(&w, zone, t) == (t == opens));
            if (t == opens)
                assert_true(gn_window_closes(&w, zone, t) > t);
        }
    }
    (void)forget(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_read),
        cmocka_unit_test(wrong_windows_are_refused),
        cmocka_unit_test(they_open_and_close),
        cmocka_unit_test(as_they_are_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
