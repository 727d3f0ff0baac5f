/* watch_test.c - what is over is ended, once; what is taken back is not. */
#include "store/fixture_test.h"

#include <sched.h>

#include "store/commit/watch.h"

/* What the watch's thread finds. */
struct thing {
    struct gn_watched watched;
    atomic_int_fast64_t due_ns; /* it is over then */
    int64_t step_ns;            /* it is looked at so often, if not 0 */
    atomic_int looks;
    atomic_int ends;
    atomic_bool closing;
};

static struct gn_watch *watch;

static struct thing *thing_of(struct gn_watched *w)
{
    return (struct thing *)(void *)w;
}

static int64_t look(struct gn_watched *w, int64_t now_ns, bool closing)
{
    struct thing *t = thing_of(w);
    const int64_t due_ns = atomic_load(&t->due_ns);

    atomic_fetch_add(&t->looks, 1);
    atomic_store(&t->closing, closing);
    if (closing || now_ns >= due_ns)
        return 0;
    return t->step_ns > 0 ? now_ns + t->step_ns : due_ns;
}

static void end(struct gn_watched *w)
{
    atomic_fetch_add(&thing_of(w)->ends, 1);
}

static struct thing due(int64_t due_ns)
{
    return (struct thing){.watched = {.look = look, .end = end},
                          .due_ns = due_ns};
}

static void await(atomic_int *number, int least)
{
    while (atomic_load(number) < least)
        sched_yield();
}

static int with_watch(void **state)
{
    (void)state;
    return gn_watch_new(&watch, NULL) == GARNER_OK &&
                   gn_watch_start(watch, NULL) == GARNER_OK &&
                   gn_watch_start(watch, NULL) == GARNER_OK
               ? 0
               : -1;
}

static int without_watch(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_watch_free(watch);
    watch = NULL;
    return 0;
}

static void what_is_over_is_ended_once(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        const int64_t due_ns = gn_clock_monotonic_ns() + round * INT64_C(10000);
        struct thing t = due(due_ns);

        gn_watch_set(watch, &t.watched, due_ns);
        await(&t.ends, 1);
        assert_true(gn_clock_monotonic_ns() >= due_ns);
        assert_false(atomic_load(&t.closing));
    }
}

static void what_is_taken_back_is_let_be(void **state)
{
    struct thing t = due(SECONDS(1000));
    struct thing next = due(gn_clock_monotonic_ns());

    (void)state;
    gn_watch_set(watch, &t.watched, SECONDS(1000));
    gn_watch_take_back(watch);
    atomic_store(&t.due_ns, 0);
    gn_watch_set(watch, &next.watched, 0);
    await(&next.ends, 1);
    assert_int_equal(atomic_load(&t.ends), 0);
}

/* The first is far away; the thread sleeps for it when the second comes. */
static void an_earlier_one_is_not_slept_over(void **state)
{
    struct thing far = due(SECONDS(100000));
    struct thing near = due(0);

    (void)state;
    gn_watch_set(watch, &far.watched, 0);
    await(&far.looks, 1);
    gn_watch_take_back(watch);
    gn_watch_set(watch, &near.watched, 0);
    await(&near.ends, 1);
}

static void it_is_looked_at_again_when_it_says(void **state)
{
    struct thing t = due(SECONDS(100000));

    (void)state;
    t.step_ns = 1000000;
    gn_watch_set(watch, &t.watched, 0);
    await(&t.looks, 3);
    assert_int_equal(atomic_load(&t.ends), 0);
    atomic_store(&t.due_ns, 0);
    await(&t.ends, 1);
}

static void closing_ends_what_is_left_at_its_time(void **state)
{
    struct thing t = due(SECONDS(100000));
    struct thing late = due(SECONDS(100000));
    const int64_t close_ns = gn_clock_monotonic_ns() + 2000000;

    (void)state;
    gn_watch_set(watch, &t.watched, 0);
    await(&t.looks, 1);
    gn_watch_close(watch, close_ns);
    await(&t.ends, 1);
    assert_true(gn_clock_monotonic_ns() >= close_ns);
    assert_true(atomic_load(&t.closing));
    gn_watch_set(watch, &late.watched, SECONDS(100000)); /* after the end */
    await(&late.ends, 1);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_watch *none;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_watch_new(&none, NULL), GARNER_NOMEM);
    assert_null(none);
    assert_int_equal(gn_watch_new(&none, NULL), GARNER_OK);
    gn_watch_free(none); /* its thread never ran */
    gn_watch_free(NULL);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_watch, without_watch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_is_over_is_ended_once),
        WITH(what_is_taken_back_is_let_be),
        WITH(an_earlier_one_is_not_slept_over),
        WITH(it_is_looked_at_again_when_it_says),
        WITH(closing_ends_what_is_left_at_its_time),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
