/* crowd_test.c - crowds are found again; phases leave no wide gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/random.h"
#include "schedule/crowd.h"

enum { MANY = 300 };

static void each_interval_has_its_own(void **state)
{
    struct gn_crowds crowds = {0};
    uint64_t counts[MANY] = {0};
    uint64_t seed = 8;

    (void)state;
    for (int i = 0; i < 20 * MANY; i++) {
        const uint64_t every = gn_random_next(&seed) % MANY;
        struct gn_crowd *crowd = gn_crowds_find(&crowds, (int64_t)every);

        assert_non_null(crowd);
        assert_int_equal(crowd->every_ms, every);
        assert_int_equal(crowd->count++, counts[every]++);
    }
    for (size_t i = 1; i < crowds.count; i++)
        assert_true(crowds.all[i].every_ms > crowds.all[i - 1].every_ms);
    gn_crowds_fini(&crowds);
    assert_null(crowds.all);
    gn_mem_fail_at(1);
    assert_null(gn_crowds_find(&crowds, 1));
    assert_int_equal(crowds.count, 0);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void no_gap_is_wide(void **state)
{
    struct gn_crowd crowd = {.every_ms = 1};
    double phases[MANY];

    (void)state;
    assert_true(gn_crowd_phase(&crowd) == 0);
    while (crowd.count < MANY) {
        double sorted[MANY + 1];
        const size_t n = (size_t)crowd.count + 1;

        phases[crowd.count] = gn_crowd_phase(&crowd);
        crowd.count++;
        for (size_t i = 0; i < n; i++)
            sorted[i] = phases[i];
        qsort(sorted, n, sizeof sorted[0], by_size);
        sorted[n] = 1;
        for (size_t i = 0; i < n; i++)
            assert_true((sorted[i + 1] - sorted[i]) * (double)n < 2.62);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_interval_has_its_own),
        cmocka_unit_test(no_gap_is_wide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
