/* shard_test.c - a database of each kind, through the public door. */
#include "store/door_test.h"

#include <sys/stat.h>

static void the_pool_is_bounded(void **state)
{
    struct garner_rows *rows;
    struct garner_rows *more;
    struct garner_stats stats;

    (void)state;
    options.readers = 1;
    options.timeout_ms = 5;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(garner_query(store, "select 1", NULL, 0, &rows, NULL),
                     GARNER_OK);
    assert_int_equal(garner_query(store, "select 1", NULL, 0, &more, NULL),
                     GARNER_TIMEOUT);
    garner_stats(store, &stats);
    assert_int_equal(stats.readers_open, 1);
    assert_int_equal(stats.readers_leased, 1);
    assert_int_equal(stats.queries, 1);
    garner_rows_close(rows);
    assert_int_equal(number("select 7"), 7);
}

static void the_oldest_reader_is_named(void **state)
{
    struct garner_stats stats;
    struct garner_rows *old;
    struct garner_rows *young;

    (void)state;
    exec("create table t(a)");
    exec("insert into t values (1), (2)");
    garner_stats(store, &stats);
    assert_int_equal(stats.reader_age_ns, 0);
    assert_string_equal(stats.reader_sql, "");
    assert_int_equal(
        garner_query(store, "select a from t", NULL, 0, &old, NULL), GARNER_OK);
    assert_int_equal(
        garner_query(store, "select 7 from t", NULL, 0, &young, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(old, NULL), GARNER_ROW);
    assert_int_equal(garner_next(young, NULL), GARNER_ROW);
    garner_stats(store, &stats);
    assert_true(stats.reader_age_ns > 0);
    assert_int_equal(stats.reader_thread, gettid());
    assert_string_equal(stats.reader_sql, "select a from t");
    garner_rows_close(old);
    garner_stats(store, &stats);
    assert_string_equal(stats.reader_sql, "select 7 from t");
    garner_rows_close(young);
}

static void few_statements_kept_do_no_harm(void **state)
{
    (void)state;
    options.statements = 1;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table t(a)");
    for (int i = 0; i < 50; i++) {
        exec("insert into t values (1)");
        exec("update t set a = a + 1");
        assert_int_equal(number("select count(*) from t"), i + 1);
        assert_int_equal(number("select max(a) from t"), i + 2);
    }
}

static void a_store_for_reading_only_reads(void **state)
{
    struct garner_batch *b;
    struct garner_error err;
    struct garner_stats stats;

    (void)state;
    exec("create table t(a)");
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 0);
    write_fails("insert into t values (1)", GARNER_UNSUPPORTED, "reading");
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_write(store, b, NULL, NULL), GARNER_UNSUPPORTED);
    assert_int_equal(garner_submit(store, b, NULL, NULL, NULL),
                     GARNER_UNSUPPORTED);
    assert_int_equal(garner_flush(store, &err), GARNER_UNSUPPORTED);
    garner_batch_free(b);
    garner_stats(store, &stats);
    assert_int_equal(stats.queries, 1);
}

static void a_database_in_memory_is_the_same(void **state)
{
    struct garner_stats stats;

    (void)state;
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    write_fails("insert into t values (1)", GARNER_CONSTRAINT, "UNIQUE");
    assert_int_equal(number("select count(*) from t"), 1);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    garner_stats(store, &stats);
    assert_int_equal(stats.wal_bytes, 0);
    assert_int_equal(stats.checkpoints, 0);
    assert_int_equal(stats.batches, 2);
    assert_int_equal(stats.failed, 1);
}

static void without_shared_memory_there_is_no_log(void **state)
{
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    sqlite3 *foreign;

    (void)state;
    /* As on file systems that cannot map a file into memory. */
    assert_int_equal(sqlite3_vfs_register(sqlite3_vfs_find("unix-dotfile"), 1),
                     SQLITE_OK);
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    write_fails("insert into t values (1)", GARNER_CONSTRAINT, "UNIQUE");
    assert_int_equal(number("select count(*) from t"), 1);
    assert_int_equal(garner_flush(store, NULL), GARNER_OK);
    foreign = foreign_open();
    assert_int_equal(foreign_number(foreign, "select count(*) from t"), 1);
    foreign_close(foreign);
    assert_string_equal(foreign_text("pragma journal_mode"), "delete");
    garner_close(store);
    store = NULL;
    assert_int_equal(sqlite3_vfs_register(usual, 1), SQLITE_OK);
}

static size_t log_size(void)
{
    char path[120];
    struct stat st;

    snprintf(path, sizeof path, "%s-wal", fixture.db);
    return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

/* Its file has the frames, and not a byte more, whatever happens to it. */
static void a_log_of_another_s_is_only_appended_to(void **state)
{
    const size_t frame = 24 + 4096;
    struct garner_stats stats;
    sqlite3 *foreign;
    size_t largest;

    (void)state;
    options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    options.wal_bytes = 100000;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table t(a)");
    for (int i = 0; i < 20; i++) {
        exec("insert into t values (zeroblob(10000))");
        assert_int_equal((log_size() - 32) % frame, 0);
    }
    garner_stats(store, &stats);
    largest = log_size();
    assert_int_equal((largest - 32) / frame * 4096, stats.wal_bytes);
    assert_int_equal(stats.checkpoints, 0);
    foreign = foreign_open();
    foreign_run(foreign, "pragma wal_checkpoint(restart)");
    exec("insert into t values (1)"); /* it starts anew, in the same file */
    assert_int_equal(log_size(), largest);
    foreign_close(foreign);
    garner_close(store); /* the last one */
    store = NULL;
    assert_int_equal(log_size(), largest);
    assert_string_equal(foreign_text("select count(*) from t"), "21");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_pool_is_bounded, with_options),
        WITH(the_oldest_reader_is_named, with_store),
        WITH(few_statements_kept_do_no_harm, with_options),
        WITH(a_store_for_reading_only_reads, with_store),
        WITH(a_database_in_memory_is_the_same, with_memory),
        WITH(without_shared_memory_there_is_no_log, with_options),
        WITH(a_log_of_another_s_is_only_appended_to, with_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
