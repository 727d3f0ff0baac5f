/* store_load_test.c - the promise of the store: any thread writes and reads at
 * any time; no lock error, nothing lost, nothing twice. */
#include "store/fixture_test.h"

#include <sched.h>

#include "base/random.h"
#include "garner/garner.h"

enum { WRITERS = 64, EACH = 40 };

static struct garner_store *store;

static int with_store(void **state)
{
    struct garner_options options;

    if (fixture_up(state) != 0)
        return -1;
    garner_options_init(&options);
    options.wal_bytes = 1 << 18;
    options.queue_statements = 500;
    return garner_open(fixture.db, &options, &store, NULL) == GARNER_OK ? 0
                                                                        : -1;
}

static void close_store(void)
{
    garner_close(store);
    store = NULL;
}

static int without_store(void **state)
{
    close_store();
    return fixture_down(state);
}

static void exec(const char *sql)
{
    struct garner_error err;

    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* A thread that works until it fails; its failure is kept. */
struct hand {
    pthread_t thread;
    int64_t index;
    enum garner_code code;
    struct garner_error err;
    atomic_int found; /* how often it did its work */
};

static struct hand hands[WRITERS];

static void start(size_t first, size_t count, void *(*work)(void *))
{
    for (size_t i = first; i < first + count; i++) {
        hands[i] = (struct hand){.index = (int64_t)i};
        assert_int_equal(
            gn_thread_start(&hands[i].thread, work, &hands[i], NULL), 0);
    }
}

static void join(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        gn_thread_join(hands[i].thread);
    for (size_t i = first; i < first + count; i++)
        if (hands[i].code != GARNER_OK)
            fail_msg("%zu: %s", i, hands[i].err.message);
}

static void *write_rows(void *argument)
{
    struct hand *h = argument;

    for (int64_t i = 0; i < EACH && h->code == GARNER_OK; i++)
        h->code = garner_exec(
            store, "insert into t values (?, ?)",
            GARNER_ARGS(garner_integer(h->index), garner_integer(i)), NULL,
            &h->err);
    return NULL;
}

static void every_row_of_64_threads_is_there_once(void **state)
{
    struct garner_stats stats;

    (void)state;
    exec("create table t(thread, number, unique(thread, number))");
    start(0, WRITERS, write_rows);
    join(0, WRITERS);
    garner_stats(store, &stats);
    assert_int_equal(stats.batches, 1 + WRITERS * EACH);
    assert_int_equal(stats.failed, 0);
    assert_true(stats.groups <= stats.batches);
    assert_int_equal(stats.queued_batches, 0);
    assert_int_equal(stats.queued_bytes, 0);
    assert_string_equal(foreign_text("select count(*) || '/' || sum(number) "
                                     "from t"),
                        "2560/49920");
    /* Each thread's rows are in its order. */
    assert_string_equal(foreign_text("select count(*) from t a join t b on "
                                     "b.thread = a.thread and b.number = "
                                     "a.number + 1 where b.rowid < a.rowid"),
                        "0");
}

static atomic_int called;
static atomic_int failed;

static void settled(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    (void)context;
    atomic_fetch_add(&called, 1);
    if ((err == NULL) != (result->changes == 2))
        atomic_fetch_add(&failed, 1000000);
    if (err != NULL)
        atomic_fetch_add(&failed, 1);
}

/* Batches of two rows; every tenth breaks a rule. */
static void *submit_rows(void *argument)
{
    struct hand *h = argument;

    for (int64_t i = 0; i < INT64_C(10) * EACH && h->code == GARNER_OK; i++) {
        const int64_t number = i % 10 == 9 ? 0 : i;
        struct garner_batch *b;

        h->code = garner_batch_new(&b, &h->err);
        for (int k = 0; k < 2 && h->code == GARNER_OK; k++)
            h->code =
                garner_batch_add(b, "insert into t values (?, ?)",
                                 GARNER_ARGS(garner_integer(h->index),
                                             garner_integer(number * 2 + k)),
                                 &h->err);
        if (h->code == GARNER_OK)
            h->code = garner_submit(store, b, settled, NULL, &h->err);
    }
    return NULL;
}

static void every_submitted_batch_is_settled_once(void **state)
{
    const int all = 8 * EACH * 10;

    (void)state;
    exec("create table t(thread, number, unique(thread, number))");
    atomic_store(&called, 0);
    atomic_store(&failed, 0);
    start(0, 8, submit_rows);
    join(0, 8);
    close_store(); /* drains */
    assert_int_equal(atomic_load(&called), all);
    assert_int_equal(atomic_load(&failed), all / 10);
    assert_int_equal(atoi(foreign_text("select count(*) from t")),
                     all / 10 * 9 * 2);
}

static atomic_bool stop;
static atomic_bool broken; /* one of them failed: nothing is waited for */

/* Moves money between accounts, so that the sum stays. */
static void *transfer(void *argument)
{
    struct hand *h = argument;
    uint64_t seed = (uint64_t)h->index;
    struct garner_batch *b;

    h->code = garner_batch_new(&b, &h->err);
    while (!atomic_load(&stop) && h->code == GARNER_OK) {
        const int64_t amount = (int64_t)(gn_random_next(&seed) % 100);
        const int64_t from = (int64_t)(gn_random_next(&seed) % 50);

        garner_batch_clear(b);
        h->code = garner_batch_add(
            b, "update account set sum = sum - ? where id = ?",
            GARNER_ARGS(garner_integer(amount), garner_integer(from)), &h->err);
        if (h->code == GARNER_OK)
            h->code = garner_batch_add(
                b, "update account set sum = sum + ? where id = ?",
                GARNER_ARGS(garner_integer(amount),
                            garner_integer((from + 7) % 50)),
                &h->err);
        if (h->code == GARNER_OK)
            h->code = garner_write(store, b, NULL, &h->err);
        atomic_fetch_add(&h->found, 1);
    }
    garner_batch_free(b);
    if (h->code != GARNER_OK)
        atomic_store(&broken, true);
    return NULL;
}

/* Reads all accounts row by row, in one snapshot. */
static void *audit(void *argument)
{
    struct hand *h = argument;

    while (!atomic_load(&stop) && h->code == GARNER_OK) {
        struct garner_rows *rows;
        int64_t sum = 0;
        int64_t count = 0;

        h->code = garner_query(store, "select sum from account", NULL, 0, &rows,
                               &h->err);
        if (h->code != GARNER_OK)
            break;
        while ((h->code = garner_next(rows, &h->err)) == GARNER_ROW) {
            sum += garner_column(rows, 0).integer;
            if (++count % 10 == 0)
                sched_yield(); /* lets writers in between */
        }
        garner_rows_close(rows);
        if (h->code == GARNER_DONE)
            h->code = GARNER_OK;
        if (sum != 50000 || count != 50) {
            h->code = GARNER_CORRUPT;
            snprintf(h->err.message, sizeof h->err.message, "%d in %d",
                     (int)sum, (int)count);
        }
        atomic_fetch_add(&h->found, 1);
    }
    if (h->code != GARNER_OK)
        atomic_store(&broken, true);
    return NULL;
}

/* Until the log has started anew so often: never, if readers that overlap can
 * keep it growing. How large it gets is a matter of who is let run. */
static void await_new_logs(int wanted)
{
    struct garner_stats stats = {0};
    size_t before = 0;

    while (wanted > 0 && !atomic_load(&broken)) {
        garner_stats(store, &stats);
        wanted -= stats.wal_bytes < before;
        before = stats.wal_bytes;
        sched_yield();
    }
}

static void await_work(const struct hand *h, int times)
{
    while (atomic_load(&h->found) < times && !atomic_load(&broken))
        sched_yield();
}

static void readers_see_whole_batches_and_the_log_stays_bounded(void **state)
{
    (void)state;
    exec("create table account(id integer primary key, sum)");
    exec("with recursive n(i) as (select 0 union all select i + 1 from n where "
         "i < 49) insert into account select i, 1000 from n");
    atomic_store(&stop, false);
    atomic_store(&broken, false);
    start(0, 4, transfer);
    start(4, 3, audit);
    await_new_logs(8);
    for (int i = 0; i < 7; i++)
        await_work(&hands[i], 100);
    atomic_store(&stop, true);
    join(0, 7);
}

static void two_stores_on_one_file_take_turns(void **state)
{
    struct garner_store *mine = store;
    struct garner_store *other;

    (void)state;
    exec("create table t(thread, number, unique(thread, number))");
    assert_int_equal(garner_open(fixture.db, NULL, &other, NULL), GARNER_OK);
    start(0, 4, write_rows);
    for (int64_t i = 0; i < EACH; i++)
        assert_int_equal(garner_exec(other, "insert into t values (-1, ?)",
                                     GARNER_ARGS(garner_integer(i)), NULL,
                                     NULL),
                         GARNER_OK);
    join(0, 4);
    assert_ptr_equal(mine, store);
    garner_close(other);
    close_store();
    assert_int_equal(atoi(foreign_text("select count(*) from t")), 5 * EACH);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_store, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(every_row_of_64_threads_is_there_once),
        WITH(every_submitted_batch_is_settled_once),
        WITH(readers_see_whole_batches_and_the_log_stays_bounded),
        WITH(two_stores_on_one_file_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
