/* estimate_test.c - how long the rest takes, from given numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/estimate.h"

#define SECOND INT64_C(1000000)

static void a_steady_one_is_told(void **state)
{
    struct gn_estimate e = {0};

    (void)state;
    gn_estimate_add(&e, 0, 0, 100);
    assert_int_equal(e.left_us, -1);
    gn_estimate_add(&e, SECOND / 2, 5, 100); /* too little to tell */
    assert_int_equal(e.left_us, -1);
    gn_estimate_add(&e, 2 * SECOND, 20, 100);
    assert_true(e.per_s > 9.99 && e.per_s < 10.01);
    assert_in_range(e.left_us, 8 * SECOND - 10, 8 * SECOND + 10);
    assert_false(e.grows);
    gn_estimate_add(&e, 10 * SECOND, 100, 100);
    assert_int_equal(e.left_us, 0);
}

/* Four looks a second, as the screen has them. */
static void what_was_long_ago_does_not_count(void **state)
{
    struct gn_estimate e = {0};
    int64_t at = 0;
    uint64_t done = 0;

    (void)state;
    for (int i = 0; i < 400; i++, at += SECOND / 4)
        gn_estimate_add(&e, at, done += 25, 1000000);
    assert_true(e.per_s > 99.9 && e.per_s < 100.1);
    for (int i = 0; i < 120; i++, at += SECOND / 4)
        gn_estimate_add(&e, at, done += 1, 1000000);
    assert_true(e.per_s > 3.99 && e.per_s < 4.01);
    for (int i = 0; i < 120; i++, at += SECOND / 4)
        gn_estimate_add(&e, at, done, 1000000);
    assert_true(e.per_s == 0);
    assert_int_equal(e.left_us, -1);
}

static void what_grows_is_seen_to(void **state)
{
    struct gn_estimate e = {0};
    int64_t at = 0;

    (void)state;
    gn_estimate_add(&e, at, 0, 10);
    gn_estimate_add(&e, at += 2 * SECOND, 2, 20);
    assert_true(e.grows);
    gn_estimate_add(&e, at += 2 * SECOND, 2, 20); /* of late it did */
    assert_true(e.grows);
    for (int i = 0; i < 30; i++)
        gn_estimate_add(&e, at += SECOND, 2, 20);
    assert_false(e.grows);
}

static void a_new_beginning_is_noticed(void **state)
{
    struct gn_estimate e = {0};

    (void)state;
    gn_estimate_add(&e, 0, 100, 200);
    gn_estimate_add(&e, 2 * SECOND, 200, 200);
    gn_estimate_add(&e, 3 * SECOND, 0, 50); /* the next pass */
    assert_int_equal(e.left_us, -1);
    assert_false(e.grows);
    gn_estimate_add(&e, 5 * SECOND, 10, 50);
    assert_in_range(e.left_us, 8 * SECOND - 10, 8 * SECOND + 10);
    gn_estimate_add(&e, SECOND, 12, 50); /* the clock was set back */
    assert_int_equal(e.left_us, -1);
}

static void nothing_takes_for_ever(void **state)
{
    struct gn_estimate e = {0};

    (void)state;
    gn_estimate_add(&e, 0, 0, UINT64_MAX);
    gn_estimate_add(&e, 3600 * SECOND, 1, UINT64_MAX);
    assert_int_equal(e.left_us, 86400000 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_one_is_told),
        cmocka_unit_test(what_was_long_ago_does_not_count),
        cmocka_unit_test(what_grows_is_seen_to),
        cmocka_unit_test(a_new_beginning_is_noticed),
        cmocka_unit_test(nothing_takes_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
