/* lend_test.c - what a borrower may do on a connection, and what is put right
 * when it comes back. As part of a store: loan_test.c. */
#include "store/fixture_test.h"

#include "store/driver/lend.h"
#include "store/driver/run.h"
#include "store/driver/transaction.h"

static struct gn_sqlite *c;

static void lend(bool sync)
{
    struct garner_error err;

    if (gn_lend(c, true, sync, 0, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

static void do_it(const char *sql)
{
    foreign_run(gn_lend_db(c), sql);
}

static int64_t ask(const char *sql)
{
    return foreign_number(gn_lend_db(c), sql);
}

static void says(const char *sql, const char *text)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(gn_lend_db(c), sql, -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(stmt, 0), text);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

static void he_begins_and_ends_what_he_likes(void **state)
{
    (void)state;
    c = open_writer();
    lend(true);
    do_it("begin; create table t(a); insert into t values (1); commit");
    assert_true(gn_lend_take_back(c));
    assert_int_not_equal(gn_sqlite_take_commit_ns(c), 0); /* it synced */
    lend(true);
    assert_false(gn_lend_take_back(c));
    lend(true);
    do_it("begin; insert into t values (2)");
    assert_false(gn_lend_take_back(c));
    assert_false(gn_transaction_is_open(c));
    assert_string_equal(foreign_text("select a from t"), "1");
    gn_sqlite_close(c);
}

static void at_home_the_guard_is_back(void **state)
{
    struct gn_statement s;
    struct garner_result result = {0};

    (void)state;
    c = open_writer();
    lend(false);
    assert_false(gn_lend_take_back(c));
    gn_statement_init(&s, "begin", NULL, 0);
    assert_int_equal(gn_run_one(c, &s, &result, NULL), GARNER_SQL);
    gn_sqlite_close(c);
}

static void what_the_store_relies_on_stays(void **state)
{
    (void)state;
    c = open_writer();
    lend(false);
    do_it("pragma journal_mode=delete; pragma locking_mode=exclusive;"
          "pragma wal_autocheckpoint=5; pragma busy_timeout=77");
    assert_int_equal(ask("pragma wal_autocheckpoint"), 0);
    assert_int_equal(ask("pragma busy_timeout"), 0);
    says("pragma journal_mode", "wal");
    says("pragma locking_mode", "normal");
    (void)gn_lend_take_back(c);
    gn_sqlite_close(c);
}

/* For the loans that follow; others sync as they did. */
static void a_level_of_his_own_is_his_alone(void **state)
{
    (void)state;
    c = open_writer();
    lend(true);
    assert_int_equal(ask("pragma synchronous"), 2);
    do_it("pragma synchronous=off");
    (void)gn_lend_take_back(c);
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    assert_int_equal(ask("pragma synchronous"), 2);
    lend(true);
    assert_int_equal(ask("pragma synchronous"), 0);
    (void)gn_lend_take_back(c);
    assert_int_equal(gn_sqlite_set_sync(c, true, NULL), GARNER_OK);
    assert_int_equal(ask("pragma synchronous"), 2);
    gn_sqlite_close(c);
}

static void other_settings_last(void **state)
{
    (void)state;
    c = open_writer();
    lend(false);
    do_it("pragma foreign_keys=on; pragma cache_size=17");
    (void)gn_lend_take_back(c);
    lend(false);
    assert_int_equal(ask("pragma foreign_keys"), 1);
    assert_int_equal(ask("pragma cache_size"), 17);
    (void)gn_lend_take_back(c);
    gn_sqlite_close(c);
}

static int asked;

static int refuse(void *context, int action, const char *first,
                  const char *second, const char *database, const char *trigger)
{
    (void)first;
    (void)second;
    (void)database;
    (void)trigger;
    asked++;
    return action == SQLITE_DELETE ? *(int *)context : SQLITE_OK;
}

static void his_authorizer_is_asked_while_he_has_it(void **state)
{
    int verdict = SQLITE_DENY;

    (void)state;
    c = open_writer();
    lend(false);
    do_it("create table t(a)");
    gn_lend_authorize(c, refuse, &verdict);
    assert_int_equal(
        sqlite3_exec(gn_lend_db(c), "delete from t", NULL, NULL, NULL),
        SQLITE_AUTH);
    (void)gn_lend_take_back(c);
    run(c, "delete from t");
    lend(false);
    asked = 0;
    assert_int_equal(
        sqlite3_exec(gn_lend_db(c), "delete from t", NULL, NULL, NULL),
        SQLITE_AUTH);
    assert_true(asked > 0);
    gn_lend_authorize(c, NULL, NULL);
    do_it("delete from t");
    (void)gn_lend_take_back(c);
    gn_sqlite_close(c);
}

static int count_steps(void *context)
{
    ++*(int *)context;
    return 0;
}

static int interrupt_it(void *context)
{
    (void)context;
    return 1;
}

static void his_progress_is_called_while_he_has_it(void **state)
{
    int steps = 0;

    (void)state;
    c = open_writer();
    lend(false);
    gn_lend_progress(c, 1, count_steps, &steps);
    do_it("create table t(a)");
    assert_true(steps > 2);
    (void)gn_lend_take_back(c);
    steps = 0;
    run(c, "insert into t values (1)");
    assert_int_equal(steps, 0);
    lend(false);
    gn_lend_progress(c, 1, interrupt_it, NULL);
    assert_int_equal(
        sqlite3_exec(gn_lend_db(c), "select * from t", NULL, NULL, NULL),
        SQLITE_INTERRUPT);
    gn_lend_progress(c, 1, NULL, NULL);
    do_it("select * from t");
    (void)gn_lend_take_back(c);
    gn_sqlite_close(c);
}

/* It would keep the log, and its snapshot would be an old one. */
static void a_statement_under_way_is_reset(void **state)
{
    sqlite3_stmt *stmt;

    (void)state;
    c = open_writer();
    run(c, "create table t(a)");
    run(c, "insert into t values (1), (2)");
    lend(false);
    assert_int_equal(
        sqlite3_prepare_v2(gn_lend_db(c), "select a from t", -1, &stmt, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    (void)gn_lend_take_back(c);
    assert_int_equal(sqlite3_stmt_busy(stmt), 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    gn_sqlite_close(c);
}

/* The log of an attached database is not that of the store's. */
static void what_is_attached_has_a_log_of_its_own(void **state)
{
    char sql[256];
    size_t bytes;

    (void)state;
    c = open_writer();
    run(c, "create table t(a)");
    bytes = gn_sqlite_log_bytes(c);
    assert_true(bytes > 0);
    lend(true);
    snprintf(sql, sizeof sql,
             "attach '%s/other.db' as other; pragma other.journal_mode=wal;"
             "create table other.big(a)",
             fixture.folder);
    do_it(sql);
    assert_int_equal(ask("select count(*) from other.sqlite_schema"), 1);
    says("pragma other.journal_mode", "wal");
    do_it("insert into other.big select zeroblob(100000) from "
          "(select 1 union all select 2)");
    do_it("detach other");
    (void)gn_lend_take_back(c);
    assert_int_equal(gn_sqlite_log_bytes(c), bytes);
    gn_sqlite_close(c);
}

static void a_foreign_lock_is_waited_for_each_time(void **state)
{
    sqlite3 *other;

    (void)state;
    c = open_writer();
    run(c, "create table t(a)");
    other = foreign_open();
    foreign_run(other, "begin immediate");
    assert_int_equal(gn_lend(c, true, true, INT64_C(20) * 1000000, NULL),
                     GARNER_OK);
    for (int i = 0; i < 2; i++) {
        const int64_t start_ns = gn_clock_monotonic_ns();

        assert_int_equal(
            sqlite3_exec(gn_lend_db(c), "begin immediate", NULL, NULL, NULL),
            SQLITE_BUSY);
        assert_true(gn_clock_monotonic_ns() - start_ns >=
                    INT64_C(20) * 1000000);
    }
    foreign_close(other);
    do_it("begin immediate; insert into t values (1); commit");
    assert_true(gn_lend_take_back(c));
    gn_sqlite_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(he_begins_and_ends_what_he_likes),
        TEST(at_home_the_guard_is_back),
        TEST(what_the_store_relies_on_stays),
        TEST(a_level_of_his_own_is_his_alone),
        TEST(other_settings_last),
        TEST(his_authorizer_is_asked_while_he_has_it),
        TEST(his_progress_is_called_while_he_has_it),
        TEST(a_statement_under_way_is_reset),
        TEST(what_is_attached_has_a_log_of_its_own),
        TEST(a_foreign_lock_is_waited_for_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
