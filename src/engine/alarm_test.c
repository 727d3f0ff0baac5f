/* alarm_test.c - rings, in time and not too often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/alarm.h"

struct bell {
    uv_loop_t loop;
    struct gn_alarm alarm;
    int rings;
    int wanted;
    int64_t again_ns; /* set again so long after now; below 0: before */
    int64_t last_ns;
};

static void rang(void *context)
{
    struct bell *b = context;
    const int64_t now_ns = gn_clock_monotonic_ns();

    b->rings++;
    b->last_ns = now_ns;
    if (b->rings < b->wanted)
        gn_alarm_set(&b->alarm, now_ns + b->again_ns);
    else
        uv_stop(&b->loop);
}

static void open_bell(struct bell *b, int wanted, int64_t again_ns)
{
    *b = (struct bell){.wanted = wanted, .again_ns = again_ns};
    assert_int_equal(uv_loop_init(&b->loop), 0);
    assert_int_equal(gn_alarm_init(&b->alarm, &b->loop, rang, b, NULL),
                     GARNER_OK);
}

static void close_bell(struct bell *b)
{
    gn_alarm_close(&b->alarm);
    assert_int_equal(uv_run(&b->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&b->loop), 0);
}

static void it_rings_in_time(void **state)
{
    const int64_t at_ns = gn_clock_monotonic_ns() + 3000000;
    struct bell b;

    (void)state;
    open_bell(&b, 1, 0);
    gn_alarm_set(&b.alarm, INT64_MAX);
    gn_alarm_set(&b.alarm, at_ns + 60000000000);
    gn_alarm_set(&b.alarm, at_ns); /* in place of the first */
    gn_alarm_set(&b.alarm, at_ns + 60000000000);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(b.rings, 1);
    assert_true(b.last_ns >= at_ns);
    close_bell(&b);
}

static void the_past_rings_at_once(void **state)
{
    struct bell b;

    (void)state;
    open_bell(&b, 1, 0);
    gn_alarm_set(&b.alarm, 0);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(b.rings, 1);
    close_bell(&b);
}

static void rings_keep_their_distance(void **state)
{
    const int64_t start_ns = gn_clock_monotonic_ns();
    struct bell b;

    (void)state;
    open_bell(&b, 11, -5);
    gn_alarm_set(&b.alarm, start_ns);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(b.rings, 11);
    assert_true(b.last_ns - start_ns >= 10 * GN_ALARM_GAP_NS);
    close_bell(&b);
}

static void count_down(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void it_rings_once_and_not_when_taken_back(void **state)
{
    uv_timer_t timer;
    struct bell b;

    (void)state;
    open_bell(&b, 1000, 0);
    b.again_ns = INT64_MAX / 2; /* never */
    gn_alarm_set(&b.alarm, gn_clock_monotonic_ns());
    assert_int_equal(uv_timer_init(&b.loop, &timer), 0);
    assert_int_equal(uv_timer_start(&timer, count_down, 20, 0), 0);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(b.rings, 1);
    gn_alarm_set(&b.alarm, gn_clock_monotonic_ns() + 5000000);
    gn_alarm_set(&b.alarm, INT64_MAX);
    assert_int_equal(uv_timer_start(&timer, count_down, 20, 0), 0);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    assert_int_equal(b.rings, 1);
    uv_close((uv_handle_t *)&timer, NULL);
    close_bell(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_rings_in_time),
        cmocka_unit_test(the_past_rings_at_once),
        cmocka_unit_test(rings_keep_their_distance),
        cmocka_unit_test(it_rings_once_and_not_when_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
