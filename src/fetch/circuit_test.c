/* circuit_test.c - a host that fails is left alone, then tried by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fetch/circuit.h"

enum { LIMIT = 3 };
#define MS INT64_C(1000000)

static const struct gn_backoff backoff = {.least_ms = 10, .most_ms = 100};

static bool end(struct gn_circuit *c, enum gn_outcome outcome, bool probe,
                int64_t now_ns)
{
    return gn_circuit_end(c, outcome, probe, LIMIT, &backoff, 0, now_ns);
}

/* One fetch from begin to end at now_ns. */
static bool fetch(struct gn_circuit *c, enum gn_outcome outcome, int64_t now_ns)
{
    bool probe;

    assert_true(gn_circuit_admits(c, now_ns));
    probe = gn_circuit_begin(c);
    return end(c, outcome, probe, now_ns);
}

static void failures_in_a_row_open_it(void **state)
{
    struct gn_circuit c = {0};

    (void)state;
    for (int i = 0; i < 5; i++) { /* never three in a row */
        assert_false(fetch(&c, GN_OUTCOME_FAILED, 0));
        assert_false(fetch(&c, GN_OUTCOME_FAILED, 0));
        assert_false(fetch(&c, GN_OUTCOME_REACHED, 0));
    }
    assert_false(fetch(&c, GN_OUTCOME_FAILED, 0));
    assert_false(fetch(&c, GN_OUTCOME_UNKNOWN, 0)); /* says nothing */
    assert_false(fetch(&c, GN_OUTCOME_FAILED, 0));
    assert_true(fetch(&c, GN_OUTCOME_FAILED, 5 * MS));
    assert_false(gn_circuit_admits(&c, 5 * MS));
    assert_false(gn_circuit_admits(&c, 15 * MS - 1));
    assert_int_equal(gn_circuit_again_ns(&c, 6 * MS), 15 * MS);
    assert_true(gn_circuit_admits(&c, 15 * MS));
}

static struct gn_circuit opened(void)
{
    struct gn_circuit c = {0};

    for (int i = 0; i < LIMIT; i++)
        (void)fetch(&c, GN_OUTCOME_FAILED, 0);
    return c;
}

static void one_tries_it_then(void **state)
{
    struct gn_circuit c = opened();

    (void)state;
    assert_true(gn_circuit_admits(&c, 10 * MS));
    assert_true(gn_circuit_begin(&c));
    assert_false(gn_circuit_admits(&c, 10 * MS));
    assert_true(gn_circuit_again_ns(&c, 10 * MS) > 10 * MS);
    assert_true(end(&c, GN_OUTCOME_REACHED, true, 11 * MS));
    assert_true(gn_circuit_admits(&c, 11 * MS));
    assert_false(gn_circuit_begin(&c));
    assert_true(gn_circuit_admits(&c, 11 * MS)); /* all may, at a time */
}

static void who_fails_at_that_makes_all_wait_longer(void **state)
{
    struct gn_circuit c = opened();
    int64_t now = 10 * MS;
    int64_t longest = 10;

    (void)state;
    for (int i = 0; i < 8; i++) {
        assert_true(gn_circuit_admits(&c, now));
        assert_true(gn_circuit_begin(&c));
        longest = longest * 2 < 50 ? longest * 2 : 50;
        assert_true(gn_circuit_end(&c, GN_OUTCOME_FAILED, true, LIMIT, &backoff,
                                   0x1.fffffffffffffp-1, now));
        assert_true(c.until_ns - now >= longest * MS);
        assert_true(c.until_ns - now <= 100 * MS);
        assert_false(gn_circuit_admits(&c, c.until_ns - 1));
        now = c.until_ns;
    }
    assert_true(fetch(&c, GN_OUTCOME_REACHED, now));
    assert_false(fetch(&c, GN_OUTCOME_FAILED, now)); /* it counts anew */
}

static void late_endings_change_little(void **state)
{
    struct gn_circuit c = opened();
    const int64_t until = c.until_ns;

    (void)state;
    assert_false(end(&c, GN_OUTCOME_FAILED, false, 5 * MS));
    assert_int_equal(c.until_ns, until);
    assert_int_equal(c.openings, 1);
    assert_true(gn_circuit_begin(&c));
    assert_false(end(&c, GN_OUTCOME_FAILED, false, 12 * MS));
    assert_false(gn_circuit_admits(&c, 12 * MS)); /* still probing */
    assert_false(end(&c, GN_OUTCOME_UNKNOWN, true, 13 * MS));
    assert_true(gn_circuit_admits(&c, 13 * MS)); /* another one may */
    assert_true(end(&c, GN_OUTCOME_REACHED, false, 14 * MS));
    assert_false(gn_circuit_begin(&c)); /* it works after all */
}

static void what_speaks_of_the_host(void **state)
{
    (void)state;
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_NONE, 200),
                     GN_OUTCOME_REACHED);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_NONE, 404),
                     GN_OUTCOME_REACHED);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_TOO_LARGE, 200),
                     GN_OUTCOME_REACHED);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_NONE, 503),
                     GN_OUTCOME_FAILED);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_CONNECT, 0),
                     GN_OUTCOME_FAILED);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_CANCELED, 0),
                     GN_OUTCOME_UNKNOWN);
    assert_int_equal(gn_circuit_outcome(GN_FAILURE_LOCAL, 0),
                     GN_OUTCOME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_a_row_open_it),
        cmocka_unit_test(one_tries_it_then),
        cmocka_unit_test(who_fails_at_that_makes_all_wait_longer),
        cmocka_unit_test(late_endings_change_little),
        cmocka_unit_test(what_speaks_of_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
