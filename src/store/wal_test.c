/* wal_test.c - the log is checkpointed past its size, in gaps, and not in vain.
 */
#include "store/fixture_test.h"

#include <signal.h>
#include <sys/resource.h>

#include "store/driver/cursor.h"
#include "store/wal.h"

enum { LIMIT = 200000 };

static struct gn_sqlite *c;
static struct gn_wal w;

static int with_log(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a)");
    gn_wal_init(&w, LIMIT, false);
    return 0;
}

static int without_log(void **state)
{
    gn_sqlite_close(c);
    return fixture_down(state);
}

/* Commits about size bytes and tells the governor. */
static void commit(const char *sql)
{
    run(c, sql);
    assert_int_equal(gn_wal_after_commit(&w, c), GARNER_OK);
}

static void below_its_size_the_log_is_left_alone(void **state)
{
    (void)state;
    commit("insert into t values (zeroblob(100000))");
    assert_int_equal(w.checkpoints, 0);
    assert_true(w.dirty);
    commit("insert into t values (zeroblob(100000))");
    assert_int_equal(w.checkpoints, 1);
    assert_false(w.dirty);
}

static void it_stays_bounded_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        commit("insert into t values (zeroblob(20000))");
        assert_true(gn_sqlite_log_bytes(c) < LIMIT + 60000);
    }
    assert_true(w.checkpoints >= 200 * 20000 / (LIMIT + 60000));
    assert_true(w.checkpoints < 40);
}

static void a_long_reader_is_tried_seldom_and_then_cleared_away(void **state)
{
    struct gn_sqlite *reader = open_reader();
    struct gn_cursor *pin;
    struct gn_statement s;
    uint64_t tries;

    (void)state;
    run(c, "insert into t values (1), (2)");
    gn_statement_init(&s, "select a from t", NULL, 0);
    assert_int_equal(gn_cursor_open(reader, &s, &pin, NULL), GARNER_OK);
    assert_int_equal(gn_cursor_next(pin, NULL), GARNER_ROW);
    while (gn_sqlite_log_bytes(c) < (size_t)10 * LIMIT)
        commit("insert into t values (zeroblob(20000))");
    assert_true(w.dirty);
    assert_in_range(w.checkpoints, 3, 16); /* of 100 commits */
    gn_cursor_close(pin);
    tries = w.checkpoints;
    while (w.checkpoints == tries)
        commit("insert into t values (zeroblob(20000))");
    assert_false(w.dirty);
    commit("insert into t values (zeroblob(20000))");
    assert_true(gn_sqlite_log_bytes(c) < LIMIT);
    gn_sqlite_close(reader);
}

static void an_idle_gap_is_used_once(void **state)
{
    (void)state;
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_int_equal(w.checkpoints, 0);
    commit("insert into t values (1)");
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_int_equal(w.checkpoints, 1);
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_int_equal(w.checkpoints, 1);
}

static void a_foreign_writer_puts_it_off(void **state)
{
    sqlite3 *foreign = foreign_open();

    (void)state;
    commit("insert into t values (1)");
    foreign_run(foreign, "begin immediate");
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_true(w.dirty);
    foreign_run(foreign, "commit");
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_false(w.dirty);
    foreign_close(foreign);
}

static void what_is_another_s_is_left_alone(void **state)
{
    (void)state;
    gn_wal_init(&w, LIMIT, true);
    for (int i = 0; i < 4; i++)
        commit("insert into t values (zeroblob(100000))");
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_int_equal(w.checkpoints, 0);
    assert_true(w.peak_bytes > 400000);
    assert_false(w.dirty); /* no idle gap is waited for */
}

static void its_size_and_its_checkpoints_are_counted(void **state)
{
    (void)state;
    commit("insert into t values (zeroblob(150000))");
    assert_int_equal(w.longest_ns, 0);
    commit("insert into t values (zeroblob(100000))");
    assert_int_equal(w.checkpoints, 1);
    assert_true(w.longest_ns > 0);
    assert_in_range(w.peak_bytes, 250000, 300000);
    commit("insert into t values (1)");
    assert_true(gn_sqlite_log_bytes(c) < 100000);
    assert_in_range(w.peak_bytes, 250000, 300000);
    assert_int_equal(w.failures, 0);
}

/* Files may not grow: the database has no room for what the log holds. */
static void a_failure_is_kept_and_tried_again(void **state)
{
    struct rlimit old;
    struct rlimit small = {0};

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    commit("insert into t values (zeroblob(100000))");
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(w.failures, 1);
    assert_int_equal(w.error.code, GARNER_IO);
    assert_non_null(strstr(w.error.message, fixture.db));
    assert_true(w.dirty);
    assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
    assert_false(w.dirty);
    assert_int_equal(w.failures, 1);
    assert_int_equal(w.checkpoints, 2);
    assert_int_equal(w.error.code, GARNER_IO); /* the last one's */
}

static void without_a_log_there_is_nothing_to_do(void **state)
{
    struct gn_sqlite_options options = writer_options();
    struct gn_sqlite *memory;

    (void)state;
    options.path = ":memory:";
    assert_int_equal(gn_sqlite_open(&options, &memory, NULL), GARNER_OK);
    run(memory, "create table t(a)");
    assert_int_equal(gn_wal_after_commit(&w, memory), GARNER_OK);
    assert_false(w.dirty);
    gn_sqlite_close(memory);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_log, without_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(below_its_size_the_log_is_left_alone),
        WITH(it_stays_bounded_for_ever),
        WITH(a_long_reader_is_tried_seldom_and_then_cleared_away),
        WITH(an_idle_gap_is_used_once),
        WITH(a_foreign_writer_puts_it_off),
        WITH(what_is_another_s_is_left_alone),
        WITH(its_size_and_its_checkpoints_are_counted),
        WITH(a_failure_is_kept_and_tried_again),
        WITH(without_a_log_there_is_nothing_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
