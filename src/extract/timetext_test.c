/* timetext_test.c - times as they are found, and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/timetext.h"

/* What text is, in UTC as the C library writes it; "-": no time. */
static const char *show(const char *text, const char *hint)
{
    static char out[64];
    const size_t size = strlen(text);
    char *exact = gn_alloc(size + (size == 0));
    struct gn_timehint h = {0};
    struct gn_timeunix t;
    bool found;

    for (size_t i = 0; i < size; i++)
        exact[i] = text[i];
    if (hint != NULL)
        assert_true(gn_timehint_read(hint, strlen(hint), &h));
    found = gn_timetext_read(exact, size, &h, &t);
    gn_free(exact);
    if (found) {
        const time_t at = (time_t)t.seconds;
        struct tm tm;

        assert_non_null(gmtime_r(&at, &tm));
        strftime(out, sizeof out, "%Y-%m-%d %H:%M:%S", &tm);
        if (t.nanoseconds != 0)
            snprintf(out + strlen(out), 16, ".%09d", t.nanoseconds);
    }
    return found ? out : "-";
}

struct test_case {
    const char *text;
    const char *expected;
};

static void check(const struct test_case *cases, size_t count, const char *hint)
{
    for (size_t i = 0; i < count; i++) {
        const char *seen = show(cases[i].text, hint);

        if (strcmp(seen, cases[i].expected) != 0)
            fail_msg("\"%s\" is %s, not %s", cases[i].text, seen,
                     cases[i].expected);
    }
}

#define CHECK(cases, hint) check(cases, sizeof(cases) / sizeof(cases)[0], hint)

static void of_http_and_mail(void **state)
{
    static const struct test_case cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06 08:49:37"},
        {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06 08:49:37"},
        {"Sun Nov  6 08:49:37 1994", "1994-11-06 08:49:37"},
        {"Sun Nov  6 08:49:37 PST 1994", "1994-11-06 16:49:37"},
        {"Sun Nov 6 08:49:37 +0100 1994", "1994-11-06 07:49:37"},
        {"Sun, 06 Nov 1994 08:49:37 -0500 (EST)", "1994-11-06 13:49:37"},
        {"Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21 15:55:06"},
        {"21 Nov 97 09:55:06 GMT", "1997-11-21 09:55:06"},
        {"Thu, 13 Feb 69 23:32 -0330", "1969-02-14 03:02:00"},
        {"6 Nov 126 08:49 UT", "2026-11-06 08:49:00"},
        {"Wed, 09 Jun 2021 10:18:14 GMT", "2021-06-09 10:18:14"},
        {"Wed, 09-Jun-2021 10:18:14 GMT", "2021-06-09 10:18:14"},
        {"10/Oct/2000:13:55:36 -0700", "2000-10-10 20:55:36"},
        {"Sun, 31 Dec 2016 23:59:60 GMT", "2017-01-01 00:00:00"},
    };

    (void)state;
    CHECK(cases, NULL);
}

static void of_feeds(void **state)
{
    static const struct test_case cases[] = {
        {"6 Nov 1994 08:49:37 GMT", "1994-11-06 08:49:37"},
        {"sun, 6 nov 1994 8:49:37 gmt", "1994-11-06 08:49:37"},
        {"Sun, 6 November 1994 08:49 EST", "1994-11-06 13:49:00"},
        {"Sun,06 Nov 1994 08:49:37GMT", "1994-11-06 08:49:37"},
        {"  Sun, 06 Nov 1994 08:49:37 GMT\r\n", "1994-11-06 08:49:37"},
        {"Sun, 06 Nov 1994 08:49:37 GMT+1", "1994-11-06 07:49:37"},
        {"Sun, 06 Nov 1994 08:49:37 UTC+01:00", "1994-11-06 07:49:37"},
        {"Mon Sep 07 2026 12:00:00 GMT+0200 (CEST)", "2026-09-07 10:00:00"},
        {"1. September 2026", "2026-09-01 00:00:00"},
        {"Tue, 1. Sep. 2026 12:00", "2026-09-01 12:00:00"},
        {"1.September 2026", "2026-09-01 00:00:00"},
        {"1. 9. 2026", "-"},
        {"1. Mai 2026", "-"},
        {"1.", "-"},
        {"Tues, 01 Sept. 2026 12:00:00 Z", "2026-09-01 12:00:00"},
        {"Tue, 01 Sep 26 12:00 CEST", "2026-09-01 10:00:00"},
        {"Tue, 01 Sep 49 12:00", "2049-09-01 12:00:00"},
        {"Tue, 01 Sep 50 12:00", "1950-09-01 12:00:00"},
        {"September 1, 2026 1:05 PM", "2026-09-01 13:05:00"},
        {"Sep 1st, 2026 at 12:05am EDT", "2026-09-01 04:05:00"},
        {"1 September 2026", "2026-09-01 00:00:00"},
        {"Tue 01 Sep 2026 12:00:00.5 +0000", "2026-09-01 12:00:00.500000000"},
        {"2026 Sep 1 12:00", "2026-09-01 12:00:00"},
        {"2026-Sep-01 12:00", "2026-09-01 12:00:00"},
        {"31.12.2026 23:59", "2026-12-31 23:59:00"},
        {"1.2.26", "2026-02-01 00:00:00"},
        {"13/2/2026", "2026-02-13 00:00:00"},
        {"2/13/2026 1:00 pm", "2026-02-13 13:00:00"},
        {"3/3/2026", "2026-03-03 00:00:00"},
    };

    (void)state;
    CHECK(cases, NULL);
}

/* Sections 5.8 of RFC 3339, A.1 and A.5 of RFC 5322, 2 of RFC 850; those of RFC
 * 9110, section 5.6.7, are above. */
static void of_the_rfcs(void **state)
{
    static const struct test_case cases[] = {
        {"1985-04-12T23:20:50.52Z", "1985-04-12 23:20:50.520000000"},
        {"1996-12-19T16:39:57-08:00", "1996-12-20 00:39:57"},
        {"1990-12-31T23:59:60Z", "1991-01-01 00:00:00"},
        {"1990-12-31T15:59:60-08:00", "1991-01-01 00:00:00"},
        {"1937-01-01T12:00:27.87+00:20", "1937-01-01 11:40:27.870000000"},
        {"Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01 08:52:37"},
        {"Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
         "               -0330 (Newfoundland Time)",
         "1969-02-14 03:02:00"},
        {"Friday, 19-Nov-82 16:14:55 EST", "1982-11-19 21:14:55"},
    };

    (void)state;
    CHECK(cases, NULL);
}

static void of_iso_8601(void **state)
{
    static const struct test_case cases[] = {
        {"2026-09-07T12:34:56Z", "2026-09-07 12:34:56"},
        {"2026-09-07t12:34:56z", "2026-09-07 12:34:56"},
        {"2026-09-07 12:34:56", "2026-09-07 12:34:56"},
        {"2026-09-07T12:34", "2026-09-07 12:34:00"},
        {"2026-09-07", "2026-09-07 00:00:00"},
        {"2026-9-7", "2026-09-07 00:00:00"},
        {"2026-09", "2026-09-01 00:00:00"},
        {"2026-09-07T12:34:56.789+02:00", "2026-09-07 10:34:56.789000000"},
        {"2026-09-07T12:34:56,7890123456-0130",
         "2026-09-07 14:04:56.789012345"},
        {"2026-09-07 12:34:56+02", "2026-09-07 10:34:56"},
        {"2026-09-07 12:34:56 +0200", "2026-09-07 10:34:56"},
        {"2026-09-07 12:34:56 CET", "2026-09-07 11:34:56"},
        {"2026-09-07T12:34+02:00[Europe/Berlin]", "2026-09-07 10:34:00"},
        {"2026-09-07Z", "2026-09-07 00:00:00"},
        {"2026-09-07-05:00", "2026-09-07 05:00:00"},
        {"20260907T123456Z", "2026-09-07 12:34:56"},
        {"20260907T1234+0100", "2026-09-07 11:34:00"},
        {"20260907", "2026-09-07 00:00:00"},
        {"20260907123456", "2026-09-07 12:34:56"},
        {"2026/09/07 12:34", "2026-09-07 12:34:00"},
        {"2026-W37-1", "2026-09-07 00:00:00"},
        {"2026W371T12:00Z", "2026-09-07 12:00:00"},
        {"2026-W01", "2025-12-29 00:00:00"},
        {"2026-W53-7", "2027-01-03 00:00:00"},
        {"2026-001", "2026-01-01 00:00:00"},
        {"2024-366T24:00", "2025-01-01 00:00:00"},
        {"0001-01-01T00:00:00Z", "1-01-01 00:00:00"},
        {"9999-12-31T23:59:59Z", "9999-12-31 23:59:59"},
    };

    (void)state;
    CHECK(cases, NULL);
}

static void since_1970(void **state)
{
    static const struct test_case cases[] = {
        {"1788784496", "2026-09-07 12:34:56"},
        {"1788784496.25", "2026-09-07 12:34:56.250000000"},
        {"-1788784496.25", "1913-04-26 11:25:03.750000000"},
        {"1788784496250", "2026-09-07 12:34:56.250000000"},
        {"1788784496250000", "2026-09-07 12:34:56.250000000"},
        {"1788784496250000001", "2026-09-07 12:34:56.250000001"},
        {"9999999999999999999", "-"},
        {"17887844962500000010", "-"},
        {"123456789", "1973-11-29 21:33:09"},
        {"12345678", "-"}, /* no month 56 */
        {"0", "-"},
        {"1788784496.", "-"},
    };

    (void)state;
    CHECK(cases, NULL);
}

static void no_times(void **state)
{
    static const struct test_case cases[] = {
        {"", "-"},
        {" ", "-"},
        {"yesterday", "-"},
        {"12:34", "-"},
        {"2026", "-"},
        {"Sep 2026", "-"},
        {"1.2.3", "-"},
        {"7/9/2026", "-"},
        {"2026-13-01", "-"},
        {"2026-02-29", "-"},
        {"2026-00-10", "-"},
        {"2026-04-31", "-"},
        {"2026-366", "-"},
        {"2026-W54", "-"},
        {"2026-W00", "-"},
        {"2026-W10-8", "-"},
        {"0000-01-01", "-"},
        {"2026-09-07T25:00", "-"},
        {"2026-09-07T24:01", "-"},
        {"2026-09-07T12:60", "-"},
        {"2026-09-07T12", "-"},
        {"2026-09-07T", "-"},
        {"2026-09-07 12:34:56 IST", "-"},
        {"2026-09-07 12:34:56 Europe/Berlin", "-"},
        {"2026-09-07 12:34:56 +2500", "-"},
        {"2026-09-07 12:34:56 +0100 +0100", "-"},
        {"2026-09-07 12:34:56 12:34:56", "-"},
        {"2026-09-07 13:34 PM", "-"},
        {"2026-09-07 - 2026-09-08", "-"},
        {"Sun, 32 Nov 1994 08:49:37 GMT", "-"},
        {"Sun, 06 Nov Dec 1994 08:49:37 GMT", "-"},
        {"Sun, 06 Foo 1994 08:49:37 GMT", "-"},
        {"6 Nov 1994 (", "-"},
        {"(x) 6 Nov 1994", "-"},
        {"+0100", "-"},
        {"6 Nov 1994\xc2\xa0", "-"},
    };
    char text[300] = "6 Nov 1994 (";

    (void)state;
    CHECK(cases, NULL);
    memset(text + 12, 'x', 280);
    text[292] = ')';
    assert_string_equal(show(text, NULL), "-");
}

static void hints(void **state)
{
    (void)state;
    assert_string_equal(show("7/9/2026", "dmy"), "2026-09-07 00:00:00");
    assert_string_equal(show("7/9/2026", "MDY"), "2026-07-09 00:00:00");
    assert_string_equal(show("7-9-26", "mdy"), "2026-07-09 00:00:00");
    assert_string_equal(show("13/9/2026", "mdy"), "-");
    assert_string_equal(show("7.9.2026", NULL), "2026-09-07 00:00:00");
    assert_string_equal(show("2026-09-07 12:00", "+02:00"),
                        "2026-09-07 10:00:00");
    assert_string_equal(show("2026-09-07 12:00", "CET"), "2026-09-07 11:00:00");
    assert_string_equal(show("2026-09-07 12:00Z", "CET"),
                        "2026-09-07 12:00:00");
    assert_string_equal(show("7/9/2026 12:00", " dmy GMT+1"),
                        "2026-09-07 11:00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_http_and_mail),
        cmocka_unit_test(of_feeds),
        cmocka_unit_test(of_the_rfcs),
        cmocka_unit_test(of_iso_8601),
        cmocka_unit_test(since_1970),
        cmocka_unit_test(no_times),
        cmocka_unit_test(hints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
