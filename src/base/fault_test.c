/* fault_test.c - a hook is met at each point, and left alone once it is gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <string.h>

#include "base/fault.h"
#include "base/thread.h"

static int without_hook(void **state)
{
    (void)state;
    gn_fault_set(NULL, NULL);
    return 0;
}

static void note(void *context, const char *point)
{
    char *end = (char *)context + strlen(context);

    memcpy(end, point, strlen(point) + 1);
}

static void each_point_is_told_to_the_hook_that_is_set(void **state)
{
    char points[64] = "";
    char others[64] = "";

    (void)state;
    GN_FAULT("none;");
    gn_fault_set(note, points);
    GN_FAULT("a;");
    GN_FAULT("b;");
    gn_fault_set(note, others);
    GN_FAULT("c;");
    gn_fault_set(NULL, NULL);
    GN_FAULT("d;");
    assert_string_equal(points, "a;b;");
    assert_string_equal(others, "c;");
}

static atomic_bool entered;
static atomic_bool released;
static atomic_bool gone;
static atomic_bool gone_too_early;

static void stay(void *context, const char *point)
{
    (void)point;
    atomic_store((atomic_bool *)context, true);
    while (!atomic_load(&released))
        sched_yield();
    atomic_store(&gone_too_early, atomic_load(&gone));
}

static void *come_by(void *unused)
{
    GN_FAULT("stop");
    return unused;
}

static void *take_back(void *unused)
{
    gn_fault_set(NULL, NULL);
    atomic_store(&gone, true);
    return unused;
}

/* Whoever takes a hook back may free its context. */
static void a_hook_is_gone_once_no_thread_is_in_it(void **state)
{
    pthread_t in_it;
    pthread_t taking;

    (void)state;
    gn_fault_set(stay, &entered);
    assert_int_equal(gn_thread_start(&in_it, come_by, NULL, NULL), 0);
    while (!atomic_load(&entered))
        sched_yield();
    assert_int_equal(gn_thread_start(&taking, take_back, NULL, NULL), 0);
    for (int i = 0; i < 10000 && !atomic_load(&gone); i++)
        sched_yield(); /* time to be wrong in */
    atomic_store(&released, true);
    gn_thread_join(in_it);
    gn_thread_join(taking);
    assert_true(atomic_load(&gone));
    assert_false(atomic_load(&gone_too_early));
}

#define WITHOUT(f) cmocka_unit_test_teardown(f, without_hook)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITHOUT(each_point_is_told_to_the_hook_that_is_set),
        WITHOUT(a_hook_is_gone_once_no_thread_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
