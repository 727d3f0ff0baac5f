/* due_test.c - where slots are, and which come next, on both clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schedule/due.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S  (1000 * MS)
#define US INT64_C(1000000) /* a second in microseconds */

/* One whose slots are not placed yet. */
static struct gn_due due_of(const struct gn_spec *spec)
{
    return (struct gn_due){.spec = *spec,
                           .again_ns = INT64_MAX,
                           .owed_ns = INT64_MAX,
                           .asked_ns = INT64_MAX};
}

static void the_earliest_of_all_is_looked_at(void **state)
{
    static const struct {
        struct gn_due due;
        int64_t key;
    } cases[] = {
        {{.slot_due_ns = 9, .again_ns = 8, .owed_ns = 7, .asked_ns = 6}, 6},
        {{.slot_due_ns = 9, .again_ns = 8, .owed_ns = 7, .asked_ns = 10}, 7},
        {{.slot_due_ns = 9, .again_ns = 8, .owed_ns = 10, .asked_ns = 10}, 8},
        {{.slot_due_ns = 9, .again_ns = 10, .owed_ns = 10, .asked_ns = 10}, 9},
        /* what must not start beside the run */
        {{.slot_due_ns = 9,
          .again_ns = 10,
          .owed_ns = 7,
          .asked_ns = 6,
          .running = true},
         9},
        /* asked for by hand it is all the same */
        {{.slot_due_ns = 5,
          .again_ns = 5,
          .owed_ns = 5,
          .asked_ns = 6,
          .paused = true},
         6},
        {{.slot_due_ns = 5,
          .again_ns = 5,
          .owed_ns = 5,
          .asked_ns = INT64_MAX,
          .paused = true},
         INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_due_key(&cases[i].due), cases[i].key);
}

static void an_interval_has_its_slots(void **state)
{
    static const struct {
        int64_t now_ns;
        uint64_t came;
        int64_t due_at_ns; /* the latest of them */
        int64_t next_ns;
    } cases[] = {
        {5 * S, 1, 5 * S, 6 * S},
        {5 * S + 999 * MS, 1, 5 * S, 6 * S},
        {6 * S, 2, 6 * S, 7 * S},
        {9 * S + 1, 5, 9 * S, 10 * S},
    };
    const struct gn_spec spec = {.every_ms = 1000};
    uint64_t random = 7;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_due due = due_of(&spec);
        int64_t due_at_ns;

        gn_due_place(&due, 5 * S, 5 * S, 0, &random);
        assert_int_equal(due.slot_ns, 5 * S);
        assert_int_equal(due.slot_due_ns, 5 * S);
        assert_int_equal(
            gn_due_advance(&due, cases[i].now_ns, 0, &random, &due_at_ns),
            cases[i].came);
        assert_int_equal(due_at_ns, cases[i].due_at_ns);
        assert_int_equal(due.slot_ns, cases[i].next_ns);
    }
    assert_int_equal(random, 7); /* nothing was drawn */
}

static void one_without_a_schedule_has_one_slot(void **state)
{
    const struct gn_spec once = {0};
    struct gn_due due = due_of(&once);
    uint64_t random = 7;
    int64_t due_at_ns;

    (void)state;
    gn_due_place(&due, 5 * S, 5 * S, 0, &random);
    assert_int_equal(gn_due_advance(&due, 50 * S, 0, &random, &due_at_ns), 1);
    assert_int_equal(due_at_ns, 5 * S);
    assert_true(gn_due_key(&due) == INT64_MAX);
}

static void it_goes_on_and_changes_its_interval(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .adapt = {500, 8000}};
    struct gn_due due = due_of(&spec);
    uint64_t random = 7;

    (void)state;
    gn_due_place(&due, 0, 0, 0, &random);
    gn_due_go_on(&due, 300000, 0, &random);
    assert_int_equal(due.slot_ns, 300 * MS);
    gn_due_go_on(&due, -2300000, 0, &random); /* it had others since */
    assert_int_equal(due.slot_ns, 700 * MS);
    gn_due_go_on(&due, 8 * US, 0, &random);
    assert_int_equal(due.slot_ns, 8 * S);
    gn_due_go_on(&due, 9 * US, 0, &random); /* by another interval */
    assert_int_equal(due.slot_ns, 8 * S);
    due.taken_at_ns = 2 * S;
    gn_due_adapt(&due, 1500, 3 * S, 3 * US, &random);
    assert_int_equal(due.slot_ns, 3500 * MS);
    gn_due_adapt(&due, 500, 3 * S, 3 * US, &random); /* two have passed */
    assert_int_equal(due.slot_ns, 3500 * MS);
    assert_int_equal(due.spec.every_ms, 500);
}

/* A slot each minute, on a wall clock that is 1000 s ahead. */
static void a_wall_clock_that_is_set_moves_slots(void **state)
{
    struct gn_cron cron;
    const struct gn_spec spec = {.jitter_ms = 5000, .cron = &cron};
    struct gn_due due = due_of(&spec);
    uint64_t random = 7;
    int64_t due_at_ns;
    int64_t jitter_ns;

    (void)state;
    assert_int_equal(gn_cron_parse("* * * * *", &cron, NULL), GARNER_OK);
    gn_due_place(&due, 0, 0, 1000 * US, &random);
    assert_int_equal(due.slot_us, 1020 * US);
    assert_int_equal(due.slot_ns, 20 * S);
    jitter_ns = due.slot_due_ns - due.slot_ns;
    assert_in_range(jitter_ns, 1, 5 * S);
    gn_due_shift(&due, 5 * US, 0, 1005 * US);
    assert_int_equal(due.slot_ns, 15 * S);
    assert_int_equal(due.slot_due_ns - due.slot_ns, jitter_ns);
    assert_int_equal(due.node.key, 15 * S + jitter_ns);
    gn_due_shift(&due, -105 * US, 0, 900 * US); /* brings none again */
    assert_int_equal(due.slot_us, 1020 * US);
    assert_int_equal(due.slot_ns, 120 * S);
    gn_due_shift(&due, -14400 * US, 14400 * S, 900 * US);
    assert_int_equal(due.slot_us, 900 * US); /* set back that far, it does */
    assert_int_equal(due.slot_ns, 14400 * S);
    due = due_of(&spec);
    gn_due_place(&due, 0, 0, 1000 * US, &random);
    assert_int_equal(
        gn_due_advance(&due, 150 * S, 1150 * US, &random, &due_at_ns), 3);
    assert_int_equal(due_at_ns, 140 * S);
    assert_int_equal(due.slot_us, 1200 * US);
}

static void slots_of_the_other_clock_stay(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000};
    struct gn_due due = due_of(&spec);
    uint64_t random = 7;

    (void)state;
    gn_due_place(&due, 0, 0, 0, &random);
    gn_due_shift(&due, 50 * US, 0, 50 * US);
    assert_int_equal(due.slot_ns, 0);
}

/* 1970 began on a Thursday. */
static void a_window_opens_on_the_other_clock(void **state)
{
    static const struct {
        const char *text;
        int64_t opens_ns;
    } cases[] = {
        {"08:00-10:00", (50 + 8 * 3600 - 1000) * S},
        {"thu 22:00-23:00", (50 + 22 * 3600 - 1000) * S},
        {"fri 00:00-01:00", (50 + 24 * 3600 - 1000) * S},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_window window;
        const struct gn_spec spec = {.every_ms = 1000, .window = &window};
        const struct gn_due due = due_of(&spec);

        assert_int_equal(gn_window_parse(cases[i].text, &window, NULL),
                         GARNER_OK);
        assert_int_equal(gn_due_opens_ns(&due, 50 * S, 1000 * US),
                         cases[i].opens_ns);
    }
}

static void reasons_have_their_words(void **state)
{
    (void)state;
    assert_string_equal(gn_miss_text(GN_MISS_OVERLAP),
                        "the last run was still going on");
    assert_non_null(gn_miss_text(GN_MISS_LATE));
    assert_non_null(gn_miss_text(GN_MISS_REFUSED));
    assert_string_equal(gn_miss_text(GN_MISS_WAITING),
                        "it was put off after a failure");
    assert_non_null(strstr(gn_miss_text(GN_MISS_ASKED), "(Retry-After)"));
    assert_non_null(strstr(gn_miss_text(GN_MISS_HOST), "its host failed"));
    assert_string_equal(gn_miss_text(GN_MISS_STOPPED), "garner was stopped");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_of_all_is_looked_at),
        cmocka_unit_test(an_interval_has_its_slots),
        cmocka_unit_test(one_without_a_schedule_has_one_slot),
        cmocka_unit_test(it_goes_on_and_changes_its_interval),
        cmocka_unit_test(a_wall_clock_that_is_set_moves_slots),
        cmocka_unit_test(slots_of_the_other_clock_stay),
        cmocka_unit_test(a_window_opens_on_the_other_clock),
        cmocka_unit_test(reasons_have_their_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
