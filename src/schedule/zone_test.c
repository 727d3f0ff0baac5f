/* zone_test.c - real zones, beside the C library; clocks that are set on and
 * back; files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/random.h"
#include "schedule/zone_testing.h"

enum { LOOKS = 4000 };

static void the_c_library_agrees(void **state)
{
    static const char *const names[] = {"Europe/London",
                                        "America/New_York",
                                        "Australia/Lord_Howe",
                                        "Africa/Casablanca",
                                        "Pacific/Apia",
                                        "Asia/Kolkata",
                                        "America/Nuuk",
                                        "Europe/Dublin",
                                        "Asia/Tehran",
                                        "America/Sao_Paulo",
                                        "Pacific/Kiritimati",
                                        "Antarctica/Troll",
                                        "America/Scoresbysund",
                                        "Asia/Gaza",
                                        "Etc/GMT+12",
                                        "Pacific/Kwajalein",
                                        "UTC"};
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct gn_zone *zone = find(names[i]);

        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int n = 0; n < LOOKS; n++) {
            /* 1870 to 2400 */
            const time_t t =
                (time_t)(gn_random_next(&seed) % UINT64_C(16725000000)) -
                INT64_C(3155000000);
            struct tm tm;

            assert_non_null(localtime_r(&t, &tm));
            if (gn_zone_local(zone, t) != t + tm.tm_gmtoff)
                fail_msg("%s at %lld: %lld is not %ld", names[i], (long long)t,
                         (long long)gn_zone_local(zone, t) - t, tm.tm_gmtoff);
        }
    }
    assert_int_equal(unsetenv("TZ"), 0);
    (void)forget(NULL);
}

/* Periods follow one another without a gap. Returns how many there are. */
static int count_periods(const char *name)
{
    const struct gn_zone *zone = find(name);
    int64_t t = at("1700-01-01 00:00:00");
    int count = 0;

    assert_true(gn_zone_period(zone, t).from == INT64_MIN);
    for (; t < at("2400-01-01 00:00:00"); count++) {
        const struct gn_period p = gn_zone_period(zone, t);

        assert_true(p.from == t || count == 0);
        assert_true(t < p.until);
        assert_true(p.until == INT64_MAX ||
                    gn_zone_period(zone, p.until - 1).from == p.from);
        t = p.until;
    }
    return count;
}

static void periods_are_whole(void **state)
{
    const int count = count_periods("Europe/London");

    (void)state;
    assert_true(count > 2 * 400 && count < 2 * 500);
    assert_true(count_periods("Asia/Tehran") > 10); /* it has given it up */
    assert_int_equal(count_periods("Etc/GMT+12"), 1);
    (void)forget(NULL);
}

static void a_local_time_has_one_instant(void **state)
{
    static const struct {
        const char *zone;
        const char *local;
        const char *utc;
    } cases[] = {
        {"UTC", "2026-11-26 05:00:00", "2026-11-26 05:00:00"},
        {"Europe/London", "2026-03-29 00:59:59", "2026-03-29 00:59:59"},
        /* 01:00 to 02:00 does not exist */
        {"Europe/London", "2026-03-29 01:00:00", "2026-03-29 01:00:00"},
        {"Europe/London", "2026-03-29 01:30:00", "2026-03-29 01:00:00"},
        {"Europe/London", "2026-03-29 02:00:00", "2026-03-29 01:00:00"},
        {"Europe/London", "2026-03-29 02:00:01", "2026-03-29 01:00:01"},
        /* 01:00 to 02:00 exists twice: the first counts */
        {"Europe/London", "2026-10-25 00:59:59", "2026-10-24 23:59:59"},
        {"Europe/London", "2026-10-25 01:00:00", "2026-10-25 00:00:00"},
        {"Europe/London", "2026-10-25 01:59:59", "2026-10-25 00:59:59"},
        {"Europe/London", "2026-10-25 02:00:00", "2026-10-25 02:00:00"},
        {"America/New_York", "2026-03-08 02:30:00", "2026-03-08 07:00:00"},
        {"America/New_York", "2026-11-01 01:30:00", "2026-11-01 05:30:00"},
        {"America/New_York", "2400-11-05 01:30:00", "2400-11-05 05:30:00"},
        /* half an hour */
        {"Australia/Lord_Howe", "2026-10-04 02:10:00", "2026-10-03 15:30:00"},
        {"Australia/Lord_Howe", "2026-10-04 02:30:00", "2026-10-03 15:30:00"},
        {"Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00"},
        {"Australia/Lord_Howe", "2026-04-05 02:00:00", "2026-04-04 15:30:00"},
        /* a day that was skipped, and one that came twice */
        {"Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30 09:59:59"},
        {"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 10:00:00"},
        {"Pacific/Apia", "2011-12-31 00:00:00", "2011-12-30 10:00:00"},
        {"Pacific/Apia", "1892-07-04 12:00:00", "1892-07-03 23:26:56"},
        /* Ramadan */
        {"Africa/Casablanca", "2026-02-15 01:59:59", "2026-02-15 00:59:59"},
        {"Africa/Casablanca", "2026-02-15 03:00:00", "2026-02-15 03:00:00"},
        {"Africa/Casablanca", "2026-03-22 02:30:00", "2026-03-22 02:00:00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t utc =
            gn_zone_first(find(cases[i].zone), at(cases[i].local));

        if (utc != at(cases[i].utc))
            fail_msg("%s %s: %+lld s", cases[i].zone, cases[i].local,
                     (long long)(utc - at(cases[i].utc)));
    }
    (void)forget(NULL);
}

static void what_clocks_have_reached_never_falls(void **state)
{
    static const char *const names[] = {"Europe/London", "Australia/Lord_Howe",
                                        "Africa/Casablanca", "Pacific/Apia"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct gn_zone *zone = find(names[i]);
        int64_t most = INT64_MIN;

        for (int64_t t = at("2011-01-01 00:00:00");
             t < at("2013-01-01 00:00:00"); t += 600) {
            const int64_t local = gn_zone_local(zone, t);

            most = local > most ? local : most;
            assert_true(gn_zone_reached(zone, t) >= most);
            assert_true(gn_zone_reached(zone, t) < most + 600);
            assert_true(gn_zone_first(zone, most) <= t);
            assert_true(gn_zone_first(zone, most + 600) > t);
        }
    }
    assert_int_equal(
        gn_zone_reached(find("Europe/London"), at("2026-10-25 01:10:00")),
        at("2026-10-25 01:59:59"));
    (void)forget(NULL);
}

static void wrong_names_are_refused(void **state)
{
    static const char *const names[] = {"",
                                        "Europe",
                                        "Europe/Londn",
                                        "../zoneinfo/UTC",
                                        "/etc/passwd",
                                        "UTC\n",
                                        "zone1970.tab",
                                        "Europe/London/x"};
    const struct gn_zone *zone;
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(gn_zones_find(&zones, names[i], &memory, &zone, &err),
                         GARNER_INVALID);
        assert_non_null(strstr(err.message, "install"));
        assert_null(zone);
    }
    assert_true(find("Asia/Tokyo") == find("Asia/Tokyo")); /* read once */
    (void)forget(NULL);
}

static void memory_may_run_out(void **state)
{
    const struct gn_zone *zone;
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        struct gn_arena small = {0};
        struct gn_zones none = {0};

        gn_mem_fail_at(nth);
        code = gn_zones_find(&none, "Europe/London", &small, &zone, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true((zone != NULL) == (code == GARNER_OK));
        assert_true(nth < 10);
        gn_arena_clear(&small);
    }
}

/* A file of the shortest kind, to be spoilt. */
static size_t make(unsigned char *file, const char *footer)
{
    static const unsigned char magic[] = {'T', 'Z', 'i', 'f', '2'};
    static const unsigned char an_hour[] = {0, 0,   0x0e, 0x10, 0,
                                            0, 'X', 'Y',  'Z',  0};
    size_t size = 0;

    for (int block = 0; block < 2; block++) {
        memset(file + size, 0, 44);
        memcpy(file + size, magic, sizeof magic);
        file[size + 39] = 1; /* types */
        file[size + 43] = 4; /* bytes of names */
        size += 44;
        memcpy(file + size, an_hour, sizeof an_hour);
        size += sizeof an_hour;
    }
    while (*footer != '\0')
        file[size++] = (unsigned char)*footer++;
    return size;
}

static bool is_good(const unsigned char *file, size_t size)
{
    struct gn_zone *zone;

    return gn_zone_parse(file, size, &memory, &zone, NULL) == GARNER_OK;
}

static void spoilt_files_are_refused(void **state)
{
    static const struct {
        size_t at;
        unsigned char byte;
    } wrong[] = {{0, 'X'},     {4, 0},        {54, 'X'},     {54 + 4, 0},
                 {39, 9},      {54 + 39, 0},  {54 + 39, 2},  {54 + 36, 1},
                 {54 + 31, 1}, {54 + 35, 1},  {54 + 32, 99}, {54 + 43, 5},
                 {54 + 43, 3}, {98 + 1, 0x40}};
    unsigned char file[200];
    size_t size = make(file, "\nXYZ-1\n");

    (void)state;
    assert_true(is_good(file, size));
    for (size_t i = 0; i < size; i++)
        assert_false(is_good(file, i));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const unsigned char was = file[wrong[i].at];

        file[wrong[i].at] = wrong[i].byte;
        if (is_good(file, size))
            fail_msg("byte %zu", wrong[i].at);
        file[wrong[i].at] = was;
    }
    assert_true(is_good(file, make(file, "\n\n")));
    assert_false(is_good(file, make(file, "\nXYZ-1")));
    assert_false(is_good(file, make(file, "\nXYZ-1x\n")));
    (void)forget(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_c_library_agrees),
        cmocka_unit_test(periods_are_whole),
        cmocka_unit_test(a_local_time_has_one_instant),
        cmocka_unit_test(what_clocks_have_reached_never_falls),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(spoilt_files_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
