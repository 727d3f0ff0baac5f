/* interrupt_test.c - SIGINT leaves a mark, and the program. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/interrupt.h"

static void a_signal_leaves_a_mark(void **state)
{
    (void)state;
    gn_interrupt_catch();
    assert_false(atomic_load(gn_interrupt_mark()));
    for (int times = 0; times < 2; times++) {
        assert_int_equal(raise(SIGINT), 0);
        assert_true(atomic_load(gn_interrupt_mark()));
        atomic_store(gn_interrupt_mark(), false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_leaves_a_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
