/* pool_test.c - read connections: a bound, leases, and what failing leaves. */
#include "store/fixture_test.h"

#include <sched.h>

#include "store/pool.h"

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

static struct gn_sqlite *lease(void)
{
    struct gn_sqlite *c;

    assert_int_equal(gn_pool_lease(pool, SECONDS(20), &c, NULL), GARNER_OK);
    return c;
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
    struct gn_sqlite *a;
    struct gn_sqlite *b;

    (void)state;
    counts(0, 0);
    a = lease();
    b = lease();
    counts(2, 2);
    assert_ptr_not_equal(a, b);
    gn_pool_give_back(pool, a);
    gn_pool_give_back(pool, b);
    counts(2, 0);
    assert_ptr_equal(lease(), b); /* the last given back is warm */
    gn_pool_give_back(pool, b);
}

static void past_the_bound_it_is_a_timeout(void **state)
{
    struct gn_sqlite *c[MOST];
    struct gn_sqlite *none;
    struct garner_error err;

    (void)state;
    for (int i = 0; i < MOST; i++)
        c[i] = lease();
    assert_int_equal(
        gn_pool_lease(pool, gn_clock_monotonic_ns() + 3000000, &none, &err),
        GARNER_TIMEOUT);
    assert_null(none);
    assert_non_null(strstr(err.message, "all 3 read connections"));
    counts(MOST, MOST);
    for (int i = 0; i < MOST; i++)
        gn_pool_give_back(pool, c[i]);
}

static atomic_int most_at_once;
static atomic_int at_once;

static void *use(void *failures)
{
    for (int i = 0; i < 500; i++) {
        struct gn_sqlite *c;
        int now;
        int most;

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
        gn_pool_give_back(pool, c);
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

static void who_cannot_be_opened_takes_no_place(void **state)
{
    struct gn_sqlite *c[MOST];
    struct gn_sqlite *none;

    (void)state;
    for (int i = 0; i < 2 * MOST; i++) {
        gn_mem_fail_at(1);
        assert_int_equal(gn_pool_lease(pool, SECONDS(20), &none, NULL),
                         GARNER_NOMEM);
        counts(0, 0);
    }
    for (int i = 0; i < MOST; i++)
        c[i] = lease();
    for (int i = 0; i < MOST; i++)
        gn_pool_give_back(pool, c[i]);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(connections_are_opened_on_demand_and_used_again),
        WITH(past_the_bound_it_is_a_timeout),
        WITH(who_waits_gets_one),
        WITH(who_cannot_be_opened_takes_no_place),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
