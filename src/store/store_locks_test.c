/* store_locks_test.c - nothing that a store does takes SQLite's locks away: any
 * close() of a database's files would, for the whole process
 * (https://sqlite.org/howtocorrupt.html section 2.2). */
#include "store/door_test.h"

#include <sys/wait.h>

/* Whether another process, which waits for nothing, may write now. */
static bool another_may_write(void)
{
    const pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        sqlite3 *db;
        const int rc =
            sqlite3_open(fixture.db, &db) == SQLITE_OK
                ? sqlite3_exec(db, "begin immediate", NULL, NULL, NULL)
                : SQLITE_ERROR;

        _exit(rc == SQLITE_OK ? 0 : rc == SQLITE_BUSY ? 1 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

static void read_and_count(void)
{
    struct garner_stats stats;

    assert_int_equal(number("select count(*) from t"), 1);
    garner_stats(store, &stats);
    assert_true(stats.wal_bytes > 0);
}

static void open_and_close_another(void)
{
    struct garner_store *other;
    struct garner_rows *rows;

    options.read_only = true;
    assert_int_equal(garner_open(fixture.db, &options, &other, NULL),
                     GARNER_OK);
    assert_int_equal(
        garner_query(other, "select * from t", NULL, 0, &rows, NULL),
        GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_close(rows);
    garner_close(other);
}

static void back_up(void)
{
    char path[128];

    snprintf(path, sizeof path, "%s/copy.db", fixture.folder);
    assert_int_equal(garner_backup(store, path, false, NULL, NULL, NULL),
                     GARNER_OK);
}

static void what_a_store_does_keeps_its_locks(void **state)
{
    void (*const deeds[])(void) = {read_and_count, open_and_close_another,
                                   back_up};
    struct garner_tx *tx;

    (void)state;
    exec("create table t (a)");
    exec("insert into t values (1)");
    assert_true(another_may_write());
    assert_int_equal(garner_begin(store, NULL, &tx, NULL), GARNER_OK);
    assert_int_equal(
        garner_tx_exec(tx, "insert into t values (2)", NULL, 0, NULL, NULL),
        GARNER_OK);
    assert_false(another_may_write());
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        deeds[i]();
        assert_false(another_may_write());
    }
    assert_int_equal(garner_commit(tx, NULL, NULL), GARNER_OK);
    assert_true(another_may_write());
    assert_int_equal(number("select count(*) from t"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_a_store_does_keeps_its_locks, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
