/* wal_test.c - the log is checkpointed past its size, in gaps, and not in vain.
 */
#include "store/fixture_test.h"

#include <signal.h>
#include <sys/resource.h>

#include "store/commit/wal.h"
#include "store/driver/cursor.h"
#include "store/rows/leased.h"

enum { LIMIT = 200000, MOST = 2 * LIMIT };

static struct gn_sqlite *c;
static struct gn_wal w;
static struct garner_options options;

static int with_log(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a)");
    garner_options_init(&options);
    options.wal_bytes = LIMIT;
    gn_wal_init(&w, &options);
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

static void transactions_larger_than_it_do_not_make_it_grow(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        commit("insert into t values (zeroblob(1000000))");
        assert_true(gn_sqlite_log_bytes(c) < 1100000);
        assert_false(w.dirty);
    }
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
    commit("insert into t values (zeroblob(300000))"); /* longer than LIMIT */
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

static void readers_are_waited_for_but_backups_are_not(void **state)
{
    (void)state;
    assert_int_equal(gn_wal_patience_ns(&w, LIMIT / 2), 0);
    assert_int_equal(gn_wal_patience_ns(&w, (size_t)2 * LIMIT), 20000000);
    assert_int_equal(gn_wal_patience_ns(&w, (size_t)1000 * LIMIT), 500000000);
    atomic_fetch_add(&w.backups, 1);
    assert_int_equal(gn_wal_patience_ns(&w, (size_t)1000 * LIMIT), 0);
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
    options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    gn_wal_init(&w, &options);
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
    struct gn_sqlite_options in_memory = writer_options();
    struct gn_sqlite *memory;

    (void)state;
    in_memory.path = ":memory:";
    assert_int_equal(gn_sqlite_open(&in_memory, &memory, NULL), GARNER_OK);
    run(memory, "create table t(a)");
    assert_int_equal(gn_wal_after_commit(&w, memory), GARNER_OK);
    assert_false(w.dirty);
    gn_sqlite_close(memory);
}

/* --- past its bound ------------------------------------------------------- */

static struct gn_pool *pool;
static int reports;
static char reported[512];

static void report(void *context, const char *line)
{
    (void)context;
    reports++;
    snprintf(reported, sizeof reported, "%s", line);
}

static int with_readers(void **state)
{
    struct gn_sqlite_options reader;

    if (with_log(state) != 0)
        return -1;
    run(c, "insert into t values (1), (2), (3)");
    options.wal_most_bytes = MOST;
    reader = writer_options();
    reader.writer = false;
    reader.create = false;
    reports = 0;
    garner_set_log(report, NULL);
    return gn_pool_new(&reader, 2, &pool, NULL) == GARNER_OK ? 0 : -1;
}

static int without_readers(void **state)
{
    garner_set_log(NULL, NULL);
    gn_pool_free(pool);
    return without_log(state);
}

static void govern(int max_read_age_ms)
{
    options.max_read_age_ms = max_read_age_ms;
    gn_wal_init(&w, &options);
    w.pool = pool;
}

/* A cursor that has a snapshot. */
static struct garner_rows *pin_log(void)
{
    struct garner_rows *rows;
    struct gn_statement s;

    gn_statement_init(&s, "select a from t", NULL, 0);
    assert_int_equal(gn_rows_lease(pool, &s, 20000, &rows, NULL), GARNER_OK);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    return rows;
}

static void old_readers_are_ended_past_the_bound(void **state)
{
    struct garner_rows *rows;
    struct garner_error err;
    int64_t old_ns;

    (void)state;
    govern(1);
    rows = pin_log();
    old_ns = gn_clock_monotonic_ns() + 1000000;
    while (gn_clock_monotonic_ns() <= old_ns)
        ;
    while (gn_sqlite_log_bytes(c) < MOST - 30000) {
        commit("insert into t values (zeroblob(20000))");
        assert_int_equal(reports, 0); /* so far it does no harm */
    }
    for (int i = 0; i < 200; i++) {
        commit("insert into t values (zeroblob(20000))");
        assert_true(gn_sqlite_log_bytes(c) < MOST + 60000);
    }
    assert_int_equal(reports, 1);
    assert_non_null(strstr(reported, "select a from t"));
    assert_int_equal(garner_next(rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "max_read_age_ms"));
    garner_rows_close(rows);
}

static void young_readers_are_left(void **state)
{
    struct garner_rows *rows;

    (void)state;
    govern(3600000);
    rows = pin_log();
    while (gn_sqlite_log_bytes(c) < (size_t)2 * MOST)
        commit("insert into t values (zeroblob(20000))");
    assert_in_range(w.checkpoints, 3, 20); /* of 120 commits */
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(reports, 0);
    garner_rows_close(rows);
}

/* Not only when the log has grown by another quarter. */
static void who_becomes_old_is_ended_then(void **state)
{
    struct garner_rows *rows;
    int64_t old_ns;

    (void)state;
    govern(500);
    rows = pin_log();
    old_ns = SECONDS(1) - 500000000;
    while (gn_sqlite_log_bytes(c) < MOST + 10000)
        commit("insert into t values (zeroblob(20000))");
    while (gn_clock_monotonic_ns() <= old_ns)
        ;
    commit("update t set a = 2 where rowid = 1");
    assert_int_equal(reports, 1);
    assert_true(gn_sqlite_log_bytes(c) < MOST + MOST / 4);
    assert_int_equal(garner_next(rows, NULL), GARNER_TIMEOUT);
    garner_rows_close(rows);
}

static void of_age_zero_none_is_ended_but_it_is_told(void **state)
{
    struct garner_rows *rows;

    (void)state;
    govern(0);
    rows = pin_log();
    while (gn_sqlite_log_bytes(c) < (size_t)2 * MOST)
        commit("insert into t values (zeroblob(20000))");
    assert_int_equal(reports, 1);
    assert_non_null(strstr(reported, "select a from t"));
    assert_non_null(strstr(reported, fixture.db));
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_close(rows);
}

static void a_foreign_reader_is_told_of_once(void **state)
{
    sqlite3 *foreign = foreign_open();

    (void)state;
    govern(1);
    for (int times = 1; times <= 2; times++) {
        foreign_run(foreign, "begin");
        foreign_number(foreign, "select count(*) from t");
        while (gn_sqlite_log_bytes(c) < (size_t)2 * MOST)
            commit("insert into t values (zeroblob(20000))");
        assert_int_equal(reports, times);
        assert_non_null(strstr(reported, "not of this store"));
        foreign_run(foreign, "commit");
        while (w.dirty)
            assert_int_equal(gn_wal_when_idle(&w, c), GARNER_OK);
        commit("insert into t values (zeroblob(20000))");
        assert_true(gn_sqlite_log_bytes(c) < LIMIT);
    }
    foreign_close(foreign);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_log, without_log)
#define READERS(f)                                                             \
    cmocka_unit_test_setup_teardown(f, with_readers, without_readers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(below_its_size_the_log_is_left_alone),
        WITH(it_stays_bounded_for_ever),
        WITH(transactions_larger_than_it_do_not_make_it_grow),
        WITH(a_long_reader_is_tried_seldom_and_then_cleared_away),
        WITH(an_idle_gap_is_used_once),
        WITH(readers_are_waited_for_but_backups_are_not),
        WITH(a_foreign_writer_puts_it_off),
        WITH(what_is_another_s_is_left_alone),
        WITH(its_size_and_its_checkpoints_are_counted),
        WITH(a_failure_is_kept_and_tried_again),
        WITH(without_a_log_there_is_nothing_to_do),
        READERS(old_readers_are_ended_past_the_bound),
        READERS(young_readers_are_left),
        READERS(who_becomes_old_is_ended_then),
        READERS(of_age_zero_none_is_ended_but_it_is_told),
        READERS(a_foreign_reader_is_told_of_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
