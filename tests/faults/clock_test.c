/* clock_test.c - the wall clock is set back and forward by years while a store
 * works: nothing of it notices. Needs failing.c in LD_PRELOAD. */
#include "store/fixture_test.h"

#include <dlfcn.h>
#include <time.h>

#include "base/random.h"
#include "faults/failing.h"
#include "faults/start.h"
#include "garner/garner.h"

#define YEAR (INT64_C(365) * 24 * 3600)

static const struct failing *failing;
static atomic_bool ended;
static atomic_int jumps;

static int64_t wall_seconds(void)
{
    return gn_clock_wall_us() / 1000000;
}

/* To any time of ten years before and after now. */
static void *set_it(void *unused)
{
    uint64_t seed = 7;

    while (!atomic_load(&ended)) {
        const int64_t by =
            (int64_t)(gn_random_next(&seed) % (uint64_t)(20 * YEAR));
        const struct timespec pause = {.tv_nsec = 200000};

        failing->set_clock(by - 10 * YEAR);
        atomic_fetch_add(&jumps, 1);
        nanosleep(&pause, NULL);
    }
    failing->set_clock(0);
    return unused;
}

static pthread_t start_jumping(void)
{
    const int64_t before = wall_seconds();
    pthread_t thread;

    failing->set_clock(YEAR);
    assert_true(wall_seconds() >= before + YEAR); /* it does reach us */
    failing->set_clock(0);
    atomic_store(&ended, false);
    assert_int_equal(gn_thread_start(&thread, set_it, NULL, NULL), GARNER_OK);
    return thread;
}

static void stop_jumping(pthread_t thread)
{
    atomic_store(&ended, true);
    gn_thread_join(thread);
}

static void a_clock_that_is_set_is_not_noticed(void **state)
{
    const unsigned lives = sweep_rounds(20, 200);
    struct start start;
    pthread_t thread;

    (void)state;
    if (failing == NULL)
        skip();
    start_empty(&start);
    thread = start_jumping();
    for (unsigned i = 0; i < lives; i++) {
        struct life life;

        start_life(&start, fixture.db, &life);
        life.options.gather_ms = 1;
        if (!life_run(&life) || !life_audit(&life))
            fail_msg("life %u: %s", i, life.complaint);
    }
    stop_jumping(thread);
    print_message("faults: the clock set %d times in %u lives\n",
                  atomic_load(&jumps), lives);
}

static void a_deadline_is_of_the_other_clock(void **state)
{
    enum { MS = 60 };
    struct garner_options options;
    struct garner_store *store;
    sqlite3 *foreign;

    (void)state;
    if (failing == NULL)
        skip();
    garner_options_init(&options);
    options.timeout_ms = MS;
    assert_int_equal(garner_open(fixture.db, &options, &store, NULL),
                     GARNER_OK);
    foreign = foreign_open();
    foreign_run(foreign, "begin immediate");
    for (int i = 0; i < 6; i++) {
        const int64_t start_ns = gn_clock_monotonic_ns();
        const int64_t by = i % 3 == 0 ? 0 : i % 3 == 1 ? YEAR : -YEAR;

        failing->set_clock(by);
        assert_int_equal(
            garner_exec(store, "create table t (a)", NULL, 0, NULL, NULL),
            GARNER_BUSY);
        assert_true(gn_clock_monotonic_ns() - start_ns >=
                    MS * INT64_C(1000000));
    }
    failing->set_clock(0);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
    garner_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clock_that_is_set_is_not_noticed),
        TEST(a_deadline_is_of_the_other_clock),
    };

    failing = dlsym(RTLD_DEFAULT, "failing");
    if (failing == NULL)
        print_message(
            "skipped: LD_PRELOAD does not name failing.c's library\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
