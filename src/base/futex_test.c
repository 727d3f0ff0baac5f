/* futex_test.c - a wait ends by a wake, a changed word, or its deadline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/futex.h"
#include "base/thread.h"

static atomic_uint word;

static void *change(void *unused)
{
    (void)unused;
    atomic_store(&word, 1);
    gn_futex_wake(&word);
    return NULL;
}

static void a_change_ends_the_wait(void **state)
{
    pthread_t thread;

    (void)state;
    atomic_store(&word, 0);
    assert_int_equal(gn_thread_start(&thread, change, NULL, NULL), GARNER_OK);
    while (atomic_load(&word) == 0)
        assert_true(gn_futex_wait(&word, 0, INT64_MAX));
    gn_thread_join(thread);
}

static void another_value_does_not_wait(void **state)
{
    (void)state;
    atomic_store(&word, 5);
    assert_true(gn_futex_wait(&word, 4, INT64_MAX));
}

static void the_deadline_ends_the_wait(void **state)
{
    const int64_t deadline_ns = gn_clock_monotonic_ns() + 2000000;

    (void)state;
    atomic_store(&word, 5);
    while (gn_futex_wait(&word, 5, deadline_ns))
        assert_true(gn_clock_monotonic_ns() < deadline_ns);
    assert_true(gn_clock_monotonic_ns() >= deadline_ns);
}

static void a_wake_may_come_too_late(void **state)
{
    (void)state;
    gn_futex_wake(&word); /* nobody waits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_ends_the_wait),
        cmocka_unit_test(another_value_does_not_wait),
        cmocka_unit_test(the_deadline_ends_the_wait),
        cmocka_unit_test(a_wake_may_come_too_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
