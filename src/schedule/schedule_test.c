/* schedule_test.c - slots used and missed, phases, and random operations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "schedule/schedule.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S  (1000 * MS)

enum { SOURCES = 40, STEPS = 60000, CROWD = 1000 };

static const struct gn_spec each_second = {.every_ms = 1000};

static struct gn_schedule *begin(int64_t start_ns)
{
    struct gn_schedule *s;

    assert_int_equal(gn_schedule_new(start_ns, 7, &s, NULL), GARNER_OK);
    return s;
}

static void add(struct gn_schedule *s, struct gn_due *due,
                const struct gn_spec *spec, int64_t now_ns)
{
    assert_int_equal(gn_schedule_add(s, due, spec, now_ns, now_ns / 1000, NULL),
                     GARNER_OK);
}

/* As a loop does whose runs take no time. */
static int run_all(struct gn_schedule *s, int64_t now_ns)
{
    struct gn_due *due;
    int64_t due_at;
    int runs = 0;

    while ((due = gn_schedule_pop(s, now_ns, now_ns / 1000, &due_at)) != NULL) {
        gn_schedule_finish(s, due);
        runs++;
    }
    return runs;
}

static uint64_t missed(const struct gn_due *due)
{
    uint64_t all = 0;

    for (int i = 0; i < GN_MISS_REASONS; i++)
        all += due->missed[i];
    return all;
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
    struct gn_schedule *s = begin(5 * S);
    struct gn_due due;

    (void)state;
    add(s, &due, &once, 5 * S);
    assert_int_equal(run_all(s, 5 * S), 1);
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    assert_int_equal(run_all(s, 500 * S), 0);
    assert_int_equal(due.due_count, 1);
    gn_schedule_remove(s, &due);
    gn_schedule_free(s);
}

static void a_run_that_goes_on_misses_its_slots(void **state)
{
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
    gn_schedule_refuse(s, gn_schedule_pop(s, 0, 0, &due_at));
    assert_int_equal(due.started, 0);
    assert_int_equal(due.missed[GN_MISS_REFUSED], 1);
    assert_false(due.running);
    assert_int_equal(gn_schedule_next_ns(s), 1 * S);
    gn_schedule_free(s);
}

static int by_phase(const void *a, const void *b)
{
    const double x = ((const struct gn_due *)a)->phase;
    const double y = ((const struct gn_due *)b)->phase;

    return (x > y) - (x < y);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;
    int64_t least = S;
    int64_t most = 0;

    (void)state;
    add(s, &due, &spec, 0);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;
    int64_t now = 0;
    uint64_t seed = 11;

    (void)state;
    add(s, &due, &spec, 0);
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

static struct gn_due *pop(struct gn_schedule *s, int64_t now_ns,
                          int64_t *due_at)
{
    return gn_schedule_pop(s, now_ns, now_ns / 1000, due_at);
}

/* A source of each second that has run at 5 s, and is put off. */
static struct gn_schedule *begin_put_off(struct gn_due *due, int64_t until_ns,
                                         bool again)
{
    struct gn_schedule *s = begin(5 * S);
    int64_t due_at;

    add(s, due, &each_second, 5 * S);
    assert_ptr_equal(pop(s, 5 * S, &due_at), due);
    gn_schedule_finish(s, due);
    gn_schedule_put_off(s, due, until_ns, again);
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
    struct gn_schedule *s = begin(5 * S);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &once, 5 * S);
    assert_non_null(pop(s, 5 * S, &due_at));
    gn_schedule_finish(s, &due);
    assert_true(gn_schedule_next_ns(s) == INT64_MAX);
    gn_schedule_put_off(s, &due, 6 * S, true);
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
    struct gn_schedule *s = begin(5 * S);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 5 * S);
    assert_non_null(pop(s, 5 * S, &due_at));
    gn_schedule_turn_away(s, &due, 7 * S);
    assert_int_equal(due.started, 0);
    assert_int_equal(due.missed[GN_MISS_WAITING], 1);
    assert_null(pop(s, 6 * S, &due_at));
    assert_non_null(pop(s, 7 * S, &due_at));
    assert_false(due.again);
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 7 * S + 1, true);
    assert_non_null(pop(s, 7 * S + 1, &due_at));
    gn_schedule_turn_away(s, &due, 7 * S + 2);
    assert_non_null(pop(s, 7 * S + 2, &due_at));
    assert_true(due.again);
    assert_int_equal(due.due_count, 3);
    assert_int_equal(due.started, 1);
    gn_schedule_free(s);
}

/* --- slots that wait ----------------------------------------------------- */

static void with_a_queue_one_slot_waits_for_the_end(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .queue = true};
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &spec, 0);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &spec, 0);
    assert_non_null(pop(s, 0, &due_at));
    assert_null(pop(s, 1 * S, &due_at));
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 1500 * MS, true);
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
    assert_int_equal(due.missed[GN_MISS_OVERLAP], 3);
    gn_schedule_finish(s, &due);
    assert_int_equal(gn_schedule_next_ns(s), 5 * S);
    gn_schedule_free(s);
}

static void what_was_missed_is_made_up_for_once(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .once = true};
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &spec, 0);
    assert_non_null(pop(s, 0, &due_at));
    assert_null(pop(s, 2 * S, &due_at)); /* overlapped */
    gn_schedule_finish(s, &due);
    assert_non_null(pop(s, 2100 * MS, &due_at));
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, 5500 * MS, false); /* left alone */
    assert_null(pop(s, 3 * S, &due_at));
    assert_null(pop(s, 5 * S, &due_at));
    assert_int_equal(due.missed[GN_MISS_WAITING], 2);
    assert_int_equal(gn_schedule_next_ns(s), 5500 * MS);
    assert_non_null(pop(s, 5500 * MS, &due_at));
    assert_int_equal(due_at, 5 * S);
    gn_schedule_turn_away(s, &due, 5700 * MS); /* its host is left alone */
    assert_int_equal(due.due_count, due.started + missed(&due));
    assert_null(pop(s, 5600 * MS, &due_at));
    assert_non_null(pop(s, 5700 * MS, &due_at));
    assert_int_equal(due_at, 5 * S);
    gn_schedule_refuse(s, &due); /* that is its end */
    assert_null(pop(s, 5800 * MS, &due_at));
    /* one that tries again makes up for what is due till then */
    gn_schedule_put_off(s, &due, 7500 * MS, true);
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

static void an_interval_may_change(void **state)
{
    const struct gn_spec spec = {.every_ms = 1000, .adapt = {500, 8000}};
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &spec, 0);
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

/* --- the wall clock ------------------------------------------------------ */

/* 2026-11-26, a Thursday, 00:00. */
#define THURSDAY_US (INT64_C(1795651200) * 1000000)
#define HOUR        (3600 * S)

static struct gn_cron hourly_line(void)
{
    struct gn_cron line;

    assert_int_equal(gn_cron_parse("0 * * * *", &line, NULL), GARNER_OK);
    return line;
}

static struct gn_due *pop_at(struct gn_schedule *s, int64_t now_ns,
                             int64_t shift_us, int64_t *due_at)
{
    return gn_schedule_pop(s, now_ns, THURSDAY_US + now_ns / 1000 + shift_us,
                           due_at);
}

static void a_cron_line_is_due_by_the_wall_clock(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec spec = {.cron = &line, .jitter_ms = 60000};
    struct gn_schedule *s = begin(10 * S);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    assert_int_equal(
        gn_schedule_add(s, &due, &spec, 10 * S, THURSDAY_US + 10000000, NULL),
        GARNER_OK);
    for (int64_t hour = 1; hour < 50; hour++) {
        const int64_t next = gn_schedule_next_ns(s);

        assert_true(next >= hour * HOUR && next < hour * HOUR + 60 * S);
        assert_null(pop_at(s, next - 1, 0, &due_at));
        assert_non_null(pop_at(s, next, 0, &due_at));
        assert_int_equal(due_at, next);
        gn_schedule_finish(s, &due);
    }
    assert_non_null(pop_at(s, 52 * HOUR + 1800 * S, 0, &due_at));
    assert_int_equal(due_at, 52 * HOUR);
    assert_int_equal(due.missed[GN_MISS_LATE], 2);
    assert_int_equal(due.due_count, 52);
    gn_schedule_free(s);
}

static void a_wall_clock_that_is_set_is_followed(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec spec = {.cron = &line};
    struct gn_schedule *s = begin(0);
    struct gn_due due[2];
    int64_t due_at;

    (void)state;
    add(s, &due[1], &each_second, 0); /* is not concerned */
    gn_schedule_finish(s, pop_at(s, 0, 0, &due_at));
    assert_int_equal(
        gn_schedule_add(s, &due[0], &spec, 0, THURSDAY_US + 1, NULL),
        GARNER_OK);
    gn_schedule_remove(s, &due[1]);
    /* 20 minutes on: sooner */
    assert_null(pop_at(s, 100 * S, 1200 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 2400 * S);
    /* slept for five hours: at once, and once */
    assert_non_null(pop_at(s, 200 * S, 18000 * INT64_C(1000000), &due_at));
    assert_int_equal(due[0].due_count, 5);
    assert_int_equal(due[0].missed[GN_MISS_LATE], 4);
    gn_schedule_finish(s, &due[0]);
    /* an hour back: no slot comes again */
    assert_null(pop_at(s, 300 * S, 14400 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 7200 * S);
    /* a day back: that clock counts */
    assert_null(pop_at(s, 300 * S, -72000 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 3600 * S);
    /* by so little it is not looked at again */
    assert_null(
        pop_at(s, 300 * S, -72000 * INT64_C(1000000) - 900000, &due_at));
    assert_non_null(
        pop_at(s, 3600 * S, -72000 * INT64_C(1000000) - 900000, &due_at));
    assert_int_equal(gn_schedule_slot_us(&due[0], 0, 0),
                     THURSDAY_US - 64800 * INT64_C(1000000));
    gn_schedule_free(s);
}

static void what_comes_sooner_then_comes_first(void **state)
{
    const struct gn_cron line = hourly_line();
    const struct gn_spec by_cron = {.cron = &line};
    const struct gn_spec by_every = {.every_ms = 1800000};
    struct gn_schedule *s = begin(0);
    struct gn_due due[9];
    int64_t due_at;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(gn_schedule_add(s, &due[i],
                                         i == 8 ? &by_cron : &by_every, 0,
                                         THURSDAY_US + 1, NULL),
                         GARNER_OK);
    while (gn_schedule_next_ns(s) < 1800 * S)
        gn_schedule_finish(s, pop_at(s, gn_schedule_next_ns(s), 0, &due_at));
    assert_null(pop_at(s, 1799 * S, 1790 * INT64_C(1000000), &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1800 * S);
    assert_null(pop_at(s, 1799 * S, 1800 * INT64_C(1000000) + 500000, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 1799500 * MS);
    assert_ptr_equal(pop_at(s, 1799 * S, 1802 * INT64_C(1000000), &due_at),
                     &due[8]);
    assert_int_equal(due_at, 1798 * S);
    gn_schedule_free(s);
}

static void a_window_costs_no_slots(void **state)
{
    struct gn_window window;
    const struct gn_spec spec = {
        .every_ms = 60000, .window = &window, .once = true, .queue = true};
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;
    int runs = 0;

    (void)state;
    assert_int_equal(gn_window_parse("01:00-03:00", &window, NULL), GARNER_OK);
    assert_int_equal(gn_schedule_add(s, &due, &spec, 0, THURSDAY_US, NULL),
                     GARNER_OK);
    while (gn_schedule_next_ns(s) < 49 * HOUR) {
        const int64_t next = gn_schedule_next_ns(s);

        assert_true(next % (24 * HOUR) >= HOUR &&
                    next % (24 * HOUR) < 3 * HOUR);
        assert_non_null(pop_at(s, next, 0, &due_at));
        gn_schedule_finish(s, &due);
        runs++;
    }
    assert_int_equal(runs, 240);
    assert_int_equal(due.due_count, 240);
    assert_int_equal(missed(&due), 0);
    assert_non_null(pop_at(s, 51 * HOUR - 60 * S, 0, &due_at));
    gn_schedule_finish(s, &due);
    /* an interval that changes keeps to it */
    gn_schedule_adapt(s, &due, 30000, 51 * HOUR - 60 * S,
                      THURSDAY_US + (51 * HOUR - 60 * S) / 1000);
    assert_int_equal(gn_schedule_next_ns(s), 51 * HOUR - 30 * S);
    gn_schedule_adapt(s, &due, 60000, 51 * HOUR - 60 * S,
                      THURSDAY_US + (51 * HOUR - 60 * S) / 1000);
    assert_int_equal(gn_schedule_next_ns(s), 73 * HOUR);
    /* what waits, waits for it, too */
    gn_schedule_resume(s, &due, THURSDAY_US - 1, 60 * HOUR,
                       THURSDAY_US + 60 * HOUR / 1000);
    assert_null(pop_at(s, 60 * HOUR, 0, &due_at));
    assert_int_equal(gn_schedule_next_ns(s), 73 * HOUR);
    assert_non_null(pop_at(s, 73 * HOUR, 0, &due_at));
    gn_schedule_free(s);
}

struct world {
    struct gn_schedule *s;
    struct gn_due due[SOURCES];
    bool in[SOURCES];
    int64_t now;
    int64_t shift; /* of the wall clock */
    uint64_t seed;
    struct gn_window window;
    struct gn_cron line;
};

static uint64_t below(struct world *w, uint64_t bound)
{
    return gn_random_next(&w->seed) % bound;
}

static int64_t wall(const struct world *w)
{
    return (w->now + w->shift) / 1000;
}

static void add_or_remove(struct world *w, size_t i)
{
    struct gn_spec spec = {.every_ms = 1 + (int64_t)below(w, 300),
                           .align = below(w, 3) == 0};

    if (below(w, 3) == 0)
        spec.jitter_ms = (int64_t)below(w, (uint64_t)spec.every_ms);
    spec.queue = below(w, 3) == 0;
    spec.once = below(w, 3) == 0;
    if (below(w, 4) == 0)
        spec.window = &w->window;
    if (below(w, 8) == 0)
        spec = (struct gn_spec){.cron = &w->line, .once = below(w, 2) == 0};
    if (below(w, 8) == 0)
        spec = (struct gn_spec){0};
    if (w->in[i])
        gn_schedule_remove(w->s, &w->due[i]);
    else
        assert_int_equal(
            gn_schedule_add(w->s, &w->due[i], &spec, w->now, wall(w), NULL),
            GARNER_OK);
    w->in[i] = !w->in[i];
}

static void pop_some(struct world *w)
{
    struct gn_due *due;
    int64_t due_at;

    do {
        due = gn_schedule_pop(w->s, w->now, wall(w), &due_at);
        if (due == NULL) {
            assert_true(gn_schedule_next_ns(w->s) > w->now);
            return;
        }
        assert_true(due->running);
        assert_true(due_at <= w->now);
        if (due->spec.every_ms != 0 && !due->again && !due->spec.once &&
            !due->spec.queue && due->spec.window == NULL)
            assert_true(w->now - due_at < 2 * due->spec.every_ms * MS);
        if (below(w, 10) == 0)
            gn_schedule_refuse(w->s, due);
        else if (below(w, 10) == 0)
            gn_schedule_turn_away(w->s, due, w->now + 1);
        else if (below(w, 2) == 0)
            gn_schedule_finish(w->s, due);
    } while (below(w, 20) != 0);
}

static void step(struct world *w)
{
    const size_t i = below(w, SOURCES);

    w->now += (int64_t)below(w, 3) * (int64_t)below(w, 40 * (uint64_t)MS);
    switch (below(w, 16)) {
    case 0:
        add_or_remove(w, i);
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        if (w->in[i] && w->due[i].running)
            gn_schedule_finish(w->s, &w->due[i]);
        break;
    case 6:
        if (w->in[i] && !w->due[i].running)
            gn_schedule_put_off(w->s, &w->due[i],
                                w->now + (int64_t)below(w, (uint64_t)S),
                                below(w, 2) == 0);
        break;
    case 7:
        if (w->in[i])
            gn_schedule_resume(w->s, &w->due[i],
                               wall(w) + (int64_t)below(w, 2000000) - 1000000,
                               w->now, wall(w));
        break;
    case 8:
        if (w->in[i] && w->due[i].started > 0 && !w->due[i].spec.align &&
            w->due[i].spec.every_ms > 0)
            gn_schedule_adapt(w->s, &w->due[i],
                              w->due[i].spec.jitter_ms + 1 +
                                  (int64_t)below(w, 300),
                              w->now, wall(w));
        break;
    case 5:
        if (below(w, 50) == 0) /* somebody sets the clock */
            w->shift += (int64_t)below(w, 20 * (uint64_t)S) - 10 * S;
        break;
    default:
        pop_some(w);
    }
}

static void due_is_always_started_plus_missed(void **state)
{
    static struct world w;

    (void)state;
    w.now = w.shift = 1000 * S;
    w.seed = 5;
    w.s = begin(w.now);
    assert_int_equal(
        gn_window_parse("00:16-00:17,00:20-24:00", &w.window, NULL), GARNER_OK);
    assert_int_equal(gn_cron_parse("* * * * * *", &w.line, NULL), GARNER_OK);
    for (int n = 0; n < STEPS; n++) {
        step(&w);
        for (size_t i = 0; i < SOURCES; i++)
            assert_int_equal(w.due[i].due_count,
                             w.due[i].started + missed(&w.due[i]));
    }
    gn_schedule_free(w.s);
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

static void reasons_have_their_words(void **state)
{
    (void)state;
    assert_string_equal(gn_miss_text(GN_MISS_OVERLAP),
                        "the last run was still going on");
    assert_non_null(gn_miss_text(GN_MISS_LATE));
    assert_non_null(gn_miss_text(GN_MISS_REFUSED));
    assert_non_null(gn_miss_text(GN_MISS_WAITING));
}

static void what_is_asked_for_is_no_slot(void **state)
{
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
    assert_int_equal(run_all(s, 0), 1);
    gn_schedule_put_off(s, &due, 100 * S, true);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    struct gn_due once;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
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
    gn_schedule_put_off(s, &due, 6 * S, true); /* not tried again either */
    assert_int_equal(gn_schedule_next_ns(s), INT64_MAX);
    gn_schedule_put_off(s, &due, 0, false);
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
    struct gn_schedule *s = begin(0);
    struct gn_due due;
    int64_t due_at;

    (void)state;
    add(s, &due, &each_second, 0);
    assert_ptr_equal(gn_schedule_pop(s, 0, 0, &due_at), &due);
    gn_schedule_ask(s, &due, 0);
    gn_schedule_remove(s, &due);
    gn_schedule_finish(s, &due);
    gn_schedule_put_off(s, &due, S, true);
    assert_int_equal(gn_schedule_next_ns(s), INT64_MAX);
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
        cmocka_unit_test(one_put_off_is_due_again_outside_its_slots),
        cmocka_unit_test(being_due_again_goes_before_slots),
        cmocka_unit_test(one_only_put_off_goes_on_with_its_next_slot),
        cmocka_unit_test(one_that_is_due_once_may_be_due_again),
        cmocka_unit_test(one_turned_away_comes_back),
        cmocka_unit_test(with_a_queue_one_slot_waits_for_the_end),
        cmocka_unit_test(a_slot_that_waits_gives_way),
        cmocka_unit_test(what_was_missed_is_made_up_for_once),
        cmocka_unit_test(it_goes_on_where_it_was),
        cmocka_unit_test(an_interval_may_change),
        cmocka_unit_test(a_cron_line_is_due_by_the_wall_clock),
        cmocka_unit_test(a_wall_clock_that_is_set_is_followed),
        cmocka_unit_test(what_comes_sooner_then_comes_first),
        cmocka_unit_test(a_window_costs_no_slots),
        cmocka_unit_test(due_is_always_started_plus_missed),
        cmocka_unit_test(lost_memory_and_bad_specs_add_nothing),
        cmocka_unit_test(reasons_have_their_words),
        cmocka_unit_test(what_is_asked_for_is_no_slot),
        cmocka_unit_test(asking_ends_what_was_put_off),
        cmocka_unit_test(a_paused_source_has_no_slots),
        cmocka_unit_test(one_that_runs_may_be_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
