/* pump_test.c - the background thread: callbacks, gathering, gaps, the end. */
#include "store/fixture_test.h"

#include <sched.h>
#include <semaphore.h>
#include <signal.h>

#include "store/commit/lead.h"
#include "store/commit/pump.h"

/* No test waits for a gathering so long, nor fails for a slow machine. */
enum { MANY = 1000, ENDLESS_MS = 1000000, PATIENCE_S = 50 };

static struct gn_commit *c;
static struct gn_pump *pump;

static int start(void **state, int gather_ms, size_t group_statements)
{
    struct garner_options options;
    struct gn_sqlite *connection;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.gather_ms = gather_ms;
    options.group_statements = group_statements;
    options.queue_statements = 100;
    connection = open_writer();
    run(connection, "create table t(a integer primary key)");
    if (gn_commit_new(connection, &options, &c, NULL) != GARNER_OK)
        return -1;
    return gn_pump_start(c, &pump, NULL) == GARNER_OK ? 0 : -1;
}

static int with_pump(void **state)
{
    return start(state, 5, 4096);
}

static int with_patient_pump(void **state)
{
    return start(state, ENDLESS_MS, 4096);
}

static int with_small_groups(void **state)
{
    return start(state, ENDLESS_MS, 50);
}

static void end(void)
{
    gn_commit_close(c, SECONDS(20));
    gn_pump_join(pump);
    gn_commit_free(c);
}

static enum garner_code submit(const char *sql, garner_done *done,
                               void *context)
{
    struct garner_batch *b;
    enum garner_code code;

    if (garner_batch_new(&b, NULL) != GARNER_OK ||
        garner_batch_add(b, sql, NULL, 0, NULL) != GARNER_OK)
        return GARNER_NOMEM;
    b->ticket = (struct gn_ticket){.statements = b->first,
                                   .count = 1,
                                   .done = done,
                                   .done_context = context};
    code = gn_commit_submit(c, b, SECONDS(20), NULL);
    if (code != GARNER_OK)
        garner_batch_free(b);
    return code;
}

static struct garner_stats stats(void)
{
    struct garner_stats s;

    gn_commit_stats(c, &s);
    return s;
}

/* Until the pump sleeps with nothing to wake up for. */
static void await_sleep(void)
{
    bool sleeps = false;

    while (!sleeps) {
        sched_yield();
        gn_lock(&c->lock);
        sleeps = c->pump_waits && c->pump_until_ns == INT64_MAX;
        gn_unlock(&c->lock);
    }
}

/* Until it lets submitted batches gather. */
static void await_gathering(void)
{
    bool gathers = false;

    while (!gathers) {
        sched_yield();
        gn_lock(&c->lock);
        gathers = c->pump_gathers;
        gn_unlock(&c->lock);
    }
}

static enum garner_code write_row(const char *sql)
{
    struct note n;

    note_init(&n, &sql, 1);
    return gn_commit_wait(c, &n.ticket);
}

/* --- callbacks --------------------------------------------------------------
 */

static atomic_int good;
static atomic_int bad;
static atomic_int elsewhere; /* not on the thread that the first was on */
static pthread_t thread_of_first;

static void count(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    (void)context;
    if (atomic_load(&good) + atomic_load(&bad) == 0)
        thread_of_first = pthread_self();
    else if (!pthread_equal(thread_of_first, pthread_self()))
        atomic_fetch_add(&elsewhere, 1);
    if (err == NULL && result->changes == 1)
        atomic_fetch_add(&good, 1);
    else if (err != NULL && err->code == GARNER_CONSTRAINT &&
             result->changes == 0)
        atomic_fetch_add(&bad, 1);
}

static void each_callback_comes_once_on_the_pump(void **state)
{
    (void)state;
    atomic_store(&good, 0);
    atomic_store(&bad, 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(submit(i % 10 == 9 ? "insert into t values (1)"
                                            : "insert into t values (null)",
                                count, NULL),
                         GARNER_OK);
    end();
    assert_int_equal(atomic_load(&good), MANY / 10 * 9);
    assert_int_equal(atomic_load(&bad), MANY / 10);
    assert_int_equal(atomic_load(&elsewhere), 0);
    assert_false(pthread_equal(thread_of_first, pthread_self()));
}

static void again(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    int *left = context;

    count(NULL, result, err);
    for (int i = 0; i < 2 && *left > 0; i++) {
        --*left;
        if (submit("insert into t values (null)", again, left) != GARNER_OK)
            abort();
    }
}

static void a_callback_may_submit_more_than_the_queue_holds(void **state)
{
    int left = MANY;

    (void)state;
    atomic_store(&good, 0);
    atomic_store(&bad, 0);
    assert_int_equal(submit("insert into t values (null)", again, &left), 0);
    while (atomic_load(&good) <= MANY)
        sched_yield();
    end();
    assert_int_equal(atomic_load(&good), MANY + 1);
    assert_int_equal(atomic_load(&bad), 0);
}

static void refused(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    (void)result;
    (void)err;
    *(enum garner_code *)context =
        submit("insert into t values (null)", NULL, NULL);
}

static void closed_a_callback_cannot_submit(void **state)
{
    enum garner_code code = GARNER_OK;

    (void)state;
    assert_int_equal(submit("insert into t values (7)", refused, &code), 0);
    end(); /* ends its gathering */
    assert_int_equal(code, GARNER_CLOSED);
    assert_string_equal(foreign_text("select a from t"), "7");
}

static sem_t in_callback;
static sem_t leave_callback;

static void block(void *context, const struct garner_result *result,
                  const struct garner_error *err)
{
    (void)context;
    (void)result;
    (void)err;
    sem_post(&in_callback);
    while (sem_wait(&leave_callback) != 0)
        ;
}

static void a_slow_callback_holds_no_writer_up(void **state)
{
    (void)state;
    sem_init(&in_callback, 0, 0);
    sem_init(&leave_callback, 0, 0);
    assert_int_equal(submit("insert into t values (null)", block, NULL), 0);
    while (sem_wait(&in_callback) != 0)
        ;
    for (int i = 0; i < 500; i++) { /* five times what the queue holds */
        assert_int_equal(submit("insert into t values (null)", NULL, NULL), 0);
        if (i % 100 == 0)
            assert_int_equal(write_row("insert into t values (null)"), 0);
    }
    sem_post(&leave_callback);
    end();
    assert_string_equal(foreign_text("select count(*) from t"), "506");
}

/* --- when it leads -----------------------------------------------------------
 */

static void who_waits_ends_the_gathering(void **state)
{
    (void)state;
    /* It would be long, but some wait for room, or for a flush. */
    for (int i = 0; i < 250; i++)
        assert_int_equal(submit("insert into t values (null)", NULL, NULL), 0);
    assert_int_equal(gn_commit_flush(c, SECONDS(PATIENCE_S), NULL), GARNER_OK);
    assert_string_equal(foreign_text("select count(*) from t"), "250");
    end();
}

static void a_full_group_does_not_wait_for_its_time(void **state)
{
    (void)state;
    assert_int_equal(submit("insert into t values (null)", NULL, NULL), 0);
    await_gathering();
    for (int i = 0; i < 60; i++)
        assert_int_equal(submit("insert into t values (null)", NULL, NULL), 0);
    while (stats().batches < 50)
        sched_yield();
    end();
}

static void what_gathers_is_one_transaction(void **state)
{
    (void)state;
    for (int i = 0; i < 90; i++)
        assert_int_equal(submit("insert into t values (null)", NULL, NULL), 0);
    gn_commit_close(c, SECONDS(20));
    gn_pump_join(pump);
    assert_int_equal(stats().groups, 1);
    assert_int_equal(stats().batches, 90);
    gn_commit_free(c);
}

static void a_callback_comes_at_once_when_another_led(void **state)
{
    (void)state;
    atomic_store(&good, 0);
    atomic_store(&bad, 0);
    assert_int_equal(submit("insert into t values (null)", count, NULL), 0);
    await_gathering();
    assert_int_equal(write_row("insert into t values (null)"), GARNER_OK);
    while (atomic_load(&good) == 0)
        sched_yield();
    end();
}

static void alone_it_leads_when_the_time_is_up(void **state)
{
    (void)state;
    await_sleep();
    assert_int_equal(submit("insert into t values (1)", NULL, NULL), 0);
    while (stats().batches != 1)
        sched_yield();
    end();
}

static void a_gap_is_used_for_a_checkpoint(void **state)
{
    (void)state;
    await_sleep();
    assert_int_equal(write_row("insert into t values (1)"), GARNER_OK);
    while (stats().checkpoints == 0)
        sched_yield();
    end();
}

/* --- signals
 * ------------------------------------------------------------------ */

static pthread_t handled_by;
static volatile sig_atomic_t handled;

static void handle(int number)
{
    (void)number;
    handled_by = pthread_self();
    handled = 1;
}

static void block_signal(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    assert_int_equal(pthread_sigmask(how, &set, NULL), 0);
}

static void signals_are_not_the_pump_s(void **state)
{
    const struct sigaction action = {.sa_handler = handle};

    (void)state;
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    handled = 0;
    block_signal(SIG_BLOCK);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    /* The pump lives on and could take it, were it not deaf. */
    assert_int_equal(submit("insert into t values (1)", NULL, NULL), 0);
    while (stats().batches != 1)
        sched_yield();
    assert_int_equal(handled, 0);
    block_signal(SIG_UNBLOCK);
    assert_int_equal(handled, 1);
    assert_true(pthread_equal(handled_by, pthread_self()));
    end();
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_pump *none;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_pump_start(c, &none, NULL), GARNER_NOMEM);
    assert_null(none);
    gn_pump_join(NULL);
    end();
}

#define WITH(f, up) cmocka_unit_test_setup_teardown(f, up, fixture_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(each_callback_comes_once_on_the_pump, with_pump),
        WITH(a_callback_may_submit_more_than_the_queue_holds, with_pump),
        WITH(closed_a_callback_cannot_submit, with_patient_pump),
        WITH(a_slow_callback_holds_no_writer_up, with_pump),
        WITH(who_waits_ends_the_gathering, with_patient_pump),
        WITH(a_full_group_does_not_wait_for_its_time, with_small_groups),
        WITH(what_gathers_is_one_transaction, with_patient_pump),
        WITH(a_callback_comes_at_once_when_another_led, with_patient_pump),
        WITH(alone_it_leads_when_the_time_is_up, with_pump),
        WITH(a_gap_is_used_for_a_checkpoint, with_pump),
        WITH(signals_are_not_the_pump_s, with_pump),
        WITH(lost_memory_is_an_error, with_pump),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
