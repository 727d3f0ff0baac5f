/* status_test.c - what several loops say, as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/status.h"

static void counts_are_added(void **state)
{
    struct gn_status a = {.sources = 1,
                          .stale = 2,
                          .fetching = 3,
                          .extracting = 4,
                          .storing = 5,
                          .body_bytes = 6,
                          .started_wall_us = 77,
                          .next_due_us = 9,
                          .pages = {10, 8, 1}};
    struct gn_status b = a;
    uint64_t *counts = (uint64_t *)&a.totals;
    const size_t n = sizeof a.totals / sizeof counts[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        counts[i] = i + 1;
    b.totals = a.totals;
    b.next_due_us = 5;
    b.started_wall_us = 99;
    gn_histogram_add(&a.lateness, 10);
    gn_histogram_add(&b.lateness, 1000);
    gn_histogram_add(&b.latency, 7);
    gn_status_add(&a, &b);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(counts[i], 2 * (i + 1));
    assert_int_equal(a.sources, 2);
    assert_int_equal(a.stale, 4);
    assert_int_equal(a.fetching, 6);
    assert_int_equal(a.extracting, 8);
    assert_int_equal(a.storing, 10);
    assert_int_equal(a.body_bytes, 12);
    assert_int_equal(a.pages.total, 20);
    assert_int_equal(a.pages.left, 16);
    assert_int_equal(a.pages.failed, 2);
    assert_int_equal(a.next_due_us, 5);
    assert_int_equal(a.started_wall_us, 77);
    assert_int_equal(a.lateness.count, 2);
    assert_int_equal(a.lateness.max, 1000);
    assert_int_equal(a.lateness.sum, 1010);
    assert_int_equal(gn_histogram_quantile(&a.lateness, 0.5), 10);
    assert_int_equal(a.latency.count, 1);
    b.next_due_us = INT64_MAX;
    gn_status_add(&a, &b);
    assert_int_equal(a.next_due_us, 5);
}

static void the_phase_is_that_of_all(void **state)
{
    static const struct {
        enum gn_phase a, b, all;
    } cases[] = {
        {GN_PHASE_STARTING, GN_PHASE_RUNNING, GN_PHASE_STARTING},
        {GN_PHASE_RUNNING, GN_PHASE_STARTING, GN_PHASE_STARTING},
        {GN_PHASE_RUNNING, GN_PHASE_RUNNING, GN_PHASE_RUNNING},
        {GN_PHASE_RUNNING, GN_PHASE_DRAINING, GN_PHASE_DRAINING},
        {GN_PHASE_DRAINING, GN_PHASE_STARTING, GN_PHASE_DRAINING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_status a = {.phase = cases[i].a};
        const struct gn_status b = {.phase = cases[i].b};

        gn_status_add(&a, &b);
        assert_int_equal(a.phase, cases[i].all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_added),
        cmocka_unit_test(the_phase_is_that_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
