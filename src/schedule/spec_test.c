/* spec_test.c - due times as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schedule/spec.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S  (1000 * MS)

static void specs_out_of_range_are_refused(void **state)
{
    static const struct {
        struct gn_spec spec;
        const char *reason; /* NULL: fine */
    } cases[] = {
        {{0, 0, false}, NULL},
        {{1, 0, false}, NULL},
        {{1000, 999, true}, NULL},
        {{GN_EVERY_MAX_MS, 0, true}, NULL},
        {{-1, 0, false}, "interval"},
        {{GN_EVERY_MAX_MS + 1, 0, false}, "interval"},
        {{1000, 1000, false}, "jitter"},
        {{1000, -1, false}, "jitter"},
        {{0, 1, false}, "jitter needs"},
        {{0, 0, true}, "align needs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {GARNER_OK, 0, ""};

        assert_int_equal(gn_spec_check(&cases[i].spec, &err),
                         cases[i].reason == NULL ? GARNER_OK : GARNER_INVALID);
        if (cases[i].reason != NULL)
            assert_non_null(strstr(err.message, cases[i].reason));
    }
}

static void the_first_slot_is_at_or_after_now(void **state)
{
    static const struct {
        struct gn_spec spec;
        double phase;
        int64_t start_ns;
        int64_t now_ns;
        int64_t wall_us;
        int64_t slot_ns;
    } cases[] = {
        /* no interval: at once, but not before the start */
        {{0, 0, false}, 0.5, 7 * S, 9 * S, 0, 9 * S},
        {{0, 0, false}, 0.5, 7 * S, 5 * S, 0, 7 * S},
        /* phases count from the start */
        {{1000, 0, false}, 0, 7 * S, 7 * S, 5, 7 * S},
        {{1000, 0, false}, 0.25, 7 * S, 7 * S, 5, 7250 * MS},
        {{1000, 0, false}, 0.25, 7 * S, 7250 * MS, 5, 7250 * MS},
        {{1000, 0, false}, 0.25, 7 * S, 7251 * MS, 5, 8250 * MS},
        {{1000, 0, false}, 0.25, 7 * S, 99 * S, 5, 99250 * MS},
        /* aligned: multiples of the wall clock, wherever the start was */
        {{1000, 0, true}, 0.25, 7 * S, 8 * S, 1500000, 8500 * MS},
        {{1000, 0, true}, 0.25, 7 * S, 8 * S, 2000000, 8 * S},
        {{1000, 0, true}, 0, 7 * S, 8 * S, 1999999, 8 * S + 1000},
        {{1000, 0, true}, 0, 0, 8 * S, 2000001, 9 * S - 1000},
        {{60000, 0, true}, 0, 0, 0, -1000000, 1 * S},
        {{60000, 0, true}, 0, 0, 0, -59000000, 59 * S},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_spec_first(&cases[i].spec, cases[i].phase,
                                       cases[i].start_ns, cases[i].now_ns,
                                       cases[i].wall_us),
                         cases[i].slot_ns);
}

static void the_slot_after_follows_without_drift(void **state)
{
    const struct gn_spec spec = {1000, 0, false};

    (void)state;
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 0), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7999 * MS, 0), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 8 * S, 0), 9 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 70100 * MS, 0), 71 * S);
}

static void aligned_slots_follow_the_wall_clock(void **state)
{
    const struct gn_spec spec = {1000, 0, true};

    (void)state;
    /* clocks in step: the slot at 7 s was at wall 100 s */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100000000), 8 * S);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7001 * MS, 100001000), 8 * S);
    /* slowed by a millisecond: the same slot is not due again */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 99999000), 8001 * MS);
    /* set on by 300 ms: a shorter wait; by 600 ms: too short, a longer one */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100300000), 7700 * MS);
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100600000), 8400 * MS);
    /* set back by an hour and 400 ms */
    assert_int_equal(gn_spec_after(&spec, 7 * S, 7 * S, 100000000 - 3600400000),
                     8400 * MS);
}

static void jitter_is_a_part_of_its_bound(void **state)
{
    const struct gn_spec spec = {1000, 400, false};
    const struct gn_spec none = {1000, 0, false};

    (void)state;
    assert_int_equal(gn_spec_jitter_ns(&spec, 0), 0);
    assert_int_equal(gn_spec_jitter_ns(&spec, 0.75), 300 * MS);
    assert_int_equal(gn_spec_jitter_ns(&none, 0.75), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specs_out_of_range_are_refused),
        cmocka_unit_test(the_first_slot_is_at_or_after_now),
        cmocka_unit_test(the_slot_after_follows_without_drift),
        cmocka_unit_test(aligned_slots_follow_the_wall_clock),
        cmocka_unit_test(jitter_is_a_part_of_its_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
