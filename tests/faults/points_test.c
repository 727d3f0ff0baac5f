/* points_test.c - orders of events that chance would bring about once in a
 * million, forced by the named failure points: a follower whose time is up
 * while its batch is written, calls that meet the closing of the store, a
 * callback that calls it. */
#include "store/fixture_test.h"

#include <sched.h>

#include "faults/gates.h"
#include "garner/garner.h"
#include "store/commit/lead.h"
#include "store/handle.h"

static struct garner_store *store;

static int up(void **state)
{
    struct garner_options options;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.gather_ms = 0;
    options.queue_statements = 4;
    if (garner_open(fixture.db, &options, &store, NULL) != GARNER_OK)
        return -1;
    return garner_exec(store, "create table t (a)", NULL, 0, NULL, NULL) ==
                   GARNER_OK
               ? 0
               : -1;
}

static int down(void **state)
{
    gates_clear();
    garner_close(store);
    store = NULL;
    return fixture_down(state);
}

static struct garner_batch *batch_of(int64_t a, int timeout_ms)
{
    struct garner_batch *b;

    if (garner_batch_new(&b, NULL) != GARNER_OK ||
        garner_batch_add(b, "insert into t values (?)",
                         GARNER_ARGS(garner_integer(a)), NULL) != GARNER_OK)
        abort();
    garner_batch_set_timeout(b, timeout_ms);
    return b;
}

/* A thread with one call to make. */
struct hand {
    pthread_t thread;
    int64_t value;
    int timeout_ms;
    atomic_int code; /* -1: under way */
};

static void *write_one(void *argument)
{
    struct hand *h = argument;
    struct garner_batch *b = batch_of(h->value, h->timeout_ms);

    atomic_store(&h->code, (int)garner_write(store, b, NULL, NULL));
    garner_batch_free(b);
    return NULL;
}

static void *submit_one(void *argument)
{
    struct hand *h = argument;
    struct garner_batch *b = batch_of(h->value, h->timeout_ms);
    const enum garner_code code = garner_submit(store, b, NULL, NULL, NULL);

    if (code != GARNER_OK)
        garner_batch_free(b);
    atomic_store(&h->code, (int)code);
    return NULL;
}

static void *close_store(void *argument)
{
    garner_close(store);
    return argument;
}

static void start(struct hand *h, void *(*call)(void *), int64_t value,
                  int timeout_ms)
{
    *h = (struct hand){.value = value, .timeout_ms = timeout_ms, .code = -1};
    assert_int_equal(gn_thread_start(&h->thread, call, h, NULL), GARNER_OK);
}

static int end(struct hand *h)
{
    gn_thread_join(h->thread);
    return atomic_load(&h->code);
}

/* --- a deadline that passes
 * ----------------------------------------------------- */

/* One leads and is stopped before it takes what waits; another follows. Returns
 * whether the follower was taken before its time was up. */
static bool follow_until_overdue(int timeout_ms, struct hand *leader,
                                 struct hand *follower)
{
    bool taken;

    gate_shut("commit.leads", 1);
    gate_shut("apply.commits", 1);
    gate_count("commit.queued");
    gate_count("commit.overdue");
    start(leader, write_one, 1, 60000);
    assert_true(gate_await("commit.leads", 1));
    start(follower, write_one, 2, timeout_ms);
    assert_true(gate_await("commit.queued", 2));
    gate_open("commit.leads");
    /* Its batch is run, and not committed: its time passes. Or it has passed
     * already, and the leader runs its own alone. */
    while (gate_arrivals("commit.overdue") == 0 &&
           atomic_load(&follower->code) == -1)
        sched_yield();
    taken = gate_arrivals("commit.overdue") > 0;
    gate_open("apply.commits");
    return taken;
}

static void a_follower_that_is_overdue_hears_what_became_of_it(void **state)
{
    struct hand leader;
    struct hand follower;
    int timeout_ms = 50;

    (void)state;
    /* On a slow machine it may give up before it is taken: try with more. */
    while (!follow_until_overdue(timeout_ms, &leader, &follower)) {
        assert_int_equal(end(&leader), GARNER_OK);
        assert_int_equal(end(&follower), GARNER_TIMEOUT);
        assert_string_equal(foreign_text("select a from t"), "1");
        assert_int_equal(
            garner_exec(store, "delete from t", NULL, 0, NULL, NULL),
            GARNER_OK);
        gates_clear();
        timeout_ms *= 2;
    }
    assert_int_equal(end(&leader), GARNER_OK);
    assert_int_equal(end(&follower), GARNER_OK);
    assert_string_equal(foreign_text("select a from t order by a"), "1,2");
}

static void one_that_is_not_taken_in_time_is_never_run(void **state)
{
    struct hand leader;
    struct hand follower;

    (void)state;
    gate_shut("commit.leads", 1);
    start(&leader, write_one, 1, 60000);
    assert_true(gate_await("commit.leads", 1));
    start(&follower, write_one, 2, 20);
    assert_int_equal(end(&follower), GARNER_TIMEOUT);
    gate_open("commit.leads");
    assert_int_equal(end(&leader), GARNER_OK);
    assert_string_equal(foreign_text("select a from t"), "1");
}

/* --- closing
 * ---------------------------------------------------------------------- */

static atomic_int callbacks;

static void count(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    (void)context;
    (void)result;
    if (err == NULL)
        atomic_fetch_add(&callbacks, 1);
}

static void await_room_waiters(int waiters)
{
    struct gn_commit *c = store->shard->commit;
    int now;

    do {
        gn_lock(&c->lock);
        now = c->room_waiters;
        gn_unlock(&c->lock);
        sched_yield();
    } while (now < waiters);
}

/* The queue is full, and its leader stopped: who submits waits for room. */
static void closing_ends_the_wait_for_room(void **state)
{
    enum { WAITERS = 3 };
    struct hand leader;
    struct hand waiting[WAITERS];
    pthread_t closer;

    (void)state;
    atomic_store(&callbacks, 0);
    gate_shut("commit.leads", 1);
    gate_count("commit.closed");
    start(&leader, write_one, 1, 60000);
    assert_true(gate_await("commit.leads", 1));
    for (int i = 0; i < 3; i++) /* with the leader's own, four */
        assert_int_equal(
            garner_submit(store, batch_of(10 + i, 60000), count, NULL, NULL),
            GARNER_OK);
    for (int i = 0; i < WAITERS; i++)
        start(&waiting[i], submit_one, 100 + i, 60000);
    await_room_waiters(WAITERS);
    assert_int_equal(gn_thread_start(&closer, close_store, NULL, NULL),
                     GARNER_OK);
    assert_true(gate_await("commit.closed", 1));
    gate_open("commit.leads");
    for (int i = 0; i < WAITERS; i++)
        assert_int_equal(end(&waiting[i]), GARNER_CLOSED);
    assert_int_equal(end(&leader), GARNER_OK);
    gn_thread_join(closer);
    store = NULL;
    assert_int_equal(atomic_load(&callbacks), 3);
    assert_string_equal(foreign_text("select a from t order by a"),
                        "1,10,11,12");
}

/* One that was told so has yet to leave: the lock it needs must stay. */
static void closing_waits_for_the_last_of_them(void **state)
{
    struct gn_commit *c = store->shard->commit;
    pthread_t closer;

    (void)state;
    gate_count("commit.closed");
    gate_count("shard.drained");
    gn_lock(&c->lock);
    c->room_waiters++;
    gn_unlock(&c->lock);
    assert_int_equal(gn_thread_start(&closer, close_store, NULL, NULL),
                     GARNER_OK);
    assert_true(gate_await("commit.closed", 1));
    for (int i = 0; i < 10000; i++) /* time to be wrong in */
        sched_yield();
    assert_int_equal(gate_arrivals("shard.drained"), 0);
    gn_lock(&c->lock);
    c->room_waiters--;
    gn_cond_wake_one(&c->task);
    gn_unlock(&c->lock);
    gn_thread_join(closer);
    store = NULL;
}

/* Batches by the hundred are accepted and none is run yet. */
static void closing_under_load_writes_all_that_was_accepted(void **state)
{
    enum { BATCHES = 500 };
    struct garner_options options;
    pthread_t closer;

    (void)state;
    garner_close(store);
    garner_options_init(&options);
    options.group_statements = 16;
    assert_int_equal(garner_open(fixture.db, &options, &store, NULL),
                     GARNER_OK);
    atomic_store(&callbacks, 0);
    gate_shut("lead.takes", 1);
    gate_count("commit.closed");
    for (int i = 0; i < BATCHES; i++)
        assert_int_equal(
            garner_submit(store, batch_of(i, 60000), count, NULL, NULL),
            GARNER_OK);
    assert_true(gate_await("lead.takes", 1));
    assert_int_equal(gn_thread_start(&closer, close_store, NULL, NULL),
                     GARNER_OK);
    assert_true(gate_await("commit.closed", 1));
    assert_int_equal(atomic_load(&callbacks), 0);
    gate_open("lead.takes");
    gn_thread_join(closer);
    store = NULL;
    assert_int_equal(atomic_load(&callbacks), BATCHES);
    assert_string_equal(
        foreign_text("select count(distinct a) || ' of ' || count(*) from t"),
        "500 of 500");
}

/* --- callbacks that call the store
 * ------------------------------------------------- */

static atomic_int outcomes[4];

static enum garner_code read_one(void)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store, "select max(a) from t", NULL, 0, &rows, NULL);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, NULL);
    garner_rows_close(rows);
    return code == GARNER_ROW ? GARNER_OK : code;
}

static void call_back(void *context, const struct garner_result *result,
                      const struct garner_error *err)
{
    struct garner_batch *b = batch_of(3, 60000);

    (void)context;
    (void)result;
    (void)err;
    atomic_store(&outcomes[0], (int)garner_submit(store, b, count, NULL, NULL));
    if (atomic_load(&outcomes[0]) != GARNER_OK)
        garner_batch_free(b);
    atomic_store(&outcomes[1],
                 (int)garner_exec(store, "insert into t values (2)", NULL, 0,
                                  NULL, NULL));
    atomic_store(&outcomes[2], (int)read_one());
    atomic_store(&outcomes[3], (int)garner_flush(store, NULL));
    atomic_fetch_add(&callbacks, 1);
}

static void await_callbacks(int all)
{
    while (atomic_load(&callbacks) < all)
        sched_yield();
}

static void a_callback_may_call_the_store(void **state)
{
    (void)state;
    atomic_store(&callbacks, 0);
    assert_int_equal(
        garner_submit(store, batch_of(1, 60000), call_back, NULL, NULL),
        GARNER_OK);
    await_callbacks(2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(atomic_load(&outcomes[i]), GARNER_OK);
    assert_string_equal(foreign_text("select a from t order by a"), "1,2,3");
}

/* While another thread leads, and is stopped with its group. */
static void a_callback_may_wait_for_another_s_group(void **state)
{
    struct hand leader;

    (void)state;
    atomic_store(&callbacks, 0);
    gate_shut("commit.calls_back", 1);
    gate_count("commit.queued");
    assert_int_equal(
        garner_submit(store, batch_of(1, 60000), call_back, NULL, NULL),
        GARNER_OK);
    assert_true(gate_await("commit.calls_back", 1));
    gate_shut("lead.takes", 1);
    start(&leader, write_one, 4, 60000);
    assert_true(gate_await("lead.takes", 1));
    gate_open("commit.calls_back");
    assert_true(gate_await("commit.queued", 2)); /* it follows now */
    gate_open("lead.takes");
    assert_int_equal(end(&leader), GARNER_OK);
    await_callbacks(2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(atomic_load(&outcomes[i]), GARNER_OK);
    assert_string_equal(foreign_text("select a from t order by a"), "1,2,3,4");
}

static void while_it_is_closed_a_callback_is_told(void **state)
{
    pthread_t closer;

    (void)state;
    atomic_store(&callbacks, 0);
    gate_shut("commit.calls_back", 1);
    gate_count("commit.closed");
    assert_int_equal(
        garner_submit(store, batch_of(1, 60000), call_back, NULL, NULL),
        GARNER_OK);
    assert_true(gate_await("commit.calls_back", 1));
    assert_int_equal(gn_thread_start(&closer, close_store, NULL, NULL),
                     GARNER_OK);
    assert_true(gate_await("commit.closed", 1));
    gate_open("commit.calls_back");
    gn_thread_join(closer);
    store = NULL;
    assert_int_equal(atomic_load(&callbacks), 1);
    assert_int_equal(atomic_load(&outcomes[0]), GARNER_CLOSED);
    assert_int_equal(atomic_load(&outcomes[1]), GARNER_CLOSED);
    assert_int_equal(atomic_load(&outcomes[2]), GARNER_OK);
    assert_int_equal(atomic_load(&outcomes[3]), GARNER_CLOSED);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_follower_that_is_overdue_hears_what_became_of_it),
        WITH(one_that_is_not_taken_in_time_is_never_run),
        WITH(closing_ends_the_wait_for_room),
        WITH(closing_waits_for_the_last_of_them),
        WITH(closing_under_load_writes_all_that_was_accepted),
        WITH(a_callback_may_call_the_store),
        WITH(a_callback_may_wait_for_another_s_group),
        WITH(while_it_is_closed_a_callback_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
