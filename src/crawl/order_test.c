/* order_test.c - which URL is first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/order.h"

/* In the order in which they are to be fetched. */
static const struct {
    int64_t priority;
    int depth;
} in_order[] = {
    {GN_ORDER_PRIORITY_MOST, 0},
    {GN_ORDER_PRIORITY_MOST, 7},
    {1000, 0},
    {5, 3},
    {5, GN_ORDER_DEPTH_MOST},
    {1, 0},
    {1, 100},
    {0, 0},
    {0, 1},
    {0, 2},
    {0, GN_ORDER_DEPTH_MOST},
    {-1, 0},
    {-5, 9},
    {-GN_ORDER_PRIORITY_MOST, 0},
    {-GN_ORDER_PRIORITY_MOST, GN_ORDER_DEPTH_MOST},
};

static void priority_counts_before_depth(void **state)
{
    int64_t last = -1;

    (void)state;
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        const int64_t rank =
            gn_order_rank(in_order[i].priority, in_order[i].depth);

        assert_true(rank > last);
        assert_int_equal(gn_order_priority(rank), in_order[i].priority);
        assert_int_equal(gn_order_depth(rank), in_order[i].depth);
        last = rank;
    }
}

static void what_is_beyond_counts_as_the_most(void **state)
{
    (void)state;
    assert_int_equal(gn_order_rank(INT64_MAX, 0),
                     gn_order_rank(GN_ORDER_PRIORITY_MOST, 0));
    assert_int_equal(
        gn_order_rank(INT64_MIN, INT32_MAX),
        gn_order_rank(-GN_ORDER_PRIORITY_MOST, GN_ORDER_DEPTH_MOST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priority_counts_before_depth),
        cmocka_unit_test(what_is_beyond_counts_as_the_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
