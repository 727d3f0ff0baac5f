/* store_test.c - the public door, call by call. */
#include "store/fixture_test.h"

#include "garner/garner.h"

static struct garner_store *store;
static struct garner_options options;

static enum garner_code open_with(const char *url)
{
    return garner_open(url, &options, &store, NULL);
}

static int with_options(void **state)
{
    garner_options_init(&options);
    options.timeout_ms = 20000;
    store = NULL;
    return fixture_up(state);
}

static int with_store(void **state)
{
    return with_options(state) == 0 && open_with(fixture.db) == GARNER_OK ? 0
                                                                          : -1;
}

static int with_memory(void **state)
{
    return with_options(state) == 0 && open_with(":memory:") == GARNER_OK ? 0
                                                                          : -1;
}

static int without_store(void **state)
{
    garner_close(store);
    garner_set_log(NULL, NULL);
    return fixture_down(state);
}

static void exec(const char *sql)
{
    struct garner_error err;

    if (garner_exec(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* The first column of the first row. */
static int64_t number(const char *sql)
{
    struct garner_rows *rows;
    struct garner_error err;
    int64_t n;

    if (garner_query(store, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    n = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return n;
}

/* --- opening ----------------------------------------------------------------
 */

static void options_out_of_range_are_misuse(void **state)
{
    struct garner_options bad[16];
    struct garner_error err;
    size_t n = sizeof bad / sizeof bad[0];

    (void)state;
    for (size_t i = 0; i < n; i++)
        garner_options_init(&bad[i]);
    bad[0].timeout_ms = -1;
    bad[1].gather_ms = -1;
    bad[2].gather_ms = 10001;
    bad[3].queue_statements = 0;
    bad[4].queue_bytes = 0;
    bad[5].group_statements = 0;
    bad[6].group_statements = (1 << 20) + 1;
    bad[7].group_bytes = 0;
    bad[8].wal_bytes = 4095;
    bad[9].readers = 0;
    bad[10].readers = 1025;
    bad[11].statements = 0;
    bad[12].statements = (1 << 16) + 1;
    bad[13].ack = (enum garner_ack)3;
    memset(&bad[14], 0, sizeof bad[14]);
    memset(&bad[15], 0xff, sizeof bad[15] / 2);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(garner_open(fixture.db, &bad[i], &store, &err),
                         GARNER_MISUSE);
        assert_null(store);
    }
    assert_int_equal(access(fixture.db, F_OK), -1); /* nothing was made */
}

static void a_url_names_a_file(void **state)
{
    char url[200];

    (void)state;
    snprintf(url, sizeof url, "sqlite://%s", fixture.db);
    assert_int_equal(open_with(url), GARNER_OK);
    exec("create table t(a)");
    garner_close(store);
    snprintf(url, sizeof url, "sqlite:%s", fixture.db);
    assert_int_equal(open_with(url), GARNER_OK);
    exec("insert into t values (1)");
    garner_close(store);
    assert_int_equal(garner_open(fixture.db, NULL, &store, NULL), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 1);
    garner_close(store);
    assert_int_equal(open_with("sqlite::memory:"), GARNER_OK);
    exec("create table t(a)");
}

static void refused(const char *url, enum garner_code code, const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_open(url, &options, &store, &err), code);
    assert_null(store);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void what_cannot_be_opened_says_why(void **state)
{
    char path[200];
    FILE *file;

    (void)state;
    refused("postgres://me:secret@host/db", GARNER_UNSUPPORTED,
            "postgres: databases of this kind");
    refused("sqlite://relative.db", GARNER_UNSUPPORTED, "sqlite:///ABSOLUTE");
    refused("", GARNER_UNSUPPORTED, "empty");
    refused("sqlite:", GARNER_UNSUPPORTED, "empty");
    refused(fixture.folder, GARNER_IO, "is a folder");
    snprintf(path, sizeof path, "%s/none/t.db", fixture.folder);
    refused(path, GARNER_NOTFOUND, "make it first");
    options.create = false;
    refused(fixture.db, GARNER_NOTFOUND, "no such database");
    options.read_only = true;
    refused(fixture.db, GARNER_NOTFOUND, "no such database");
    file = fopen(fixture.db, "w");
    fprintf(file, "%02000d", 1);
    fclose(file);
    refused(fixture.db, GARNER_CORRUPT, "not SQLite's");
    assert_int_equal(garner_open(NULL, NULL, &store, NULL), GARNER_MISUSE);
    assert_int_equal(garner_open(fixture.db, NULL, NULL, NULL), GARNER_MISUSE);
    garner_close(NULL);
}

/* --- writing ----------------------------------------------------------------
 */

static void a_result_is_of_its_own_write(void **state)
{
    struct garner_result result;
    struct garner_batch *b;

    (void)state;
    exec("create table t(a integer primary key, b)");
    assert_int_equal(
        garner_exec(store, "insert into t values (?, ?)",
                    GARNER_ARGS(garner_integer(41), garner_text("x")), &result,
                    NULL),
        GARNER_OK);
    assert_int_equal(result.changes, 1);
    assert_int_equal(result.last_rowid, 41);
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_write(store, b, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 0); /* an empty batch */
    assert_int_equal(garner_batch_add(b, "insert into t(b) values (1), (2)",
                                      GARNER_ARGS(), NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_batch_add(b, "update t set b = 0", GARNER_ARGS(), NULL),
        GARNER_OK);
    assert_int_equal(garner_write(store, b, &result, NULL), GARNER_OK);
    assert_int_equal(result.changes, 2 + 3);
    assert_int_equal(result.last_rowid, 43);
    assert_int_equal(garner_write(store, b, NULL, NULL), GARNER_OK); /* again */
    garner_batch_free(b);
    assert_int_equal(number("select count(*) from t"), 5);
}

static void write_fails(const char *sql, enum garner_code code,
                        const char *words)
{
    struct garner_result result = {5, 5};
    struct garner_error err;

    assert_int_equal(garner_exec(store, sql, NULL, 0, &result, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(result.changes, 0);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void what_cannot_be_written_says_why(void **state)
{
    struct garner_batch *b;
    struct garner_error err;

    (void)state;
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    write_fails("insert into t values (1)", GARNER_CONSTRAINT, "UNIQUE");
    write_fails("insert into u values (1)", GARNER_SQL, "no such table");
    write_fails("insert into t values (?)", GARNER_SQL, "1 parameters, but 0");
    write_fails("insert into t values (2); delete from t", GARNER_SQL,
                "more than one statement");
    write_fails("", GARNER_SQL, "no statement");
    write_fails("begin", GARNER_SQL, "not allowed here");
    write_fails("commit", GARNER_SQL, "transaction control");
    write_fails("savepoint s", GARNER_SQL, "not allowed here");
    write_fails("pragma journal_mode=delete", GARNER_SQL, "not allowed here");
    write_fails("vacuum", GARNER_SQL, "not allowed here");
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    for (int i = 2; i < 5; i++)
        assert_int_equal(garner_batch_add(b, "insert into t values (?)",
                                          GARNER_ARGS(garner_integer(i % 3)),
                                          NULL),
                         GARNER_OK);
    assert_int_equal(garner_write(store, b, NULL, &err), GARNER_CONSTRAINT);
    assert_memory_equal(err.message, "statement 3 of 3: ", 18);
    garner_batch_free(b);
    assert_int_equal(number("select count(*) from t"), 1);
}

static void null_arguments_are_misuse(void **state)
{
    struct garner_batch *b;
    struct garner_rows *rows;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_exec(NULL, "x", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_exec(store, NULL, NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_exec(store, "x", NULL, 1, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_write(NULL, b, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_write(store, NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_submit(NULL, b, NULL, NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_submit(store, NULL, NULL, NULL, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_flush(NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_query(NULL, "x", NULL, 0, &rows, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_query(store, NULL, NULL, 0, &rows, NULL),
                     GARNER_MISUSE);
    assert_int_equal(garner_query(store, "x", NULL, 0, NULL, NULL),
                     GARNER_MISUSE);
    garner_batch_free(b);
}

static int lines;

static void count_line(void *context, const char *line)
{
    (void)context;
    assert_non_null(strstr(line, "a queued write failed"));
    lines++;
}

static void queued_writes_are_done_by_the_flush(void **state)
{
    struct garner_error err;

    (void)state;
    lines = 0;
    garner_set_log(count_line, NULL);
    options.ack = GARNER_QUEUED;
    options.gather_ms = 10000; /* so that nothing but a flush does them */
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    exec("create table t(a unique)");
    exec("insert into t values (1)");
    exec("insert into t values (1)");
    exec("insert into t values (2)");
    assert_int_equal(garner_flush(store, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "UNIQUE"));
    assert_int_equal(lines, 1);
    assert_int_equal(garner_flush(store, &err), GARNER_OK);
    assert_int_equal(number("select count(*) from t"), 2);
    exec("insert into t values (3)");
    garner_close(store);
    store = NULL;
    assert_string_equal(foreign_text("select count(*) from t"), "3");
}

static void nothing(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    assert_null(err);
    assert_int_equal(result->changes, 0);
    assert_int_equal(result->last_rowid, 0);
    ++*(int *)context;
}

static void an_empty_batch_is_settled_too(void **state)
{
    struct garner_batch *b;
    int called = 0;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    assert_int_equal(garner_submit(store, b, nothing, &called, NULL),
                     GARNER_OK);
    garner_close(store);
    store = NULL;
    assert_int_equal(called, 1);
}

/* --- reading, and kinds of databases -----------------------------------------
 */

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

#define WITH(f, up) cmocka_unit_test_setup_teardown(f, up, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(options_out_of_range_are_misuse, with_options),
        WITH(a_url_names_a_file, with_options),
        WITH(what_cannot_be_opened_says_why, with_options),
        WITH(a_result_is_of_its_own_write, with_store),
        WITH(what_cannot_be_written_says_why, with_store),
        WITH(null_arguments_are_misuse, with_store),
        WITH(queued_writes_are_done_by_the_flush, with_options),
        WITH(an_empty_batch_is_settled_too, with_store),
        WITH(the_pool_is_bounded, with_options),
        WITH(few_statements_kept_do_no_harm, with_options),
        WITH(a_store_for_reading_only_reads, with_store),
        WITH(a_database_in_memory_is_the_same, with_memory),
        WITH(without_shared_memory_there_is_no_log, with_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
