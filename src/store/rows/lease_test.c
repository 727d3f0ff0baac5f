/* lease_test.c - whose a statement is, when two threads want it. */
#include "store/fixture_test.h"

#include <sched.h>

#include "store/rows/lease.h"

static struct gn_lease lease;
static int touched; /* by who has it, alone: ThreadSanitizer would tell */
static bool may_end;
static atomic_bool ending;
static atomic_bool go_on;

static bool end(struct gn_lease *l)
{
    (void)l;
    touched++;
    return may_end;
}

static int up(void **state)
{
    (void)state;
    gn_lease_init(&lease, "select 1", end);
    touched = 0;
    may_end = true;
    return 0;
}

static int down(void **state)
{
    (void)state;
    return 0;
}

static void in_a_call_it_is_asked_and_not_taken(void **state)
{
    (void)state;
    assert_false(gn_lease_claim(&lease, GN_STOP_CANCELED));
    assert_int_equal(lease.stop, GN_STOP_CANCELED);
    assert_false(gn_lease_claim(&lease, GN_STOP_OLD));
    assert_int_equal(lease.stop, GN_STOP_CANCELED); /* the first reason stays */
    gn_lease_leave(&lease);
    assert_true(gn_lease_enter(&lease));
    gn_lease_over(&lease);
    assert_false(gn_lease_claim(&lease, GN_STOP_OLD));
    assert_false(gn_lease_enter(&lease));
    assert_int_equal(touched, 0);
}

static void between_calls_it_is_ended(void **state)
{
    (void)state;
    gn_lease_leave(&lease);
    assert_true(gn_lease_claim(&lease, GN_STOP_OLD));
    assert_false(gn_lease_claim(&lease, GN_STOP_OLD)); /* by one */
    assert_true(gn_lease_end(&lease));
    assert_int_equal(touched, 1);
    assert_false(gn_lease_enter(&lease));
}

static void who_cannot_be_ended_is_its_thread_s_again(void **state)
{
    (void)state;
    may_end = false;
    gn_lease_leave(&lease);
    assert_true(gn_lease_claim(&lease, GN_STOP_OLD));
    assert_false(gn_lease_end(&lease));
    assert_true(gn_lease_enter(&lease));
    assert_int_equal(lease.stop, GN_STOP_OLD);
}

static void long_queries_are_cut(void **state)
{
    char sql[3 * GN_LEASE_SQL];

    (void)state;
    memset(sql, 'x', sizeof sql);
    sql[sizeof sql - 1] = '\0';
    gn_lease_init(&lease, sql, end);
    assert_int_equal(strlen(lease.sql), GN_LEASE_SQL - 1);
    sql[GN_LEASE_SQL - 1] = '\0';
    gn_lease_init(&lease, sql, end);
    assert_string_equal(lease.sql, sql);
}

static bool end_slowly(struct gn_lease *l)
{
    (void)l;
    atomic_store(&ending, true);
    while (!atomic_load(&go_on))
        sched_yield();
    touched = 7;
    return true;
}

static void *end_it(void *claimed)
{
    *(bool *)claimed = gn_lease_claim(&lease, GN_STOP_OLD);
    (void)gn_lease_end(&lease);
    return NULL;
}

static void *let_it_go_on(void *unused)
{
    for (int i = 0; i < 1000; i++) /* so that the other may come to wait */
        sched_yield();
    atomic_store(&go_on, true);
    return unused;
}

static void its_thread_waits_while_it_is_ended(void **state)
{
    pthread_t ender;
    pthread_t third;
    bool claimed = false;

    (void)state;
    atomic_store(&ending, false);
    atomic_store(&go_on, false);
    lease.end = end_slowly;
    gn_lease_leave(&lease);
    assert_int_equal(gn_thread_start(&ender, end_it, &claimed, NULL), 0);
    while (!atomic_load(&ending))
        sched_yield();
    assert_int_equal(gn_thread_start(&third, let_it_go_on, NULL, NULL), 0);
    assert_false(gn_lease_enter(&lease));
    assert_int_equal(touched, 7); /* all of it was done */
    gn_thread_join(ender);
    gn_thread_join(third);
    assert_true(claimed);
}

static void *claim_often(void *ends)
{
    while (atomic_load(&go_on))
        if (gn_lease_claim(&lease, GN_STOP_OLD)) {
            (void)gn_lease_end(&lease);
            atomic_fetch_add((atomic_int *)ends, 1);
        } else {
            sched_yield();
        }
    return NULL;
}

static void one_at_a_time_has_it(void **state)
{
    enum { ENDERS = 2, ROUNDS = 20000 };
    pthread_t enders[ENDERS];
    atomic_int ends = 0;
    int rounds = 0;

    (void)state;
    may_end = false;
    atomic_store(&go_on, true);
    gn_lease_leave(&lease);
    for (int i = 0; i < ENDERS; i++)
        assert_int_equal(gn_thread_start(&enders[i], claim_often, &ends, NULL),
                         0);
    for (; rounds < ROUNDS || atomic_load(&ends) == 0; rounds++) {
        assert_true(gn_lease_enter(&lease));
        touched++;
        gn_lease_leave(&lease);
        if (rounds >= ROUNDS)
            sched_yield();
    }
    atomic_store(&go_on, false);
    for (int i = 0; i < ENDERS; i++)
        gn_thread_join(enders[i]);
    assert_int_equal(touched, rounds + atomic_load(&ends));
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(in_a_call_it_is_asked_and_not_taken),
        WITH(between_calls_it_is_ended),
        WITH(who_cannot_be_ended_is_its_thread_s_again),
        WITH(long_queries_are_cut),
        WITH(its_thread_waits_while_it_is_ended),
        WITH(one_at_a_time_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
