/* rule_test.c - rules as POSIX writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule/civil.h"
#include "schedule/rule.h"

static int64_t at(int64_t year, int month, int day, int hour)
{
    return gn_civil_days(year, month, day) * GN_DAY_S + (int64_t)hour * 3600;
}

static void rules_are_read(void **state)
{
    static const char *const good[] = {
        "UTC0",
        "<+0545>-5:45",
        "EST5EDT,M3.2.0,M11.1.0",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "XXX3EDT4,0/0,J365/23",
        "AAA-1:02:03BBB,J1/-167,365/167:59:59",
    };
    static const char *const bad[] = {
        "",
        "UT",
        "UTC",
        "UTC0x",
        "UTC25",
        "UTC0:60",
        "UTC1:",
        "<UTC0",
        "UTC0DST",
        "UTC0DST,",
        "UTC0DST,M3.2.0",
        "UTC0DST,M3.2.0,",
        "A1B,0,1",
        "UTC0DST,M13.1.0,M1.1.0",
        "UTC0DST,M1.6.0,M1.1.0",
        "UTC0DST,M1.0.0,M1.1.0",
        "UTC0DST,M1.1.7,M1.1.0",
        "UTC0DST,J0,J1",
        "UTC0DST,J366,J1",
        "UTC0DST,366,1",
        "UTC0DST,1/168,2",
        "UTC0DST,1,2x",
        "UTC0DST,1/,2",
        "UTC0DST,M1-1.0,2",
        "UTC0DST-27,1,2",
        "UTC0000000000000000000DST,1,2",
    };
    struct gn_rule rule;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (!gn_rule_parse(good[i], &rule))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (gn_rule_parse(bad[i], &rule))
            fail_msg("%s", bad[i]);
    assert_true(gn_rule_parse("<-0330>3:30<-02>2:0:5,J60/1:2:3,9", &rule));
    assert_int_equal(rule.standard, -12600);
    assert_int_equal(rule.summer, -7205);
    assert_int_equal(rule.begin.second, 3723);
    assert_int_equal(rule.end.second, 7200);
    assert_true(gn_rule_parse("AAA-1BBB,9,99", &rule));
    assert_int_equal(rule.summer, 7200);
}

static void periods_are_those_of_the_rule(void **state)
{
    struct gn_rule rule;
    struct gn_period p;

    (void)state;
    assert_true(gn_rule_parse("CET-1CEST,M3.5.0,M10.5.0/3", &rule));
    p = gn_rule_period(&rule, at(2026, 7, 1, 0));
    assert_true(p.from == at(2026, 3, 29, 1) && p.until == at(2026, 10, 25, 1));
    assert_int_equal(p.offset, 7200);
    p = gn_rule_period(&rule, at(2026, 1, 1, 0));
    assert_true(p.from == at(2025, 10, 26, 1) && p.until == at(2026, 3, 29, 1));
    assert_int_equal(p.offset, 3600);
    /* in the south, summer is at the new year */
    assert_true(gn_rule_parse("NZST-12NZDT,M9.5.0,M4.1.0/3", &rule));
    p = gn_rule_period(&rule, at(2026, 1, 1, 0));
    assert_true(p.from == at(2025, 9, 27, 14) && p.until == at(2026, 4, 4, 14));
    assert_int_equal(p.offset, 13 * 3600);
    /* leap days: J60 is March 1, and day 60 is not always */
    assert_true(gn_rule_parse("AAA0BBB,J60/0,60/12", &rule));
    assert_true(gn_rule_period(&rule, at(2027, 3, 1, 1)).from ==
                at(2027, 3, 1, 0));
    assert_true(gn_rule_period(&rule, at(2028, 2, 29, 12)).from ==
                at(2027, 3, 2, 11));
    assert_true(gn_rule_period(&rule, at(2028, 3, 1, 1)).until ==
                at(2028, 3, 1, 11));
    /* all year long, and none */
    assert_true(gn_rule_parse("XXX3EDT4,0/0,J365/23", &rule));
    assert_int_equal(gn_rule_period(&rule, at(2026, 1, 1, 3)).offset,
                     -4 * 3600);
    assert_int_equal(gn_rule_period(&rule, at(2026, 1, 1, 2)).offset,
                     -4 * 3600);
    assert_true(gn_rule_parse("UTC0", &rule));
    p = gn_rule_period(&rule, 0);
    assert_true(p.from == INT64_MIN && p.until == INT64_MAX && p.offset == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(periods_are_those_of_the_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
