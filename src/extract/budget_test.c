/* budget_test.c - time that is over, and time that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "extract/budget.h"

static void it_is_spent_at_its_deadline(void **state)
{
    struct gn_budget b = {0};

    (void)state;
    gn_budget_arm(&b, 0);
    assert_true(gn_budget_spent(&b));
    assert_true(b.expired);
    gn_budget_arm(&b, 60000);
    assert_int_equal(b.limit_ms, 60000);
    assert_false(b.expired);
    assert_false(gn_budget_spent(&b));
    gn_budget_arm(&b, INT64_MAX);
    assert_false(gn_budget_spent(&b));
    assert_false(b.expired);
}

static void somebody_may_end_it(void **state)
{
    atomic_bool stop = false;
    struct gn_budget b = {.stop = &stop};

    (void)state;
    gn_budget_arm(&b, INT64_MAX);
    assert_false(gn_budget_spent(&b));
    assert_false(gn_budget_is_stopped(&b));
    atomic_store(&stop, true);
    assert_true(gn_budget_spent(&b));
    assert_true(gn_budget_is_stopped(&b));
    atomic_store(&stop, false);
    gn_budget_arm(&b, INT64_MAX);
    assert_false(gn_budget_spent(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_spent_at_its_deadline),
        cmocka_unit_test(somebody_may_end_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
