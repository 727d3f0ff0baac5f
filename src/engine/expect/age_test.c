/* age_test.c - how old is too old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/expect/age.h"

#define NOW_NS  INT64_C(7000000000)
#define WALL_US INT64_C(1700000000000000)

static void it_counts_from_the_last_good_run_or_later(void **state)
{
    static const struct {
        int64_t good_us, watched_us, from_ns;
    } cases[] = {
        {WALL_US - 2, 0, NOW_NS - 2000},
        {WALL_US - 2, WALL_US - 5, NOW_NS - 2000},
        {WALL_US - 5, WALL_US - 2, NOW_NS - 2000},
        {0, WALL_US - 9000000, NOW_NS - 9000000000}, /* before it was booted */
        {WALL_US, WALL_US - 5, NOW_NS},
        {WALL_US + 100, WALL_US - 5, NOW_NS}, /* the clock was set back */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            gn_age_from(cases[i].good_us, cases[i].watched_us, WALL_US, NOW_NS),
            cases[i].from_ns);
}

static void it_is_stale_when_older(void **state)
{
    static const struct {
        int64_t max_age_ms, from_ns;
        bool stale;
    } cases[] = {
        {10, NOW_NS, false},
        {10, NOW_NS - 10000000, false},
        {10, NOW_NS - 10000001, true},
        {0, NOW_NS - 10000001, false},
        {0, INT64_MIN / 2, false},
        {316224000000, NOW_NS - 10000001, false}, /* ten years */
        {1, -WALL_US * 1000, true},               /* since 1970 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            gn_age_is_stale(cases[i].max_age_ms, cases[i].from_ns, NOW_NS),
            cases[i].stale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_from_the_last_good_run_or_later),
        cmocka_unit_test(it_is_stale_when_older),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
