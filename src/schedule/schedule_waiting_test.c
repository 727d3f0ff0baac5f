/* schedule_waiting_test.c - what is put off, waits for the end of a run, or is
 * made up for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schedule/schedule_testing.h"

/* A source of each second that has run at 5 s, and is put off. */
static struct gn_schedule *begin_put_off(struct gn_due *due, int64_t until_ns,
                                         bool again)
{
    struct gn_schedule *s = begin_with(due, &each_second, 5 * S);
    int64_t due_at;

    assert_ptr_equal(pop(s, 5 * S, &due_at), due);
    gn_schedule_finish(s, due);
    gn_schedule_put_off(s, due, until_ns, GN_MISS_WAITING, again);
    return s;
}

static void one_put_off_is_due_again_outside_its_slots(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_put_off(&due, 8 * S + 500 * MS, true);
    int64_t due_at;

    (void)state;
    assert_null(pop(s, 6 * S, &due_at));
    assert_int_equal(due.missed[GN_MISS_WAITING], 1);
    assert_null(pop(s, 8 * S + 499 * MS, &due_at));
    assert_int_equal(due.missed[GN_MISS_WAITING], 3);
    assert_int_equal(gn_schedule_next_ns(s), 8 * S + 500 * MS);
    assert_ptr_equal(pop(s, 8 * S + 600 * MS, &due_at), &due);
    assert_int_equal(due_at, 8 * S + 500 * MS);
    assert_true(due.again && due.running);
    assert_int_equal(due.started, 1); /* it was no slot */
    assert_int_equal(due.due_count, 4);
    gn_schedule_finish(s, &due);
    assert_ptr_equal(pop(s, 9 * S, &due_at), &due);
    assert_false(due.again);
    assert_int_equal(due.due_count, 5);
    assert_int_equal(missed(&due), 3);
    gn_schedule_free(s);
}

/* However late it is looked at, it is the next one; the slots are not. */
static void being_due_again_goes_before_slots(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_put_off(&due, 7 * S, true);
    int64_t due_at;

    (void)state;
    assert_ptr_equal(pop(s, 20 * S, &due_at), &due);
    assert_true(due.again);
    assert_int_equal(due_at, 7 * S);
    assert_int_equal(due.missed[GN_MISS_WAITING], 15); /* those of 6 to 20 */
    gn_schedule_finish(s, &due);
    assert_null(pop(s, 20 * S, &due_at));
    gn_schedule_free(s);
}

static void one_only_put_off_goes_on_with_its_next_slot(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_put_off(&due, 7 * S, false);
    int64_t due_at;

    (void)state;
    assert_null(pop(s, 6 * S, &due_at));
    assert_ptr_equal(pop(s, 7 * S, &due_at), &due);
    assert_false(due.again);
    assert_int_equal(due.started, 2);
    assert_int_equal(due.missed[GN_MISS_WAITING], 1);
    gn_schedule_free(s);
}

static void one_that_is_due_once_may_be_due_again(void **state)
{
    const struct gn_spec once = {0};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &once, 5 * S);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 5 * S, &due_at));
    gn_schedule_finish(s, &due);
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    gn_schedule_put_off(s, &due, 6 * S, GN_MISS_WAITING, true);
    assert_int_equal(gn_schedule_next_ns(s), 6 * S);
    assert_ptr_equal(pop(s, 6 * S, &due_at), &due);
    gn_schedule_refuse(s, &due); /* counts nothing: it was no slot */
    assert_int_equal(due.due_count, 1);
    assert_int_equal(due.started, 1);
    assert_int_equal(missed(&due), 0);
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    gn_schedule_free(s);
}

static void one_turned_away_comes_back(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 5 * S);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 5 * S, &due_at));
    gn_schedule_turn_away(s, &due, 7 * S, GN_MISS_WAITING);
    assert_int_equal(due.started, 0);
    assert_int_equal(due.missed[GN_MISS_WAITING], 1);
    assert_null(pop(s, 6 * S, &due_at));
    assert_non_null(pop(s, 7 * S, &due_at));
    assert_false(due.again);
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 7 * S + 1, GN_MISS_WAITING, true);
    assert_non_null(pop(s, 7 * S + 1, &due_at));
    gn_schedule_turn_away(s, &due, 7 * S + 2, GN_MISS_WAITING);
    assert_non_null(pop(s, 7 * S + 2, &due_at));
    assert_true(due.again);
    assert_int_equal(due.due_count, 3);
    assert_int_equal(due.started, 1);
    gn_schedule_free(s);
}

static void with_a_queue_one_slot_waits_for_the_end(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .queue = true};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 0, &due_at));
    assert_null(pop(s, 1 * S, &due_at));
    assert_null(pop(s, 3 * S + 100 * MS, &due_at)); /* 2 and 3, too */
    assert_int_equal(due.due_count, 3);
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 2);
    assert_int_equal(gn_schedule_next_ns(s), 4 * S); /* nothing to do before */
    assert_int_equal(gn_schedule_slot_us(&due, 3200 * MS, 50000000), 49800000);
    gn_schedule_finish(s, &due);
    assert_true(gn_schedule_next_ns(s) <= 3 * S);
    assert_ptr_equal(pop(s, 3 * S + 400 * MS, &due_at), &due);
    assert_int_equal(due_at, 3 * S);
    assert_int_equal(due.due_count, 4);
    assert_int_equal(due.started, 2);
    assert_false(due.again);
    assert_null(pop(s, 3 * S + 900 * MS, &due_at));
    gn_schedule_finish(s, &due);
    assert_null(pop(s, 3 * S + 900 * MS, &due_at));
    assert_int_equal(gn_schedule_slot_us(&due, 3900 * MS, 50000000), 50100000);
    assert_non_null(pop(s, 4 * S, &due_at)); /* and on with its slots */
    gn_schedule_free(s);
}

/* The run that tries again is one, and what is due at once goes before. */
static void a_slot_that_waits_gives_way(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .queue = true};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 0, &due_at));
    assert_null(pop(s, 1 * S, &due_at));
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 1500 * MS, GN_MISS_WAITING, true);
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 1);
    assert_null(pop(s, 1200 * MS, &due_at));
    assert_non_null(pop(s, 1500 * MS, &due_at));
    assert_true(due.again);
    assert_null(pop(s, 2 * S, &due_at));
    gn_schedule_finish(s, &due);
    assert_non_null(pop(s, 3 * S, &due_at)); /* not looked at in time */
    assert_int_equal(due_at, 3 * S);
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 2);
    assert_int_equal(due.due_count, due.started + missed(&due));
    assert_null(pop(s, 4 * S, &due_at));
    gn_schedule_give_up(s);
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 2);
    assert_int_equal(due.missed[GN_MISS_STOPPED], 1);
    gn_schedule_finish(s, &due);
    assert_int_equal(gn_schedule_next_ns(s), 5 * S);
    gn_schedule_free(s);
}

static void what_was_missed_is_made_up_for_once(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .once = true};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 0, &due_at));
    assert_null(pop(s, 2 * S, &due_at)); /* overlapped */
    gn_schedule_finish(s, &due);
    assert_non_null(pop(s, 2100 * MS, &due_at));
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 5500 * MS, GN_MISS_WAITING,
                        false); /* left alone */
    assert_null(pop(s, 3 * S, &due_at));
    assert_null(pop(s, 5 * S, &due_at));
    assert_int_equal(due.missed[GN_MISS_WAITING], 2);
    assert_int_equal(gn_schedule_next_ns(s), 5500 * MS);
    assert_non_null(pop(s, 5500 * MS, &due_at));
    assert_int_equal(due_at, 5 * S);
    gn_schedule_turn_away(s, &due, 5700 * MS,
                          GN_MISS_WAITING); /* its host is left alone */
    assert_int_equal(due.due_count, due.started + missed(&due));
    assert_null(pop(s, 5600 * MS, &due_at));
    assert_non_null(pop(s, 5700 * MS, &due_at));
    assert_int_equal(due_at, 5 * S);
    gn_schedule_refuse(s, &due); /* that is its end */
    assert_null(pop(s, 5800 * MS, &due_at));
    /* one that tries again makes up for what is due till then */
    gn_schedule_put_off(s, &due, 7500 * MS, GN_MISS_WAITING, true);
    assert_null(pop(s, 7 * S, &due_at));
    assert_non_null(pop(s, 7500 * MS, &due_at));
    gn_schedule_finish(s, &due);
    assert_null(pop(s, 7900 * MS, &due_at));
    assert_int_equal(due.due_count, due.started + missed(&due));
    gn_schedule_free(s);
}

static void it_goes_on_where_it_was(void **state)
{
    static const struct {
        struct gn_spec spec;
        int64_t next_s; /* where it would have gone on; it is 1000 s */
        bool at_once;
        int64_t then_ms;
    } cases[] = {
        /* due an hour ago, and 20 s ago by its slots */
        {{.every_ms = 60000, .once = true}, 980 - 3600, true, 1040000},
        {{.every_ms = 60000}, 980 - 3600, false, 1040000},
        {{.every_ms = 60000, .once = true}, 1000, true, 1060000},
        {{.every_ms = 60000, .once = true}, 1007, false, 1007000},
        {{.every_ms = 60000}, 1060, false, 1060000},
        /* another interval by now, or another clock: as if it were new */
        {{.every_ms = 60000, .once = true}, 1061, true, 1060000},
        {{.every_ms = 60000, .once = true, .align = true}, 990, true, 1020000},
        {{.every_ms = 60000, .align = true}, 990, false, 1020000},
        {{.every_ms = 0}, 990, true, INT64_MAX / 1000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_schedule *s = begin(1000 * S);
        struct gn_due due;
        int64_t due_at = 0;

        add(s, &due, &cases[i].spec, 1000 * S);
        gn_schedule_resume(s, &due, cases[i].next_s * 1000000, 1000 * S,
                           1000 * S / 1000);
        if (cases[i].at_once) {
            assert_ptr_equal(pop(s, 1000 * S, &due_at), &due);
            assert_int_equal(due_at, 1000 * S);
            assert_int_equal(due.due_count, 1);
            gn_schedule_finish(s, &due);
        }
        assert_null(pop(s, 1000 * S, &due_at));
        assert_int_equal(gn_schedule_next_ns(s) / MS, cases[i].then_ms);
        gn_schedule_free(s);
    }
}

/* It would have no other slot. */
static void the_one_slot_of_a_source_may_wait(void **state)
{
    static const struct gn_spec one = {.every_ms = 0};

    (void)state;
    for (int waits = 0; waits < 2; waits++) {
        struct gn_due due;
        struct gn_schedule *s = begin_with(&due, &one, 5 * S);
        int64_t due_at;

        if (waits == 1)
            gn_schedule_make_up(&due);
        gn_schedule_put_off(s, &due, 8 * S, GN_MISS_WAITING, false);
        assert_null(pop(s, 6 * S, &due_at));
        assert_ptr_equal(pop(s, 8 * S, &due_at), waits == 1 ? &due : NULL);
        assert_int_equal(due.started, waits);
        assert_int_equal(missed(&due), 1 - waits);
        gn_schedule_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_put_off_is_due_again_outside_its_slots),
        cmocka_unit_test(the_one_slot_of_a_source_may_wait),
        cmocka_unit_test(being_due_again_goes_before_slots),
        cmocka_unit_test(one_only_put_off_goes_on_with_its_next_slot),
        cmocka_unit_test(one_that_is_due_once_may_be_due_again),
        cmocka_unit_test(one_turned_away_comes_back),
        cmocka_unit_test(with_a_queue_one_slot_waits_for_the_end),
        cmocka_unit_test(a_slot_that_waits_gives_way),
        cmocka_unit_test(what_was_missed_is_made_up_for_once),
        cmocka_unit_test(it_goes_on_where_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
