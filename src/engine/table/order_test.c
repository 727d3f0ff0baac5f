/* order_test.c - values as SQL compares them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/table/order.h"

static int compare(struct garner_value a, struct garner_value b)
{
    struct garner_value values[] = {a, b};
    static char *names[] = {"a"};
    static const size_t columns[] = {0};
    const struct gn_rowset rows = {
        .columns = names, .column_count = 1, .values = values, .row_count = 2};
    const struct gn_order order = {&rows, columns, 1};
    const int there = gn_order_compare(&order, 0, 1);
    const int back = gn_order_compare(&order, 1, 0);

    assert_true((there > 0) == (back < 0) && (there == 0) == (back == 0));
    return (there > 0) - (there < 0);
}

static void values_compare_as_in_sql(void **state)
{
    (void)state;
    assert_int_equal(compare(garner_integer(1), garner_real(1)), 0);
    assert_int_equal(compare(garner_integer(1), garner_real(1.5)), -1);
    assert_int_equal(compare(garner_integer(1), garner_integer(2)), -1);
    assert_int_equal(compare(garner_integer(INT64_MAX), garner_real(0x1p63)),
                     -1);
    assert_int_equal(compare(garner_text("1"), garner_integer(1)) == 0, 0);
    assert_int_equal(compare(garner_text("a"), garner_blob("a", 1)) == 0, 0);
    assert_int_equal(compare(garner_text("a"), garner_text("ab")), -1);
    assert_int_equal(compare(garner_text("b"), garner_text("ab")), 1);
    assert_int_equal(compare(garner_text(""), garner_text("")), 0);
}

static void rows_are_sorted_by_some_columns(void **state)
{
    static char *names[] = {"a", "b", "c"};
    static const size_t columns[] = {2, 0};
    struct garner_value values[] = {
        garner_integer(2), garner_integer(9), garner_text("x"),
        garner_null(),     garner_integer(8), garner_text("x"),
        garner_integer(1), garner_integer(7), garner_text("x"),
        garner_integer(2), garner_integer(6), garner_text("x"),
        garner_integer(3), garner_integer(5), garner_text("a")};
    const struct gn_rowset rows = {
        .columns = names, .column_count = 3, .values = values, .row_count = 5};
    const struct gn_order order = {&rows, columns, 2};
    size_t sorted[5];

    (void)state;
    assert_int_equal(gn_order_sort(&order, sorted), 4);
    assert_int_equal(sorted[0], 4);
    assert_int_equal(sorted[1], 2);
    assert_int_equal(sorted[2], 0);
    assert_int_equal(sorted[3], 3);
    assert_int_equal(gn_order_compare(&order, 0, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_compare_as_in_sql),
        cmocka_unit_test(rows_are_sorted_by_some_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
