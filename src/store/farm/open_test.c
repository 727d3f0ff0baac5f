/* open_test.c - a farm as one store: opened, flushed, counted, closed. */
#include "store/farm/fixture_test.h"

#include <sys/wait.h>

static struct garner_error err;

static atomic_int done;
static atomic_int failed;

static void count_done(void *context, const struct garner_result *result,
                       const struct garner_error *why)
{
    (void)context;
    (void)result;
    atomic_fetch_add(why == NULL ? &done : &failed, 1);
}

static void submit(int n)
{
    struct garner_batch *batch;
    char key[32];

    snprintf(key, sizeof key, "key %d", n);
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "insert into t values (?, ?)",
                         GARNER_ARGS(garner_text(key), garner_integer(n)),
                         NULL),
        GARNER_OK);
    assert_int_equal(
        garner_submit(shard_of_key(n), batch, count_done, NULL, &err),
        GARNER_OK);
}

static int with_slow(void **state)
{
    if (with_options(state) != 0)
        return -1;
    options.gather_ms = 10000; /* so that nothing but a flush does them */
    atomic_store(&done, 0);
    atomic_store(&failed, 0);
    if (open_farm(4, NULL) != GARNER_OK)
        return -1;
    exec_all(FARM_TABLE);
    return 0;
}

static void a_flush_is_of_all_shards(void **state)
{
    struct garner_stats stats;

    (void)state;
    for (int n = 0; n < 100; n++)
        submit(n);
    garner_stats(store, &stats);
    assert_int_equal(stats.queued_batches, 100);
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    garner_stats(store, &stats);
    assert_int_equal(stats.queued_batches, 0);
    assert_int_equal(stats.batches, 104);
    assert_int_equal(stats.statements, 104);
    assert_int_equal(stats.queries, 1);
    assert_int_equal(stats.failed, 0);
    assert_true(stats.syncs >= 8);
    assert_true(stats.wal_bytes > 0);
    assert_int_equal(garner_flush(garner_shard(store, "x", 1), &err),
                     GARNER_OK);
    garner_stats(garner_shard_at(store, 1), &stats);
    assert_true(stats.batches < 60);
}

/* What the last shard sends to the first, which was flushed before it, is
 * flushed with it. */
static void a_flush_follows_what_was_sent_on(void **state)
{
    int n = 0;

    (void)state;
    while (gn_fleet_route(fleet_of(store), slot_of(n)) != 3)
        n++;
    set_slot(0, slot_of(n), GN_SLOT_HERE, 0); /* as another process would */
    set_slot(3, slot_of(n), GN_SLOT_GONE, 0);
    submit(n);
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
    assert_int_equal(sum_of(garner_shard_at(store, 0), "select n from t"), n);
    assert_int_equal(gn_fleet_route(fleet_of(store), slot_of(n)), 0);
}

static void closing_does_what_is_left(void **state)
{
    (void)state;
    for (int n = 0; n < 100; n++)
        submit(n);
    garner_close(store);
    assert_int_equal(atomic_load(&done), 100);
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
}

static void a_queued_write_that_fails_is_told_by_the_flush(void **state)
{
    (void)state;
    garner_close(store);
    options.ack = GARNER_QUEUED;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    garner_set_log(NULL, NULL);
    for (int i = 0; i < 2; i++)
        assert_int_equal(add_key(store, 7, NULL), GARNER_OK);
    assert_int_equal(garner_flush(store, &err), GARNER_CONSTRAINT);
    assert_memory_equal(err.message, "shard ", 6);
    assert_non_null(strstr(err.message, "UNIQUE"));
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
}

/* One whose shards are held by another is closed in its time. */
static void closing_takes_no_longer_than_it_may(void **state)
{
    sqlite3 *foreign[4];
    char path[128];
    int64_t began_ns;

    (void)state;
    garner_close(store);
    options.timeout_ms = 300;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%03d.db", fixture.folder, i);
        assert_int_equal(sqlite3_open(path, &foreign[i]), SQLITE_OK);
        foreign_run(foreign[i], "begin immediate");
    }
    for (int n = 0; n < 20; n++)
        submit(n);
    began_ns = gn_clock_monotonic_ns();
    garner_close(store);
    /* Two times its timeout: to flush, and to close; not 4 times. */
    assert_true(gn_clock_monotonic_ns() - began_ns < INT64_C(20000000000));
    assert_int_equal(atomic_load(&failed), 20);
    for (int i = 0; i < 4; i++) {
        foreign_run(foreign[i], "rollback");
        foreign_close(foreign[i]);
    }
    options.timeout_ms = 20000;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(sum_of(store, "select count(*) from t"), 0);
}

static void a_store_for_reading_alone_has_nothing_to_flush(void **state)
{
    struct garner_stats stats;

    (void)state;
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_farm(4, NULL), GARNER_OK);
    assert_int_equal(garner_flush(store, &err), GARNER_UNSUPPORTED);
    assert_int_equal(
        garner_exec_all(store, "drop table t", NULL, 0, NULL, &err),
        GARNER_UNSUPPORTED);
    assert_int_equal(sum_of(store, "select count(*) from t"), 0);
    garner_stats(store, &stats);
    assert_int_equal(stats.queries, 1);
}

/* ThreadSanitizer cannot follow the threads that a child starts which was
 * forked while its parent had some. */
static void a_forked_child_may_not_use_it(void **state)
{
    struct garner_store *shard = shard_of_key(7);
    struct garner_rows *rows;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(add_key(store, 7, NULL), GARNER_OK);
    assert_int_equal(
        garner_query(store, "select n from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    child = fork();
    if (child == 0) {
        struct garner_rows *more;
        bool well = add_key(store, 8, &err) == GARNER_MISUSE &&
                    garner_exec_all(store, "select 1", NULL, 0, NULL, &err) ==
                        GARNER_MISUSE &&
                    garner_exec(garner_shard_at(store, 0), "select 1", NULL, 0,
                                NULL, &err) == GARNER_MISUSE &&
                    garner_query(store, "select 1", NULL, 0, &more, &err) ==
                        GARNER_MISUSE &&
                    garner_query(shard, "select 1", NULL, 0, &more, &err) ==
                        GARNER_MISUSE &&
                    garner_farm_resize(store, 2, &err) == GARNER_MISUSE &&
                    garner_flush(store, &err) == GARNER_MISUSE &&
                    garner_next(rows, &err) == GARNER_MISUSE;

        garner_rows_close(rows);
        garner_close(store);
        well = well && add_key(store, 8, &err) == GARNER_MISUSE;
        _exit(well ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_close(rows);
    assert_int_equal(add_key(store, 8, NULL), GARNER_OK);
}

static void lost_memory_is_an_error(void **state)
{
    char url[128];

    (void)state;
    garner_close(store);
    snprintf(url, sizeof url, "%s?shards=4", fixture.folder);
    for (unsigned n = 1;; n++) {
        enum garner_code code;

        gn_mem_fail_at(n);
        code = garner_open(url, &options, &store, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_null(store);
    }
    assert_int_equal(add_key(store, 1, NULL), GARNER_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_flush_is_of_all_shards, with_slow),
        WITH(a_flush_follows_what_was_sent_on, with_slow),
        WITH(closing_does_what_is_left, with_slow),
        WITH(a_queued_write_that_fails_is_told_by_the_flush, with_slow),
        WITH(closing_takes_no_longer_than_it_may, with_slow),
        WITH(a_store_for_reading_alone_has_nothing_to_flush, with_slow),
        WITH(a_forked_child_may_not_use_it, with_slow),
        WITH(lost_memory_is_an_error, with_slow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
