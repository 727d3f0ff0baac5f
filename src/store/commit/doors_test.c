/* doors_test.c - what was bounced is sent on, run after all, or refused, in
 * order. The router of these farms is stopped: the test is the router. */
#include "store/farm/fixture_test.h"

#include "base/error.h"
#include "store/commit/doors.h"
#include "store/tally_test.h"

static struct tally wakes = TALLY;
static struct tally holds = TALLY; /* a thread holds a shard, until ... */
static struct tally let_go = TALLY;
static char order[64]; /* of the callbacks, written by the pumps ... */
static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tally noted = TALLY; /* ... so many */

static void woken(void *context)
{
    (void)context;
    tally_add(&wakes);
}

static int with_doors(void **state)
{
    if (with_farm(state) != 0)
        return -1;
    gn_router_stop(store->farm->router);
    gn_fleet_on_bounce(fleet_of(store), woken, NULL);
    tally_reset(&wakes);
    tally_reset(&noted);
    order[0] = '\0';
    exec_all(FARM_TABLE);
    return 0;
}

/* What with_farm made, without its router. */
static int without_doors(void **state)
{
    struct gn_farm *farm = store->farm;

    tally_add(&let_go);
    gn_fleet_close(farm->fleet);
    gn_router_free(farm->router);
    gn_census_free(farm->census);
    gn_handle_free(store);
    store = NULL;
    return without_store(state);
}

static void note(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    size_t n;

    (void)result;
    gn_lock(&order_lock);
    n = strlen(order);
    order[n] = '!';
    if (err == NULL)
        order[n] = *(const char *)context;
    order[n + 1] = '\0';
    gn_unlock(&order_lock);
    tally_add(&noted);
}

static void submit(int key, const char *name)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert or ignore into t values (?, ?)",
                         GARNER_ARGS(garner_text(name), garner_integer(key)),
                         NULL),
        GARNER_OK);
    assert_int_equal(
        garner_submit(shard_of_key(key), batch, note, (void *)name, NULL),
        GARNER_OK);
}

static void wait_for_order(const char *expected)
{
    tally_is(&noted, (int)strlen(expected));
    assert_string_equal(order, expected);
}

/* Returns the shard that has key 1. */
static unsigned fence(void)
{
    const unsigned shard = gn_fleet_route(fleet_of(store), slot_of(1));

    set_slot(shard, slot_of(1), GN_SLOT_LEAVING, (shard + 1) % 4);
    return shard;
}

static bool is_held(struct gn_commit *c, unsigned slot)
{
    uint8_t doors[GARNER_SLOTS + 1];

    gn_doors_read(c, doors);
    return doors[slot] == GN_DOOR_HELD;
}

static void wait_for_bounce(struct gn_commit *c)
{
    assert_true(tally_await(&wakes, 1));
    assert_true(is_held(c, slot_of(1) + 1));
}

static void a_slot_that_stays_is_written_in_order(void **state)
{
    const unsigned shard = fence();
    struct gn_commit *c = commit_of(store, shard);

    (void)state;
    submit(1, "a");
    wait_for_bounce(c);
    submit(1, "b");
    submit(1, "c");
    set_slot(shard, slot_of(1), GN_SLOT_HERE, 0);
    assert_string_equal(order, "");
    gn_doors_reopen(c, slot_of(1) + 1);
    submit(1, "d");
    wait_for_order("abcd");
    assert_false(is_held(c, slot_of(1) + 1));
}

/* What is still in the queue when the first were sent on must not be passed. */
static void a_slot_that_goes_takes_all_with_it_in_order(void **state)
{
    const unsigned shard = fence();
    const unsigned other = (shard + 1) % 4;
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);
    struct gn_commit *c = commit_of(store, shard);
    struct garner_batch *late;
    const int64_t until_ns = SECONDS(20);
    struct garner_error err;
    bool none = false;

    (void)state;
    submit(1, "a");
    wait_for_bounce(c);
    submit(1, "b");
    submit(1, "c");
    set_slot(other, slot_of(1), GN_SLOT_HERE, 0);
    set_slot(shard, slot_of(1), GN_SLOT_GONE, other);
    while (!none && gn_clock_monotonic_ns() < until_ns) {
        none = gn_doors_empty(c, slot_of(1) + 1, &list);
        gn_doors_adopt(commit_of(store, other), &list);
    }
    assert_true(none);
    wait_for_order("abc");
    /* Nobody comes in by this door any more. */
    assert_int_equal(garner_batch_new(&late, NULL), GARNER_OK);
    late->ticket = (struct gn_ticket){.slot = slot_of(1) + 1};
    assert_int_equal(gn_commit_submit(c, late, SECONDS(20), &err), GARNER_BUSY);
    assert_true(late->ticket.moved);
    garner_batch_free(late);
    gn_doors_open(c, slot_of(1) + 1);
    set_slot(other, slot_of(1), GN_SLOT_GONE, shard);
    set_slot(shard, slot_of(1), GN_SLOT_HERE, 0);
    submit(1, "d");
    wait_for_order("abcd");
}

static enum garner_code hold(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    (void)context;
    (void)c;
    (void)err;
    tally_add(&holds);
    return tally_await(&let_go, 1) ? GARNER_OK : GARNER_TIMEOUT;
}

static void *hold_shard(void *context)
{
    return gn_fleet_do(fleet_of(store), *(const unsigned *)context, hold, NULL,
                       SECONDS(20), NULL) == GARNER_OK
               ? context
               : NULL;
}

/* A door is not shut as long as somebody is on the way to it. */
static void what_is_in_the_queue_still_keeps_the_door(void **state)
{
    unsigned shard = fence();
    struct gn_tickets list = TAILQ_HEAD_INITIALIZER(list);
    struct gn_commit *c = commit_of(store, shard);
    pthread_t holder;
    void *held;

    (void)state;
    submit(1, "a");
    wait_for_bounce(c);
    tally_reset(&holds);
    tally_reset(&let_go);
    assert_int_equal(pthread_create(&holder, NULL, hold_shard, &shard), 0);
    assert_true(tally_await(&holds, 1));
    tally_reset(&wakes);
    submit(1, "b");
    assert_false(gn_doors_empty(c, slot_of(1) + 1, &list));
    assert_non_null(TAILQ_FIRST(&list));
    assert_true(is_held(c, slot_of(1) + 1));
    tally_add(&let_go);
    assert_int_equal(pthread_join(holder, &held), 0);
    assert_non_null(held);
    assert_true(tally_await(&wakes, 1)); /* b is bounced, too */
    assert_true(gn_doors_empty(c, slot_of(1) + 1, &list));
    gn_doors_adopt(commit_of(store, (shard + 1) % 4), &list);
    set_slot((shard + 1) % 4, slot_of(1), GN_SLOT_HERE, 0);
    gn_doors_reopen(commit_of(store, (shard + 1) % 4), slot_of(1) + 1);
    wait_for_order("ab");
}

static void what_is_refused_is_told(void **state)
{
    const unsigned shard = fence();
    struct gn_commit *c = commit_of(store, shard);
    struct garner_error why;

    (void)state;
    gn_fail(&why, GARNER_CORRUPT, "because");
    submit(1, "a");
    wait_for_bounce(c);
    gn_doors_refuse(c, slot_of(1) + 1, &why);
    wait_for_order("!");
    assert_false(is_held(c, slot_of(1) + 1));
    set_slot(shard, slot_of(1), GN_SLOT_HERE, 0);
    submit(1, "b");
    wait_for_order("!b");
}

/* Without a callback it is the next flush that says so. */
static void what_nobody_hears_of_is_told_by_the_flush(void **state)
{
    const unsigned shard = fence();
    struct gn_commit *c = commit_of(store, shard);
    struct garner_batch *batch;
    struct garner_error why;
    struct garner_stats stats;

    (void)state;
    garner_set_log(NULL, NULL);
    gn_fail(&why, GARNER_CORRUPT, "because");
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(garner_batch_add(batch, "delete from t", NULL, 0, NULL),
                     GARNER_OK);
    assert_int_equal(garner_submit(shard_of_key(1), batch, NULL, NULL, NULL),
                     GARNER_OK);
    wait_for_bounce(c);
    gn_doors_refuse(c, slot_of(1) + 1, &why);
    assert_int_equal(gn_commit_flush(c, SECONDS(20), &why), GARNER_CORRUPT);
    assert_string_equal(why.message, "because");
    garner_stats(garner_shard_at(store, shard), &stats);
    assert_int_equal(stats.failed, 1);
}

static void once_they_are_closed_nothing_is_kept(void **state)
{
    const unsigned shard = fence();
    struct gn_commit *c = commit_of(store, shard);
    struct garner_error why;

    (void)state;
    gn_fail(&why, GARNER_BUSY, "it is closed");
    submit(1, "a");
    wait_for_bounce(c);
    gn_doors_close(c, &why);
    wait_for_order("!");
    submit(1, "b");
    wait_for_order("!!");
}

#define DOORS(f) cmocka_unit_test_setup_teardown(f, with_doors, without_doors)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOORS(a_slot_that_stays_is_written_in_order),
        DOORS(a_slot_that_goes_takes_all_with_it_in_order),
        DOORS(what_is_in_the_queue_still_keeps_the_door),
        DOORS(what_is_refused_is_told),
        DOORS(what_nobody_hears_of_is_told_by_the_flush),
        DOORS(once_they_are_closed_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
