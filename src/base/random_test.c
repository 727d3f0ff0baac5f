/* random_test.c - the known sequence, and an even spread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

static void the_sequence_is_the_known_one(void **state)
{
    uint64_t seed = 1234567;

    (void)state;
    assert_true(gn_random_next(&seed) == UINT64_C(6457827717110365317));
    assert_true(gn_random_next(&seed) == UINT64_C(3203168211198807973));
    assert_true(gn_random_next(&seed) == UINT64_C(9817491932198370423));
}

static void fractions_are_spread_evenly(void **state)
{
    uint64_t seed = 0;
    int counts[10] = {0};

    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double f = gn_random_fraction(&seed);

        assert_true(f >= 0 && f < 1);
        counts[(int)(f * 10)]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(counts[i], 9500, 10500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sequence_is_the_known_one),
        cmocka_unit_test(fractions_are_spread_evenly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
