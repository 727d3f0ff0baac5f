/*
 * transaction_test.c - transactions in the shards of a farm, also while keys
 * are moved.
 */
#include "store/farm/fixture_test.h"

#include <sched.h>

#include "base/fault.h"
#include "store/tally_test.h"

static struct garner_error err;
static struct garner_tx *tx;

static int with_keys(void **state)
{
    tx = NULL;
    if (with_farm(state) != 0)
        return -1;
    exec_all(FARM_TABLE);
    add_keys(0, 300);
    return garner_farm_key(store, "t", "k", NULL) == GARNER_OK ? 0 : -1;
}

static void begin_at(struct garner_store *s)
{
    if (garner_begin(s, NULL, &tx, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void run_in(const char *sql)
{
    if (garner_tx_exec(tx, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void is_misuse(struct garner_store *s, const char *words)
{
    assert_int_equal(garner_begin(s, NULL, &tx, &err), GARNER_MISUSE);
    assert_null(tx);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void it_is_of_one_shard(void **state)
{
    (void)state;
    is_misuse(store, "a farm of 4 databases");
    is_misuse(shard_of_key(7), "garner_shard_at");
    for (size_t i = 0; i < 4; i++) {
        begin_at(garner_shard_at(store, i));
        run_in("update t set n = n + 1000");
        assert_int_equal(garner_commit(tx, NULL, &err), GARNER_OK);
    }
    assert_int_equal(sum_of(store, "select count(*) from t where n >= 1000"),
                     300);
    begin_at(garner_shard_at(store, 0));
    run_in("delete from t");
    garner_rollback(tx);
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
}

static void *move_to_five(void *context)
{
    return garner_farm_resize(context, 5, NULL) == GARNER_OK ? context : NULL;
}

static pthread_t started(void *(*call)(void *context))
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, call, store), 0);
    return thread;
}

static void end_well(pthread_t thread)
{
    void *ended;

    assert_int_equal(pthread_join(thread, &ended), 0);
    assert_ptr_equal(ended, store);
}

/* In the queue of that shard. */
static void someone_waits_at(size_t number)
{
    const int64_t until_ns = SECONDS(60);
    struct garner_stats stats = {0};

    while (stats.queued_batches == 0 && gn_clock_monotonic_ns() < until_ns) {
        sched_yield();
        garner_stats(garner_shard_at(store, number), &stats);
    }
    assert_true(stats.queued_batches > 0);
}

/* What it has written is moved once it is committed, not before, nor half. */
static void no_key_moves_while_it_is_open(void **state)
{
    const int64_t were_there =
        sum_of(garner_shard_at(store, 2), "select count(*) from t");
    pthread_t mover;

    (void)state;
    begin_at(garner_shard_at(store, 2));
    run_in("update t set n = n + 1000");
    mover = started(move_to_five);
    someone_waits_at(2);
    run_in("update t set n = n + 1");
    run_in("update t set n = n - 1");
    assert_int_equal(garner_commit(tx, NULL, &err), GARNER_OK);
    end_well(mover);
    assert_int_equal(garner_shard_count(store), 5);
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
    assert_int_equal(sum_of(store, "select count(*) from t where n >= 1000"),
                     were_there);
    assert_true(sum_of(garner_shard_at(store, 4),
                       "select count(*) from t where n >= 1000") > 0);
}

/* --- a mover that stops between two steps ----------------------------------
 */

static struct tally stopped = TALLY;
static struct tally go_on = TALLY;
static struct tally came = TALLY; /* to lead: who writes meanwhile */

static void stop_there(void *context, const char *point)
{
    (void)context;
    if (strcmp(point, "commit.leads") == 0)
        tally_add(&came);
    if (strcmp(point, "transit.fenced") != 0)
        return;
    tally_add(&stopped);
    (void)tally_await(&go_on, 1); /* the test fails by itself then */
}

/* The shard whose keys are on their way. */
static unsigned fenced_shard(void)
{
    for (int n = 0;; n++) {
        const unsigned at = gn_fleet_route(fleet_of(store), slot_of(n));

        if (state_of(at, slot_of(n)) == GN_SLOT_LEAVING)
            return at;
    }
}

static unsigned fenced; /* what that was, while the mover stood still */

static void *update_fenced(void *context)
{
    struct garner_tx *own;

    if (garner_begin(garner_shard_at(context, fenced), NULL, &own, NULL) !=
        GARNER_OK)
        return NULL;
    if (garner_tx_exec(own, "update t set n = n + 1000", NULL, 0, NULL, NULL) !=
        GARNER_OK) {
        garner_rollback(own);
        return NULL;
    }
    return garner_commit(own, NULL, NULL) == GARNER_OK ? context : NULL;
}

static void it_begins_when_the_keys_have_moved(void **state)
{
    struct garner_store *patient = store;
    pthread_t writer;
    pthread_t mover;

    (void)state;
    tally_reset(&stopped);
    tally_reset(&go_on);
    gn_fault_set(stop_there, NULL);
    mover = started(move_to_five);
    assert_true(tally_await(&stopped, 1));
    options.timeout_ms = 50;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    fenced = fenced_shard();
    assert_int_equal(
        garner_begin(garner_shard_at(store, fenced), NULL, &tx, &err),
        GARNER_BUSY);
    garner_close(store);
    store = patient;
    tally_reset(&came);
    writer = started(update_fenced);
    assert_true(tally_await(&came, 1));
    assert_int_equal(sum_of(store, "select count(*) from t where n >= 1000"),
                     0);
    tally_add(&go_on);
    end_well(writer);
    end_well(mover);
    gn_fault_set(NULL, NULL);
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
    assert_true(sum_of(store, "select count(*) from t where n >= 1000") > 0);
}

static void who_has_one_does_not_wait_for_itself(void **state)
{
    (void)state;
    begin_at(garner_shard_at(store, 2));
    run_in("delete from t");
    assert_int_equal(garner_farm_resize(store, 5, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "a transaction that this thread has"));
    assert_int_equal(garner_exec_all(store, "delete from t where n < 0", NULL,
                                     0, NULL, &err),
                     GARNER_MISUSE);
    garner_rollback(tx);
    assert_int_equal(garner_farm_resize(store, 5, &err), GARNER_OK);
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
}

static void closing_ends_it(void **state)
{
    struct garner_tx *others;

    (void)state;
    begin_at(garner_shard_at(store, 1));
    run_in("delete from t");
    others = tx;
    begin_at(garner_shard_at(store, 3));
    run_in("delete from t");
    garner_close(store);
    assert_int_equal(garner_commit(tx, NULL, &err), GARNER_CLOSED);
    garner_rollback(tx);
    garner_rollback(others);
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
}

#define KEYS(f) cmocka_unit_test_setup_teardown(f, with_keys, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS(it_is_of_one_shard),
        KEYS(no_key_moves_while_it_is_open),
        KEYS(it_begins_when_the_keys_have_moved),
        KEYS(who_has_one_does_not_wait_for_itself),
        KEYS(closing_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
