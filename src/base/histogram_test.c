/* histogram_test.c - quantiles true to a bucket, at both ends of the range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/histogram.h"

static void an_empty_one_says_0(void **state)
{
    struct gn_histogram h = {0};

    (void)state;
    assert_int_equal(gn_histogram_quantile(&h, 0.5), 0);
    assert_int_equal(gn_histogram_at_most(&h, INT64_MAX), 0);
}

static void quantiles_are_true_to_6_percent(void **state)
{
    static const double quantiles[] = {0.01, 0.1, 0.5, 0.9, 0.99, 0.999};
    struct gn_histogram h = {0};

    (void)state;
    for (int64_t i = 1; i <= 100000; i++)
        gn_histogram_add(&h, i * 7);
    assert_int_equal(h.count, 100000);
    assert_int_equal(h.max, 700000);
    assert_int_equal(h.sum, INT64_C(7) * 100000 * 100001 / 2);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        const double exact = quantiles[i] * 700000;
        const double got = (double)gn_histogram_quantile(&h, quantiles[i]);

        assert_true(got >= exact);
        assert_true(got <= exact * 1.0625 + 1);
    }
    assert_int_equal(gn_histogram_quantile(&h, 1), 700000);
}

static void each_value_lies_in_its_bucket(void **state)
{
    (void)state;
    for (int64_t value = 0; value < INT64_C(31) << 35;
         value += 1 + value / 37) {
        struct gn_histogram h = {0};

        gn_histogram_add(&h, value);
        gn_histogram_add(&h, INT64_MAX);
        assert_true(gn_histogram_quantile(&h, 0.5) >= value);
        assert_true(gn_histogram_quantile(&h, 0.5) <= value + value / 16);
        assert_int_equal(gn_histogram_at_most(&h, value), 1);
        if (value > 0)
            assert_int_equal(gn_histogram_at_most(&h, value - value / 15 - 1),
                             0);
    }
}

static void two_are_as_one(void **state)
{
    struct gn_histogram a = {0};
    struct gn_histogram b = {0};

    (void)state;
    gn_histogram_add(&a, 10);
    gn_histogram_add(&b, 1000);
    gn_histogram_add(&b, 20);
    gn_histogram_merge(&a, &b);
    assert_int_equal(a.count, 3);
    assert_int_equal(a.sum, 1030);
    assert_int_equal(a.max, 1000);
    assert_int_equal(gn_histogram_quantile(&a, 0.3), 10);
    assert_int_equal(gn_histogram_quantile(&a, 0.6), 20);
    assert_int_equal(gn_histogram_quantile(&a, 1), 1000);
}

static void values_outside_count_at_the_ends(void **state)
{
    struct gn_histogram h = {0};

    (void)state;
    gn_histogram_add(&h, -5);
    gn_histogram_add(&h, INT64_C(1) << 50);
    assert_int_equal(gn_histogram_quantile(&h, 0.5), 0);
    assert_int_equal(gn_histogram_quantile(&h, 1), INT64_C(1) << 50);
    assert_int_equal(gn_histogram_at_most(&h, -1), 0);
    assert_int_equal(gn_histogram_at_most(&h, 0), 1);
    assert_int_equal(gn_histogram_at_most(&h, INT64_MAX), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_says_0),
        cmocka_unit_test(quantiles_are_true_to_6_percent),
        cmocka_unit_test(each_value_lies_in_its_bucket),
        cmocka_unit_test(two_are_as_one),
        cmocka_unit_test(values_outside_count_at_the_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
