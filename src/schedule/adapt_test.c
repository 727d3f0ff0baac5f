/* adapt_test.c - where intervals settle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/random.h"
#include "schedule/adapt.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct gn_adapt bounds = {15 * MINUTE, 12 * HOUR};

static void it_moves_within_its_bounds(void **state)
{
    static const struct {
        int64_t interval;
        bool changed;
        int64_t next;
    } cases[] = {
        {HOUR, true, 30 * MINUTE},
        {HOUR, false, 90 * MINUTE},
        {20 * MINUTE, true, 15 * MINUTE},
        {15 * MINUTE, true, 15 * MINUTE},
        {10 * HOUR, false, 12 * HOUR},
        {12 * HOUR, false, 12 * HOUR},
        {DAY, true, 6 * HOUR}, /* as if it had been within them */
        {0, false, 22 * MINUTE + 30000},
    };
    const struct gn_adapt tiny = {1, 4};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            gn_adapt_next_ms(&bounds, cases[i].interval, cases[i].changed),
            cases[i].next);
    assert_int_equal(gn_adapt_next_ms(&tiny, 1, false), 2);
    assert_true(gn_adapts(&bounds));
    assert_false(gn_adapts(&(struct gn_adapt){0}));
}

static void freshness_lengthens_it_only(void **state)
{
    (void)state;
    assert_int_equal(gn_adapt_wait_ms(&bounds, HOUR, 0), HOUR);
    assert_int_equal(gn_adapt_wait_ms(&bounds, HOUR, MINUTE), HOUR);
    assert_int_equal(gn_adapt_wait_ms(&bounds, HOUR, 3 * HOUR), 3 * HOUR);
    assert_int_equal(gn_adapt_wait_ms(&bounds, HOUR, 30 * DAY), 12 * HOUR);
    assert_int_equal(gn_adapt_wait_ms(&bounds, HOUR, INT64_MAX), 12 * HOUR);
}

/* A page that changes at random, each mean ms: the mean interval between many
 * fetches. */
static double settle(int64_t mean, int64_t *least, int64_t *most)
{
    uint64_t seed = 3;
    int64_t interval = HOUR;
    double sum = 0;

    for (int i = 0; i < 21000; i++) {
        const double quiet = exp(-(double)interval / (double)mean);

        interval = gn_adapt_next_ms(&bounds, interval,
                                    gn_random_fraction(&seed) >= quiet);
        assert_true(interval >= bounds.least_ms && interval <= bounds.most_ms);
        if (i < 1000)
            continue;
        sum += (double)interval;
        *least = interval < *least ? interval : *least;
        *most = interval > *most ? interval : *most;
    }
    return sum / 20000;
}

static void it_settles_at_half_the_time_between_changes(void **state)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;

    (void)state;
    for (int64_t mean = 2 * HOUR; mean <= 8 * HOUR; mean += HOUR) {
        const double at = settle(mean, &least, &most);

        assert_true(at > 0.4 * (double)mean && at < 0.7 * (double)mean);
    }
    /* bounds are bounds */
    assert_true(settle(MINUTE, &least, &most) < 15.1 * MINUTE);
    assert_true(settle(900 * DAY, &least, &most) > 11.9 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_moves_within_its_bounds),
        cmocka_unit_test(freshness_lengthens_it_only),
        cmocka_unit_test(it_settles_at_half_the_time_between_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
