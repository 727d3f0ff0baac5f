/* pool_test.c - read connections: a bound, leases, and what failing leaves. */
#include "store/fixture_test.h"

#include <sched.h>

#include "store/rows/pool.h"

enum { MOST = 3 };

static struct gn_sqlite *writer;
static struct gn_pool *pool;

static int with_pool(void **state)
{
    struct gn_sqlite_options options;

    if (fixture_up(state) != 0)
        return -1;
    writer = open_writer();
    options = writer_options();
    options.writer = false;
    options.create = false;
    return gn_pool_new(&options, MOST, &pool, NULL) == GARNER_OK ? 0 : -1;
}

static int without_pool(void **state)
{
    gn_pool_free(pool);
    gn_sqlite_close(writer);
    return fixture_down(state);
}

static void lease(struct gn_lease *l, const char *sql)
{
    gn_lease_init(l, sql, NULL);
    assert_int_equal(gn_pool_lease(pool, SECONDS(20), l, NULL), GARNER_OK);
}

static void counts(int open, int leased)
{
    int o;
    int l;

    gn_pool_count(pool, &o, &l);
    assert_int_equal(o, open);
    assert_int_equal(l, leased);
}

static void connections_are_opened_on_demand_and_used_again(void **state)
{
    struct gn_lease a;
    struct gn_lease b;
    struct gn_lease again;

    (void)state;
    counts(0, 0);
    lease(&a, "a");
    lease(&b, "b");
    counts(2, 2);
    assert_ptr_not_equal(a.connection, b.connection);
    gn_pool_give_back(pool, &a);
    gn_pool_give_back(pool, &b);
    counts(2, 0);
    lease(&again, "again");
    assert_ptr_equal(again.connection, b.connection); /* the last is warm */
    gn_pool_give_back(pool, &again);
}

static void past_the_bound_it_is_a_timeout(void **state)
{
    struct gn_lease c[MOST];
    struct gn_lease none;
    struct garner_error err;
    char thread[32];

    (void)state;
    for (int i = 0; i < MOST; i++)
        lease(&c[i], i == 0 ? "select 'the oldest'" : "select 'younger'");
    gn_lease_init(&none, "one more", NULL);
    assert_int_equal(
        gn_pool_lease(pool, gn_clock_monotonic_ns() + 3000000, &none, &err),
        GARNER_TIMEOUT);
    assert_null(none.connection);
    assert_non_null(strstr(err.message, "all 3 read connections"));
    assert_non_null(strstr(err.message, "select 'the oldest'"));
    snprintf(thread, sizeof thread, "Thread %d has", (int)gettid());
    assert_non_null(strstr(err.message, thread));
    counts(MOST, MOST);
    for (int i = 0; i < MOST; i++)
        gn_pool_give_back(pool, &c[i]);
}

static atomic_int most_at_once;
static atomic_int at_once;

static void *use(void *failures)
{
    for (int i = 0; i < 500; i++) {
        struct gn_lease c;
        int now;
        int most;

        gn_lease_init(&c, "use", NULL);
        if (gn_pool_lease(pool, SECONDS(20), &c, NULL) != GARNER_OK) {
            atomic_fetch_add((atomic_int *)failures, 1);
            continue;
        }
        now = atomic_fetch_add(&at_once, 1) + 1;
        most = atomic_load(&most_at_once);
        while (now > most &&
               !atomic_compare_exchange_weak(&most_at_once, &most, now))
            ;
        sched_yield();
        atomic_fetch_sub(&at_once, 1);
        gn_pool_give_back(pool, &c);
    }
    return NULL;
}

static void who_waits_gets_one(void **state)
{
    pthread_t threads[8];
    atomic_int failures = 0;

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(gn_thread_start(&threads[i], use, &failures, NULL), 0);
    for (int i = 0; i < 8; i++)
        gn_thread_join(threads[i]);
    assert_int_equal(atomic_load(&failures), 0);
    assert_in_range(atomic_load(&most_at_once), 1, MOST);
}

struct waiter {
    pthread_t thread;
    int64_t deadline_ns;
    enum garner_code code;
    atomic_bool served;
    atomic_bool ended;
};

static atomic_bool hold; /* what they got */

static void *wait_for_one(void *argument)
{
    struct waiter *w = argument;
    struct gn_lease l;

    gn_lease_init(&l, "waits", NULL);
    w->code = gn_pool_lease(pool, w->deadline_ns, &l, NULL);
    atomic_store(&w->served, w->code == GARNER_OK);
    while (w->code == GARNER_OK && atomic_load(&hold))
        sched_yield();
    if (w->code == GARNER_OK)
        gn_pool_give_back(pool, &l);
    atomic_store(&w->ended, true);
    return NULL;
}

static void start(struct waiter *w, int64_t deadline_ns)
{
    const int before = gn_pool_waiting(pool);

    *w = (struct waiter){.deadline_ns = deadline_ns};
    assert_int_equal(gn_thread_start(&w->thread, wait_for_one, w, NULL), 0);
    while (gn_pool_waiting(pool) == before && !atomic_load(&w->ended))
        sched_yield();
}

static void who_waits_is_not_passed_for_ever(void **state)
{
    struct gn_lease c[MOST];
    struct waiter w;

    (void)state;
    for (int i = 0; i < MOST; i++)
        lease(&c[i], "c");
    start(&w, SECONDS(20));
    for (int i = 0; i < 40; i++) { /* at once, while the other still wakes */
        gn_pool_give_back(pool, &c[0]);
        lease(&c[0], "again");
    }
    assert_true(atomic_load(&w.served));
    gn_thread_join(w.thread);
    for (int i = 0; i < MOST; i++)
        gn_pool_give_back(pool, &c[i]);
    counts(MOST, 0);
}

static void what_the_first_leaves_is_the_next_one_s(void **state)
{
    struct gn_lease c[MOST];
    struct waiter w[2];

    (void)state;
    for (int i = 0; i < MOST; i++)
        lease(&c[i], "c");
    atomic_store(&hold, true);
    for (int i = 0; i < 2; i++)
        start(&w[i], SECONDS(20));
    for (int i = 0; i < 2; i++)
        gn_pool_give_back(pool, &c[i]);
    while ((!atomic_load(&w[0].served) || !atomic_load(&w[1].served)) &&
           !atomic_load(&w[0].ended) && !atomic_load(&w[1].ended))
        sched_yield();
    atomic_store(&hold, false);
    for (int i = 0; i < 2; i++) {
        gn_thread_join(w[i].thread);
        assert_int_equal(w[i].code, GARNER_OK);
    }
    gn_pool_give_back(pool, &c[2]);
    counts(MOST, 0);
}

static void who_gives_up_leaves_the_rest_their_turns(void **state)
{
    struct gn_lease c[MOST];
    struct waiter hasty;
    struct waiter patient[2];

    (void)state;
    for (int i = 0; i < MOST; i++)
        lease(&c[i], "c");
    start(&hasty, gn_clock_monotonic_ns() + 100000000);
    start(&patient[0], SECONDS(20));
    start(&patient[1], SECONDS(20));
    gn_thread_join(hasty.thread);
    assert_int_equal(hasty.code, GARNER_TIMEOUT);
    assert_int_equal(gn_pool_waiting(pool), 2);
    gn_pool_give_back(pool, &c[0]); /* one for both, one after the other */
    for (int i = 0; i < 2; i++)
        gn_thread_join(patient[i].thread);
    assert_true(atomic_load(&patient[0].served));
    assert_true(atomic_load(&patient[1].served));
    for (int i = 1; i < MOST; i++)
        gn_pool_give_back(pool, &c[i]);
    counts(MOST, 0);
}

static void who_cannot_be_opened_takes_no_place(void **state)
{
    struct gn_lease c[MOST];
    struct gn_lease none;

    (void)state;
    for (int i = 0; i < 2 * MOST; i++) {
        gn_lease_init(&none, "none", NULL);
        gn_mem_fail_at(1);
        assert_int_equal(gn_pool_lease(pool, SECONDS(20), &none, NULL),
                         GARNER_NOMEM);
        counts(0, 0);
    }
    for (int i = 0; i < MOST; i++)
        lease(&c[i], "c");
    for (int i = 0; i < MOST; i++)
        gn_pool_give_back(pool, &c[i]);
}

/* --- snapshots ------------------------------------------------------------ */

static bool may_end;

static bool end(struct gn_lease *l)
{
    if (may_end)
        gn_pool_give_back(pool, l);
    return may_end;
}

/* A lease whose snapshot began at since_ns of an early clock. */
static void snapshot(struct gn_lease *l, const char *sql, int64_t since_ns,
                     bool idle)
{
    gn_lease_init(l, sql, end);
    assert_int_equal(gn_pool_lease(pool, SECONDS(20), l, NULL), GARNER_OK);
    atomic_store(&l->since_ns, since_ns);
    if (idle)
        gn_lease_leave(l);
    may_end = true;
}

static void the_oldest_snapshot_is_named(void **state)
{
    struct gn_reader reader;
    struct gn_lease none;
    struct gn_lease young;
    struct gn_lease old;

    (void)state;
    assert_false(gn_pool_oldest(pool, &reader));
    snapshot(&none, "select 'not begun'", 0, true);
    assert_false(gn_pool_oldest(pool, &reader));
    snapshot(&young, "select 'young'", gn_clock_monotonic_ns(), true);
    snapshot(&old, "select 'old'", gn_clock_monotonic_ns() - 5000000000, false);
    assert_true(gn_pool_oldest(pool, &reader));
    assert_string_equal(reader.sql, "select 'old'");
    assert_int_equal(reader.thread, gettid());
    assert_true(reader.age_ns >= 5000000000);
    gn_pool_give_back(pool, &old);
    assert_true(gn_pool_oldest(pool, &reader));
    assert_string_equal(reader.sql, "select 'young'");
    gn_pool_give_back(pool, &young);
    gn_pool_give_back(pool, &none);
}

static char reported[512];

static void report(void *context, const char *line)
{
    (void)context;
    snprintf(reported, sizeof reported, "%s", line);
}

static void the_old_are_ended_and_nobody_else(void **state)
{
    struct gn_pool_ended sum;
    struct gn_lease none;
    struct gn_lease old;
    struct gn_lease young;

    (void)state;
    garner_set_log(report, NULL);
    snapshot(&none, "none", 0, true);
    snapshot(&old, "select 'old'", 100, true);
    snapshot(&young, "young", 300, true);
    sum = gn_pool_end_old(pool, 100); /* before, not at */
    assert_int_equal(sum.ended + sum.asked, 0);
    assert_int_equal(sum.oldest_ns, 100);
    sum = gn_pool_end_old(pool, 300);
    assert_int_equal(sum.ended, 1);
    assert_int_equal(sum.asked, 0);
    assert_int_equal(sum.oldest_ns, 300);
    assert_non_null(strstr(reported, "select 'old'"));
    assert_false(gn_lease_enter(&old));
    assert_int_equal(old.stop, GN_STOP_OLD);
    counts(MOST, MOST - 1);
    assert_true(gn_lease_enter(&young));
    assert_int_equal(young.stop, GN_STOP_NOT);
    sum = gn_pool_end_old(pool, 301); /* it is in a call */
    assert_int_equal(sum.ended, 0);
    assert_int_equal(sum.asked, 1);
    assert_int_equal(sum.oldest_ns, INT64_MAX);
    assert_int_equal(young.stop, GN_STOP_OLD);
    gn_pool_give_back(pool, &young);
    gn_pool_give_back(pool, &none);
    garner_set_log(NULL, NULL);
}

static void who_cannot_be_ended_stays(void **state)
{
    struct gn_pool_ended sum;
    struct gn_lease old[2];

    (void)state;
    garner_set_log(report, NULL);
    snapshot(&old[0], "a", 1, true);
    snapshot(&old[1], "b", 2, true);
    may_end = false;
    sum = gn_pool_end_old(pool, 9);
    assert_int_equal(sum.ended, 0);
    assert_true(sum.asked > 0);
    counts(2, 2);
    may_end = true;
    sum = gn_pool_end_old(pool, 9);
    assert_int_equal(sum.ended, 2);
    assert_int_equal(sum.asked, 0);
    counts(2, 0);
    garner_set_log(NULL, NULL);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_sqlite_options options = writer_options();
    struct gn_pool *none;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_pool_new(&options, 3, &none, NULL), GARNER_NOMEM);
    assert_null(none);
    gn_pool_free(NULL);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_pool, without_pool)

static void closing_counts_those_in_use(void **state)
{
    struct gn_lease l;

    (void)state;
    assert_int_equal(gn_pool_close(pool, SECONDS(20)), 0);
    lease(&l, "used");
    assert_int_equal(gn_pool_close(pool, 0), 1);
    assert_int_equal(atomic_load(&l.stop), GN_STOP_CLOSED);
    gn_pool_give_back(pool, &l);
    assert_int_equal(gn_pool_close(pool, SECONDS(20)), 0);
}

struct closer {
    pthread_t thread;
    int left;
};

static void *close_pool(void *argument)
{
    struct closer *c = argument;

    c->left = gn_pool_close(pool, SECONDS(20));
    return NULL;
}

/* Its thread was in a call that does not look, and makes no other. */
static void closing_ends_one_that_was_in_a_call(void **state)
{
    const int64_t start_ns = gn_clock_monotonic_ns();
    struct closer c;
    struct gn_lease l;

    (void)state;
    snapshot(&l, "values (1)", 1, false);
    assert_int_equal(gn_thread_start(&c.thread, close_pool, &c, NULL), 0);
    while (atomic_load(&l.stop) != GN_STOP_CLOSED)
        sched_yield();
    gn_lease_leave(&l);
    gn_thread_join(c.thread);
    assert_int_equal(c.left, 0);
    assert_false(gn_lease_enter(&l));
    assert_true(gn_clock_monotonic_ns() - start_ns < 15000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(connections_are_opened_on_demand_and_used_again),
        WITH(closing_counts_those_in_use),
        WITH(closing_ends_one_that_was_in_a_call),
        WITH(past_the_bound_it_is_a_timeout),
        WITH(who_waits_gets_one),
        WITH(who_waits_is_not_passed_for_ever),
        WITH(what_the_first_leaves_is_the_next_one_s),
        WITH(who_gives_up_leaves_the_rest_their_turns),
        WITH(who_cannot_be_opened_takes_no_place),
        WITH(the_oldest_snapshot_is_named),
        WITH(the_old_are_ended_and_nobody_else),
        WITH(who_cannot_be_ended_stays),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
