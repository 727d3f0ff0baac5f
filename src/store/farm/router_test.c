/*
 * router_test.c - writes find their slot while it is moved. Where it matters
 * the mover is stopped between two steps.
 */
#include "store/farm/fixture_test.h"

#include "base/fault.h"
#include "store/farm/mend.h"
#include "store/tally_test.h"

enum { STEPS = 50 };

static struct garner_error err;

/* --- a mover that stops ----------------------------------------------------
 */

static const char *stop_at;
static struct tally stopped = TALLY;
static struct tally go_on = TALLY;
static struct garner_error mover_err;

static void stop_there(void *context, const char *point)
{
    (void)context;
    if (strcmp(point, stop_at) != 0)
        return;
    tally_add(&stopped);
    (void)tally_await(&go_on, 1); /* the test fails by itself then */
}

static void *move_to_five(void *context)
{
    return garner_farm_resize(context, 5, &mover_err) == GARNER_OK ? context
                                                                   : NULL;
}

static pthread_t start_mover(const char *point)
{
    pthread_t mover;

    stop_at = point;
    tally_reset(&stopped);
    tally_reset(&go_on);
    gn_fault_set(stop_there, NULL);
    assert_int_equal(pthread_create(&mover, NULL, move_to_five, store), 0);
    assert_true(tally_await(&stopped, 1));
    return mover;
}

static void end_mover(pthread_t mover)
{
    void *ended;

    tally_add(&go_on);
    assert_int_equal(pthread_join(mover, &ended), 0);
    gn_fault_set(NULL, NULL);
    if (ended == NULL)
        fail_msg("%s", mover_err.message);
}

static int with_four(void **state)
{
    if (with_farm(state) != 0)
        return -1;
    exec_all(FARM_TABLE);
    add_keys(0, 300);
    return garner_farm_key(store, "t", "k", NULL) == GARNER_OK ? 0 : -1;
}

static int without_mover(void **state)
{
    tally_add(&go_on);
    gn_fault_set(NULL, NULL);
    return without_store(state);
}

/* A key whose slot is fenced just now. */
static int fenced_key(void)
{
    int n = 0;

    while (state_of(gn_fleet_route(fleet_of(store), slot_of(n)), slot_of(n)) !=
           GN_SLOT_LEAVING)
        n++;
    return n;
}

/* --- what is written meanwhile ---------------------------------------------
 */

static atomic_int in_order;
static struct tally settled = TALLY;

static void count_step(void *context, const struct garner_result *result,
                       const struct garner_error *why)
{
    (void)context;
    if (why == NULL && result->changes == 1)
        atomic_fetch_add(&in_order, 1);
    tally_add(&settled);
}

/* Each counts only if the one before it was done. */
static void submit_steps(int n, int from, int to)
{
    char key[32];

    snprintf(key, sizeof key, "key %d", n);
    for (int i = from; i < to; i++) {
        struct garner_batch *batch;

        assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
        assert_int_equal(
            garner_batch_add(batch, "update t set n = ? where k = ? and n = ?",
                             GARNER_ARGS(garner_integer(1000 + i + 1),
                                         garner_text(key),
                                         garner_integer(i == 0 ? n : 1000 + i)),
                             NULL),
            GARNER_OK);
        assert_int_equal(
            garner_submit(shard_of_key(n), batch, count_step, NULL, &err),
            GARNER_OK);
    }
}

static void *update_once(void *context)
{
    const int n = *(const int *)context;
    char key[32];

    snprintf(key, sizeof key, "key %d", n);
    return garner_exec(shard_of_key(n), "update t set n = n + 1 where k = ?",
                       GARNER_ARGS(garner_text(key)), NULL, NULL) == GARNER_OK
               ? context
               : NULL;
}

static void a_fenced_slot_is_waited_for_and_nothing_passes(void **state)
{
    pthread_t mover = start_mover("transit.fenced");
    int n = fenced_key();

    (void)state;
    atomic_store(&in_order, 0);
    tally_reset(&settled);
    submit_steps(n, 0, STEPS);
    for (int free = 1000; free < 1100; free++) /* others go on */
        if (state_of(gn_fleet_route(fleet_of(store), slot_of(free)),
                     slot_of(free)) == GN_SLOT_HERE)
            assert_int_equal(add_key(store, free, NULL), GARNER_OK);
    tally_is(&settled, 0);
    end_mover(mover);
    submit_steps(n, STEPS, 2 * STEPS);
    tally_is(&settled, 2 * STEPS);
    assert_int_equal(atomic_load(&in_order), 2 * STEPS);
}

static void writers_wait_and_are_not_told(void **state)
{
    pthread_t mover = start_mover("transit.copied");
    pthread_t writers[4];
    int n = fenced_key();

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, update_once, &n), 0);
    end_mover(mover);
    for (int i = 0; i < 4; i++) {
        void *written;

        assert_int_equal(pthread_join(writers[i], &written), 0);
        assert_ptr_equal(written, &n);
    }
    {
        char sql[64];

        snprintf(sql, sizeof sql, "select n from t where k = 'key %d'", n);
        assert_int_equal(sum_of(shard_of_key(n), sql), n + 4);
    }
}

/* In this process, and in another that learns of it by itself. */
static void what_is_handed_over_after_a_move_keeps_its_order(void **state)
{
    struct garner_store *mover = store;
    struct garner_store *other;

    (void)state;
    assert_int_equal(garner_open(fixture.folder, &options, &other, NULL),
                     GARNER_OK);
    atomic_store(&in_order, 0);
    tally_reset(&settled);
    store = other;
    for (int n = 0; n < 40; n++)
        submit_steps(n, 0, 5);
    assert_int_equal(garner_farm_resize(mover, 7, &err), GARNER_OK);
    for (int n = 0; n < 40; n++)
        submit_steps(n, 5, 10);
    assert_int_equal(garner_farm_resize(mover, 3, &err), GARNER_OK);
    for (int n = 0; n < 40; n++)
        submit_steps(n, 10, 15);
    assert_int_equal(garner_flush(other, &err), GARNER_OK);
    tally_is(&settled, 600);
    assert_int_equal(atomic_load(&in_order), 600);
    garner_close(other);
    store = mover;
}

/* --- no mover, or none that goes on ----------------------------------------
 */

static void what_a_dead_mover_left_goes_on(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), slot_of(7));

    (void)state;
    set_slot(here, slot_of(7), GN_SLOT_LEAVING, (here + 1) % 4);
    atomic_store(&in_order, 0);
    tally_reset(&settled);
    submit_steps(7, 0, STEPS);
    tally_is(&settled, STEPS);
    assert_int_equal(atomic_load(&in_order), STEPS);
    assert_int_equal(state_of(here, slot_of(7)), GN_SLOT_HERE);
}

static void who_waits_too_long_is_told(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), slot_of(7));
    struct garner_store *patient = store;

    (void)state;
    options.timeout_ms = 50;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(gn_moves_begin(fleet_of(store)->moves, 0, NULL),
                     GARNER_OK);
    set_slot(here, slot_of(7), GN_SLOT_LEAVING, (here + 1) % 4);
    assert_int_equal(
        garner_exec(shard_of_key(7), "delete from t", NULL, 0, NULL, &err),
        GARNER_BUSY);
    assert_non_null(strstr(err.message, "on its way"));
    assert_int_equal(garner_exec(garner_shard_at(store, here), "delete from t",
                                 NULL, 0, NULL, &err),
                     GARNER_BUSY);
    while (garner_flush(store, &err) == GARNER_BUSY)
        assert_string_not_equal(err.message, ""); /* a machine may be slow */
    assert_int_equal(garner_flush(patient, &err), GARNER_OK);
    set_slot(here, slot_of(7), GN_SLOT_HERE, 0);
    gn_moves_end(fleet_of(store)->moves);
    garner_close(store);
    store = patient;
    assert_int_equal(sum_of(store, "select count(*) from t"), 300);
}

static void closing_refuses_what_cannot_go_on(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), slot_of(7));
    struct garner_store *first = store;

    (void)state;
    assert_int_equal(gn_moves_begin(fleet_of(first)->moves, 0, NULL),
                     GARNER_OK);
    set_slot(here, slot_of(7), GN_SLOT_LEAVING, (here + 1) % 4);
    options.timeout_ms = 50;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    atomic_store(&in_order, 0);
    tally_reset(&settled);
    submit_steps(7, 0, 3);
    assert_int_equal(garner_flush(store, &err), GARNER_TIMEOUT);
    garner_close(store);
    tally_is(&settled, 3);
    assert_int_equal(atomic_load(&in_order), 0);
    store = first;
    set_slot(here, slot_of(7), GN_SLOT_HERE, 0);
    gn_moves_end(fleet_of(store)->moves);
}

static void a_slot_that_went_nowhere_is_an_error(void **state)
{
    const unsigned here = gn_fleet_route(fleet_of(store), slot_of(7));

    (void)state;
    set_slot(here, slot_of(7), GN_SLOT_GONE, 200);
    assert_int_equal(
        garner_exec(shard_of_key(7), "delete from t", NULL, 0, NULL, &err),
        GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "no shard 200"));
    tally_reset(&settled);
    atomic_store(&in_order, 0);
    submit_steps(7, 0, 2);
    tally_is(&settled, 2);
    assert_int_equal(atomic_load(&in_order), 0);
    set_slot(here, slot_of(7), GN_SLOT_HERE, 0);
    submit_steps(7, 0, 2);
    tally_is(&settled, 4);
    assert_int_equal(atomic_load(&in_order), 2);
}

static void a_whole_shard_is_waited_for(void **state)
{
    pthread_t mover = start_mover("transit.fenced");
    struct garner_batch *batch;

    (void)state;
    tally_reset(&settled);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
        assert_int_equal(garner_batch_add(batch, "insert into t values (?, 5)",
                                          GARNER_ARGS(garner_text("own")),
                                          NULL),
                         GARNER_OK);
        assert_int_equal(garner_submit(garner_shard_at(store, i), batch,
                                       count_step, NULL, NULL),
                         GARNER_OK);
    }
    tally_is(&settled, 3); /* in all shards but that which is being emptied */
    end_mover(mover);
    exec_all("delete from t where k = 'own'");
    tally_is(&settled, 4);
    assert_int_equal(sum_of(store, "select count(*) from t where n < 300"),
                     300);
}

#define ROUTE(f) cmocka_unit_test_setup_teardown(f, with_four, without_mover)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTE(a_fenced_slot_is_waited_for_and_nothing_passes),
        ROUTE(writers_wait_and_are_not_told),
        ROUTE(what_is_handed_over_after_a_move_keeps_its_order),
        ROUTE(what_a_dead_mover_left_goes_on),
        ROUTE(who_waits_too_long_is_told),
        ROUTE(closing_refuses_what_cannot_go_on),
        ROUTE(a_slot_that_went_nowhere_is_an_error),
        ROUTE(a_whole_shard_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
