/* schedule_test.c - slots used and missed, phases, and intervals that change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "schedule/schedule_testing.h"

enum { CROWD = 1000 };

static int by_phase(const void *a, const void *b)
{
    const double x = ((const struct gn_due *)a)->phase;
    const double y = ((const struct gn_due *)b)->phase;

    return (x > y) - (x < y);
}

static void a_source_is_due_in_each_slot(void **state)
{
    struct gn_schedule *s = begin(5 * S);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    add(s, &due, &each_second, 5 * S);
    assert_int_equal(gn_schedule_next_ns(s), 5 * S);
    assert_null(gn_schedule_pop(s, 5 * S - 1, 0, &due_at));
    for (int64_t slot = 5; slot < 100; slot++) {
        /* late by 3 ms each time, and still no drift */
        assert_ptr_equal(gn_schedule_pop(s, slot * S + 3 * MS, 0, &due_at),
                         &due);
        assert_int_equal(due_at, slot * S);
        assert_int_equal(gn_schedule_next_ns(s), (slot + 1) * S);
        assert_null(gn_schedule_pop(s, slot * S + 3 * MS, 0, &due_at));
        gn_schedule_finish(s, &due);
    }
    assert_int_equal(due.due_count, 95);
    assert_int_equal(due.started, 95);
    assert_int_equal(missed(&due), 0);
    gn_schedule_free(s);
}

static void without_an_interval_it_is_due_once(void **state)
{
    const struct gn_spec once = {0};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &once, 5 * S);

    (void)state;
    assert_int_equal(run_all(s, 5 * S), 1);
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    assert_int_equal(run_all(s, 500 * S), 0);
    assert_int_equal(due.due_count, 1);
    gn_schedule_remove(s, &due);
    gn_schedule_free(s);
}

static void a_run_that_goes_on_misses_its_slots(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    assert_non_null(gn_schedule_pop(s, 0, 0, &due_at));
    assert_null(gn_schedule_pop(s, 1 * S, 0, &due_at));
    assert_null(gn_schedule_pop(s, 4500 * MS, 0, &due_at)); /* 2, 3, 4 */
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 4);
    gn_schedule_finish(s, &due);
    assert_null(gn_schedule_pop(s, 4900 * MS, 0, &due_at)); /* never made up */
    assert_ptr_equal(gn_schedule_pop(s, 5 * S, 0, &due_at), &due);
    assert_int_equal(due.due_count, 6);
    assert_int_equal(due.started, 2);
    assert_int_equal(missed(&due), 4);
    gn_schedule_free(s);
}

static void slots_not_looked_at_in_time_are_missed(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    assert_ptr_equal(gn_schedule_pop(s, 10300 * MS, 0, &due_at), &due);
    assert_int_equal(due_at, 10 * S); /* the latest slot is the one run */
    assert_int_equal(due.missed[GN_MISS_LATE], 10);
    assert_int_equal(due.started, 1);
    assert_int_equal(due.due_count, 11);
    assert_int_equal(gn_schedule_next_ns(s), 11 * S);
    gn_schedule_free(s);
}

static void a_refused_run_is_missed_not_started(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    gn_schedule_refuse(s, gn_schedule_pop(s, 0, 0, &due_at));
    assert_int_equal(due.started, 0);
    assert_int_equal(due.missed[GN_MISS_REFUSED], 1);
    assert_false(due.running);
    assert_int_equal(gn_schedule_next_ns(s), 1 * S);
    gn_schedule_free(s);
}

/* However many there are, no gap is much wider than an even spread's. */
static void phases_are_spread_whatever_the_order(void **state)
{
    static struct gn_due due[2][CROWD];
    static struct gn_due sorted[CROWD];
    const struct gn_spec each_minute = {.every_ms = 60000};
    struct gn_schedule *s = begin(0);
    size_t counts[2] = {0, 0};
    uint64_t seed = 3;

    (void)state;
    while (counts[0] < CROWD && counts[1] < CROWD) {
        const size_t which = gn_random_next(&seed) % 2;
        const size_t n = ++counts[which];
        double widest;

        add(s, &due[which][n - 1], which == 0 ? &each_second : &each_minute, 0);
        memcpy(sorted, due[which], n * sizeof sorted[0]);
        qsort(sorted, n, sizeof sorted[0], by_phase);
        widest = sorted[0].phase + 1 - sorted[n - 1].phase;
        for (size_t i = 1; i < n; i++)
            if (sorted[i].phase - sorted[i - 1].phase > widest)
                widest = sorted[i].phase - sorted[i - 1].phase;
        assert_true(widest * (double)n < 2.62);
    }
    assert_true(due[0][0].phase == 0 && due[1][0].phase == 0);
    gn_schedule_free(s);
}

static void aligned_sources_are_due_together(void **state)
{
    const struct gn_spec aligned = {.every_ms = 1000, .align = true};
    struct gn_due due[10];
    struct gn_schedule *s = begin(0);
    int64_t due_at;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(gn_schedule_add(s, &due[i], &aligned, 0, 250000, NULL),
                         GARNER_OK);
    for (size_t i = 0; i < 10; i++) {
        struct gn_due *popped = gn_schedule_pop(s, 751 * MS, 1001000, &due_at);

        assert_non_null(popped);
        assert_int_equal(due_at, 750 * MS);
        gn_schedule_finish(s, popped);
    }
    assert_null(gn_schedule_pop(s, 751 * MS, 1001000, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1750 * MS);
    /* the wall clock is set on by 300 ms meanwhile: followed from then on */
    assert_non_null(gn_schedule_pop(s, 1750 * MS, 2300000, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1750 * MS); /* the others */
    while (gn_schedule_pop(s, 1750 * MS, 2300000, &due_at) != NULL)
        assert_int_equal(due_at, 1750 * MS);
    assert_int_equal(gn_schedule_next_ns(s), 2450 * MS);
    gn_schedule_free(s);
}

static void jitter_puts_runs_off_but_not_slots(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .jitter_ms = 500};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;
    int64_t least = S;
    int64_t most = 0;

    (void)state;
    for (int64_t slot = 0; slot < 1000; slot++) {
        const int64_t next = gn_schedule_next_ns(s);

        assert_true(next >= slot * S && next <= slot * S + 500 * MS);
        assert_null(gn_schedule_pop(s, next - 1, 0, &due_at));
        assert_non_null(gn_schedule_pop(s, next, 0, &due_at));
        assert_int_equal(due_at, next);
        gn_schedule_finish(s, &due);
        least = next - slot * S < least ? next - slot * S : least;
        most = next - slot * S > most ? next - slot * S : most;
    }
    assert_true(least < 10 * MS && most > 490 * MS);
    assert_int_equal(due.started, 1000);
    gn_schedule_free(s);
}

/* A slot begun but put off by its jitter has not come: it stays the next. */
static void a_late_source_with_jitter_loses_no_slot(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .jitter_ms = 999};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;
    int64_t now = 0;
    uint64_t seed = 11;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        now += (int64_t)(gn_random_next(&seed) % (uint64_t)(5 * S));
        if (gn_schedule_pop(s, now, 0, &due_at) == NULL)
            continue;
        assert_true(due_at <= now && now - due_at < 2 * S);
        assert_true(due_at < due.slot_ns);
        assert_true(gn_schedule_next_ns(s) > now);
        /* all slots before the one it waits for came, each once */
        assert_int_equal(due.due_count, due.slot_ns / S);
        assert_int_equal(due.due_count, due.started + missed(&due));
        gn_schedule_finish(s, &due);
    }
    gn_schedule_free(s);
}

static void many_missed_slots_cost_nothing(void **state)
{
    const struct gn_spec spec = {.every_ms = 1};
    struct gn_schedule *s = begin(0);
    struct gn_due due[64];
    const int64_t years = INT64_C(200) * 365 * 24 * 3600 * S;

    (void)state;
    for (size_t i = 0; i < 64; i++)
        add(s, &due[i], &spec, 0);
    assert_int_equal(run_all(s, years), 64); /* a loop would take for ever */
    assert_int_equal(due[0].due_count, years / MS + 1);
    assert_int_equal(due[0].missed[GN_MISS_LATE], years / MS);
    gn_schedule_free(s);
}

static void an_interval_may_change(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .adapt = {500, 8000}};
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &spec, 0);
    int64_t due_at;

    (void)state;
    assert_non_null(pop(s, 100 * MS, &due_at));
    gn_schedule_adapt(s, &due, 1500, 300 * MS, 300000);
    assert_int_equal(gn_schedule_next_ns(s), 1500 * MS);
    gn_schedule_finish(s, &due);
    assert_non_null(pop(s, 1500 * MS, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 3 * S);
    assert_null(pop(s, 3 * S, &due_at)); /* overlapped */
    gn_schedule_adapt(s, &due, 750, 3100 * MS, 3100000);
    assert_int_equal(gn_schedule_next_ns(s), 3750 * MS);
    gn_schedule_finish(s, &due);
    assert_int_equal(due.due_count, due.started + missed(&due));
    /* as it is kept over restarts: longer than the interval, but not than all
     */
    gn_schedule_resume(s, &due, 10000000, 3 * S, 3000000);
    assert_int_equal(gn_schedule_next_ns(s), 10 * S);
    gn_schedule_resume(s, &due, 12000000, 3 * S, 3000000);
    assert_int_equal(gn_schedule_next_ns(s), 10 * S);
    gn_schedule_free(s);
}

static void lost_memory_and_bad_specs_add_nothing(void **state)
{
    const struct gn_spec bad = {.every_ms = -1};
    struct gn_schedule *s;
    struct garner_error err;
    struct gn_due due;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_schedule_new(0, 0, &s, &err), GARNER_NOMEM);
    assert_null(s);
    gn_schedule_free(s);
    s = begin(0);
    assert_int_equal(gn_schedule_add(s, &due, &bad, 0, 0, &err),
                     GARNER_INVALID);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_schedule_add(s, &due, &each_second, 0, 0, &err),
                         GARNER_NOMEM);
    }
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    add(s, &due, &each_second, 0);
    assert_int_equal(gn_schedule_next_ns(s), 0); /* the phase was not used up */
    gn_schedule_free(s);
}

static void one_that_is_stopped_is_missed_for_that(void **state)
{
    struct gn_due due;
    struct gn_schedule *s = begin_with(&due, &each_second, 0);
    int64_t due_at;

    (void)state;
    gn_schedule_stop(s, gn_schedule_pop(s, 0, 0, &due_at));
    assert_int_equal(due.started, 0);
    assert_int_equal(due.missed[GN_MISS_STOPPED], 1);
    assert_int_equal(due.missed[GN_MISS_REFUSED], 0);
    assert_false(due.running);
    gn_schedule_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_due_in_each_slot),
        cmocka_unit_test(without_an_interval_it_is_due_once),
        cmocka_unit_test(a_run_that_goes_on_misses_its_slots),
        cmocka_unit_test(slots_not_looked_at_in_time_are_missed),
        cmocka_unit_test(a_refused_run_is_missed_not_started),
        cmocka_unit_test(phases_are_spread_whatever_the_order),
        cmocka_unit_test(aligned_sources_are_due_together),
        cmocka_unit_test(jitter_puts_runs_off_but_not_slots),
        cmocka_unit_test(a_late_source_with_jitter_loses_no_slot),
        cmocka_unit_test(many_missed_slots_cost_nothing),
        cmocka_unit_test(an_interval_may_change),
        cmocka_unit_test(lost_memory_and_bad_specs_add_nothing),
        cmocka_unit_test(one_that_is_stopped_is_missed_for_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
