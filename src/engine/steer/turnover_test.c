/* turnover_test.c - entries; what comes and goes is in reload_test.c. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/steer/turnover.h"

static void nothing_comes_at_once(void **state)
{
    struct gn_flow flow = {.closed = false};
    struct gn_turnover t = {.flow = &flow};
    struct gn_entry *e = gn_entry_new(3);

    (void)state;
    gn_mutex_init(&flow.lock);
    assert_non_null(e);
    gn_turnover_tend(&t);
    gn_turnover_receive(&t);
    assert_false(gn_turnover_is_under_way(&t));
    assert_true(gn_turnover_rests(&t));
    t.leaving = 1;
    assert_true(gn_turnover_is_under_way(&t));
    flow.closed = true; /* its job is waited for, nothing else */
    assert_false(gn_turnover_is_under_way(&t));
    t.leaving = 0;
    t.entering = 1;
    assert_true(gn_turnover_is_under_way(&t));
    assert_false(gn_turnover_rests(&t));
    gn_turnover_come(&t, e);
    assert_int_equal(t.entering, 1);
    gn_mutex_fini(&flow.lock);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 4; at++) {
        gn_mem_fail_at(at);
        assert_null(gn_entry_new(3));
        gn_mem_fail_at(0);
    }
    gn_entry_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_at_once),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
