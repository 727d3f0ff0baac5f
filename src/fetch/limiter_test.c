/* limiter_test.c - bytes a second, at any rate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/limiter.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)

static void debts_are_paid_off(void **state)
{
    struct gn_limiter l = {.rate = 1000};
    int64_t now = 100 * SECOND;

    (void)state;
    assert_true(gn_limiter_admits(&l, now));
    gn_limiter_take(&l, 100, now); /* what a burst has */
    assert_true(gn_limiter_admits(&l, now));
    gn_limiter_take(&l, 1, now);
    assert_false(gn_limiter_admits(&l, now));
    assert_false(gn_limiter_admits(&l, now + MS - 1));
    assert_true(gn_limiter_admits(&l, now + MS));
    gn_limiter_take(&l, 5000, now + MS); /* beyond it */
    assert_false(gn_limiter_admits(&l, now + 5001 * MS - 1));
    assert_true(gn_limiter_admits(&l, now + 5001 * MS));
}

static void what_nobody_took_is_lost(void **state)
{
    struct gn_limiter l = {.rate = 1000};

    (void)state;
    gn_limiter_take(&l, 1, SECOND);
    gn_limiter_take(&l, 101, 1000 * SECOND);
    assert_false(gn_limiter_admits(&l, 1000 * SECOND));
}

/* Whoever takes as much as there is gets the rate, whatever the chunks. */
static void the_rate_is_kept(void **state)
{
    static const struct {
        int64_t rate;
        int64_t chunk;
    } cases[] = {{1, 1},          {1024, 16384},           {1000000, 16384},
                 {1000000, 1},    {100000000, 16384},      {999999937, 16384},
                 {7, 1000000000}, {1000000000, 1000000000}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t rate = cases[i].rate;
        const int64_t chunk = cases[i].chunk;
        struct gn_limiter l = {.rate = rate};
        int64_t now = SECOND;
        int64_t taken = 0;

        for (int tick = 0; tick < 1000; tick++, now += 10 * MS)
            for (int n = 0; n < 100 && gn_limiter_admits(&l, now); n++) {
                gn_limiter_take(&l, chunk, now);
                taken += chunk;
            }
        assert_true(taken <= rate * 10 + rate / 10 + chunk + 1);
        if (chunk * 10000 > rate) /* else our ticks are too few */
            assert_true(taken >= rate * 9 || chunk >= rate * 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(debts_are_paid_off),
        cmocka_unit_test(what_nobody_took_is_lost),
        cmocka_unit_test(the_rate_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
