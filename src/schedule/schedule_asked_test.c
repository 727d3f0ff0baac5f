/* schedule_asked_test.c - what somebody asks for, pauses or takes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule/schedule_testing.h"

static void what_is_asked_for_is_no_slot(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    assert_int_equal(run_all(s, 0), 1);
    gn_schedule_ask(s, &due, 300 * MS);
    gn_schedule_ask(s, &due, 400 * MS); /* once more is the same */
    assert_int_equal(gn_schedule_next_ns(s), 300 * MS);
    assert_ptr_equal(gn_schedule_pop(s, 400 * MS, 0, &due_at), &due);
    assert_int_equal(due_at, 300 * MS);
    assert_true(due.by_hand && due.running && !due.again);
    gn_schedule_ask(s, &due, 500 * MS); /* it waits for the end */
    assert_int_equal(gn_schedule_next_ns(s), S);
    assert_null(gn_schedule_pop(s, S, 0, &due_at)); /* the slot is missed */
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 1);
    assert_true(due.by_hand);
    gn_schedule_finish(s, &due);
    assert_ptr_equal(gn_schedule_pop(s, S, 0, &due_at), &due);
    assert_int_equal(due_at, 500 * MS);
    gn_schedule_refuse(s, &due); /* counts for nothing */
    assert_ptr_equal(gn_schedule_pop(s, 2 * S, 0, &due_at), &due);
    assert_false(due.by_hand);
    assert_int_equal(due.due_count, 3);
    assert_int_equal(due.started, 2);
    assert_int_equal(missed(&due), 1);
    gn_schedule_free(s);
}

static void asking_ends_what_was_put_off(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    assert_int_equal(run_all(s, 0), 1);
    gn_schedule_put_off(s, &due, 100 * S, GN_MISS_WAITING, true);
    gn_schedule_ask(s, &due, 500 * MS);
    assert_ptr_equal(gn_schedule_pop(s, 600 * MS, 0, &due_at), &due);
    assert_true(due.by_hand);
    gn_schedule_finish(s, &due);
    assert_ptr_equal(gn_schedule_pop(s, S, 0, &due_at), &due);
    assert_false(due.by_hand || due.again);
    assert_int_equal(missed(&due), 0);
    gn_schedule_free(s);
}

static void a_paused_source_has_no_slots(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    struct gn_due once;
    int64_t due_at;

    (void)state;
    add(s, &once, &(struct gn_spec){0}, 0);
    gn_schedule_pause(s, &once);
    assert_int_equal(run_all(s, 0), 1);
    gn_schedule_pause(s, &due);
    gn_schedule_pause(s, &due);
    assert_int_equal(gn_schedule_paused(s), 2);
    assert_int_equal(gn_schedule_next_ns(s), INT64_MAX);
    gn_schedule_ask(s, &due, 5 * S);
    assert_ptr_equal(gn_schedule_pop(s, 5 * S, 0, &due_at), &due);
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 6 * S, GN_MISS_WAITING,
                        true); /* not tried again either */
    assert_int_equal(gn_schedule_next_ns(s), INT64_MAX);
    gn_schedule_put_off(s, &due, 0, GN_MISS_WAITING, false);
    gn_schedule_unpause(s, &due, 7500 * MS, 0);
    gn_schedule_unpause(s, &due, 7500 * MS, 0);
    assert_int_equal(gn_schedule_next_ns(s), 8 * S);
    assert_int_equal(run_all(s, 8 * S), 1);
    assert_int_equal(due.due_count, 2);
    assert_int_equal(missed(&due), 0);
    gn_schedule_unpause(s, &once, 8 * S, 0); /* its only one is to come yet */
    assert_int_equal(run_all(s, 8 * S), 1);
    gn_schedule_pause(s, &due);
    assert_int_equal(gn_schedule_paused(s), 1);
    gn_schedule_remove(s, &due);
    assert_int_equal(gn_schedule_paused(s), 0);
    gn_schedule_free(s);
}

static void one_that_runs_may_be_removed(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    assert_ptr_equal(gn_schedule_pop(s, 0, 0, &due_at), &due);
    gn_schedule_ask(s, &due, 0);
    gn_schedule_remove(s, &due);
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, S, GN_MISS_WAITING, true);
    assert_int_equal(gn_schedule_next_ns(s), INT64_MAX);
    gn_schedule_free(s);
}

/* Asked for while a slot waits: that waits on for the end of the run. */
static void what_waits_does_not_start_beside_it(void **state)
{
    const struct gn_spec spec = {.every_ms = 100000, .once = true};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;

    (void)state;
    gn_schedule_turn_away(s, pop(s, 0, &due_at), 5 * S, GN_MISS_WAITING);
    gn_schedule_ask(s, &due, 1 * S);
    assert_ptr_equal(pop(s, 1 * S, &due_at), &due);
    assert_null(pop(s, 6 * S, &due_at));
    gn_schedule_finish(s, &due);
    assert_ptr_equal(pop(s, 6 * S, &due_at), &due);
    gn_schedule_finish(s, &due);
    assert_int_equal(due.started, 1); /* by hand is no slot */
    gn_schedule_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_no_slot),
        cmocka_unit_test(asking_ends_what_was_put_off),
        cmocka_unit_test(a_paused_source_has_no_slots),
        cmocka_unit_test(one_that_runs_may_be_removed),
        cmocka_unit_test(what_waits_does_not_start_beside_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
