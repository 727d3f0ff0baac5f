/* team_test.c - when the loops of an engine end, and who hears of what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/team.h"

enum { MEMBERS = 3 };

struct bench {
    uv_loop_t loop;
    struct gn_inbox *inboxes[MEMBERS];
    int rung[MEMBERS];
    int beats;
    struct gn_team *team;
};

static void count(void *context)
{
    ++*(int *)context;
}

static void open_bench(struct bench *b)
{
    *b = (struct bench){.beats = 0};
    assert_int_equal(uv_loop_init(&b->loop), 0);
    assert_int_equal(gn_team_new(MEMBERS, count, &b->beats, &b->team, NULL),
                     GARNER_OK);
    for (size_t i = 0; i < MEMBERS; i++) {
        assert_int_equal(
            gn_inbox_new(&b->loop, count, &b->rung[i], &b->inboxes[i], NULL),
            GARNER_OK);
        gn_team_join(b->team, i, b->inboxes[i]);
    }
}

/* Hears of what was rung so far. */
static void hear(struct bench *b)
{
    for (int i = 0; i < MEMBERS; i++)
        b->rung[i] = 0;
    (void)uv_run(&b->loop, UV_RUN_NOWAIT);
}

static void close_bench(struct bench *b)
{
    for (size_t i = 0; i < MEMBERS; i++)
        gn_inbox_close(b->inboxes[i], 0);
    assert_int_equal(uv_run(&b->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&b->loop), 0);
    gn_team_free(b->team);
}

static void all_rest_at_the_same_time(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    assert_false(gn_team_rests(b.team, 0, true));
    assert_false(gn_team_rests(b.team, 1, true));
    assert_false(gn_team_rests(b.team, 0, false));
    assert_false(gn_team_rests(b.team, 2, true));
    hear(&b);
    assert_int_equal(b.rung[0] + b.rung[1] + b.rung[2], 0);
    assert_true(gn_team_rests(b.team, 0, true));
    hear(&b);
    assert_true(b.rung[0] > 0 && b.rung[1] > 0 && b.rung[2] > 0);
    assert_false(gn_team_rests(b.team, 1, false)); /* it has something yet */
    assert_true(gn_team_rests(b.team, 1, true));
    assert_false(gn_team_hold(b.team));
    close_bench(&b);
}

static void one_that_has_left_counts_as_resting(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    gn_team_leave(b.team, 1);
    gn_team_leave(b.team, 2);
    hear(&b);
    assert_true(b.rung[0] > 0);
    assert_true(gn_team_rests(b.team, 0, true));
    close_bench(&b);
}

static void what_is_to_be_sent_keeps_all(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    assert_false(gn_team_rests(b.team, 0, true));
    assert_false(gn_team_rests(b.team, 1, true));
    gn_team_tell(b.team);
    hear(&b);
    assert_true(b.rung[0] > 0);
    assert_false(gn_team_rests(b.team, 2, true)); /* it was the last */
    assert_true(gn_team_was_told(b.team));
    assert_false(gn_team_was_told(b.team));
    assert_false(gn_team_rests(b.team, 1, true)); /* the first sends it */
    assert_true(gn_team_rests(b.team, 0, true));
    close_bench(&b);
}

static void nobody_is_told_when_the_first_has_left(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    gn_team_leave(b.team, 0);
    gn_team_tell(b.team);
    assert_false(gn_team_rests(b.team, 1, true));
    assert_true(gn_team_rests(b.team, 2, true));
    close_bench(&b);
}

static void who_holds_it_has_all_look_again(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    assert_false(gn_team_rests(b.team, 0, true));
    assert_false(gn_team_rests(b.team, 1, true));
    assert_true(gn_team_hold(b.team));
    assert_false(gn_team_rests(b.team, 2, true));
    assert_false(gn_team_rests(b.team, 0, true));
    assert_false(gn_team_rests(b.team, 1, true));
    gn_team_release(b.team);
    hear(&b);
    assert_true(b.rung[0] > 0 && b.rung[1] > 0 && b.rung[2] > 0);
    assert_true(gn_team_rests(b.team, 1, true));
    close_bench(&b);
}

static void it_beats_when_all_have(void **state)
{
    struct bench b;

    (void)state;
    open_bench(&b);
    for (int i = 0; i < 5; i++) {
        gn_team_beat(b.team, 0);
        gn_team_beat(b.team, 1);
    }
    assert_int_equal(b.beats, 0);
    gn_team_beat(b.team, 2);
    assert_int_equal(b.beats, 1);
    gn_team_leave(b.team, 1);
    gn_team_beat(b.team, 0);
    assert_int_equal(b.beats, 1);
    gn_team_beat(b.team, 2);
    assert_int_equal(b.beats, 2);
    close_bench(&b);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_team *team;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_team_new(2, NULL, NULL, &team, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(team);
    gn_team_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rest_at_the_same_time),
        cmocka_unit_test(one_that_has_left_counts_as_resting),
        cmocka_unit_test(what_is_to_be_sent_keeps_all),
        cmocka_unit_test(nobody_is_told_when_the_first_has_left),
        cmocka_unit_test(who_holds_it_has_all_look_again),
        cmocka_unit_test(it_beats_when_all_have),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
