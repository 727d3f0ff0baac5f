/* loan_test.c - SQLite's own connections, lent: whose turn it is, who waits,
 * and how it ends. What may be done on one: driver/lend_test.c. */
#include "store/tx_fixture_test.h"

#include <sys/wait.h>

#include "garner/sqlite.h"
#include "store/commit/turn.h"

enum { WAIT_MS = 20000, THREADS = 8, ROUNDS = 100 };

static struct garner_loan *loan;
static struct garner_error why;

static void take(void)
{
    if (garner_sqlite_take(store, WAIT_MS, &loan, &why) != GARNER_OK)
        fail_msg("%s", why.message);
}

static void lend_reader(void)
{
    if (garner_sqlite_lend_reader(store, WAIT_MS, &loan, &why) != GARNER_OK)
        fail_msg("%s", why.message);
}

static void give(void)
{
    garner_sqlite_give(loan);
    loan = NULL;
}

static void do_it(const char *sql)
{
    foreign_run(garner_sqlite_db(loan), sql);
}

static int64_t ask(const char *sql)
{
    return foreign_number(garner_sqlite_db(loan), sql);
}

static void says(const char *words)
{
    if (strstr(why.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, why.message);
}

/* --- the writer ----------------------------------------------------------- */

static void he_begins_and_ends_what_he_likes(void **state)
{
    struct garner_stats before;
    struct garner_stats after;

    (void)state;
    garner_stats(store, &before);
    take();
    do_it("begin; insert into t values (1, 'one')");
    assert_int_equal(number("select count(*) from t"), 0);
    do_it("commit");
    assert_int_equal(number("select count(*) from t"), 1);
    do_it("begin; insert into t values (2, 'two')");
    give();
    assert_int_equal(number("select count(*) from t"), 1);
    exec("insert into t values (2, 'two')");
    garner_stats(store, &after);
    assert_int_equal(after.groups - before.groups, 2);
    assert_int_equal(after.syncs - before.syncs, 2);
    assert_true(after.wal_bytes > before.wal_bytes);
    garner_sqlite_give(NULL);
}

static void its_log_is_copied_like_that_of_others(void **state)
{
    struct garner_stats stats;

    (void)state;
    garner_close(store);
    options.wal_bytes = (size_t)64 * 1024;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    for (int i = 0; i < 8; i++) {
        take();
        do_it("insert into t(b) values (zeroblob(32768))");
        give();
    }
    garner_stats(store, &stats);
    assert_true(stats.checkpoints > 1);
    assert_true(stats.wal_peak_bytes < 4 * options.wal_bytes);
}

static void others_wait_and_are_told_whose_it_is(void **state)
{
    struct writer w;
    char thread[64];

    (void)state;
    take();
    garner_sqlite_note(loan, "update t set b = 'long'");
    snprintf(thread, sizeof thread, "transaction of thread %d",
             (int)gn_thread_id());
    start(&w, "insert into t values (1, 'one')", 20);
    assert_int_equal(join(&w), GARNER_TIMEOUT);
    why = w.err;
    says(thread);
    says("update t set b = 'long'");
    start(&w, "insert into t values (1, 'one')", WAIT_MS);
    await_queued(1);
    give();
    assert_int_equal(join(&w), GARNER_OK);
}

static void other_processes_learn_of_one_that_lasts(void **state)
{
    struct gn_turn_seen seen = {0};

    (void)state;
    take();
    garner_sqlite_note(loan, "update t set b = 'long'");
    do {
        sched_yield();
        assert_true(gn_turn_look(fixture.db, &seen));
    } while (seen.holder.thread != gn_thread_id());
    assert_int_equal(seen.holder.pid, getpid());
    assert_string_equal(seen.holder.sql, "update t set b = 'long'");
    give();
    assert_true(gn_turn_look(fixture.db, &seen));
    assert_int_equal(seen.holder.thread, 0);
}

static void his_own_thread_may_not_wait_for_him(void **state)
{
    struct garner_loan *second;

    (void)state;
    take();
    write_fails("insert into t values (1, 'one')", GARNER_MISUSE,
                "this thread has");
    assert_int_equal(garner_sqlite_take(store, WAIT_MS, &second, &why),
                     GARNER_MISUSE);
    assert_null(second);
    assert_int_equal(number("select count(*) from t"), 0);
    give();
    exec("insert into t values (1, 'one')");
}

static void he_waits_for_others(void **state)
{
    (void)state;
    begin();
    /* Another thread's: this one has the transaction. */
    assert_int_equal(garner_sqlite_take(store, 0, &loan, &why), GARNER_MISUSE);
    assert_null(loan);
    commit();
    take();
    give();
}

static void in_memory_what_is_under_way_stays(void **state)
{
    sqlite3_stmt *stmt;

    (void)state;
    exec("insert into t values (1, 'one'), (2, 'two')");
    take();
    assert_int_equal(sqlite3_prepare_v2(garner_sqlite_db(loan),
                                        "select a from t", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    give();
    exec("insert into t values (3, 'three')");
    take();
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(ask("select count(*) from t"), 3);
    give();
    assert_int_equal(garner_sqlite_lend_reader(store, 0, &loan, &why),
                     GARNER_UNSUPPORTED);
    says("garner_sqlite_take");
}

static void what_was_taken_is_refused_where_it_makes_no_sense(void **state)
{
    (void)state;
    assert_int_equal(garner_sqlite_take(NULL, 0, &loan, &why), GARNER_MISUSE);
    assert_int_equal(garner_sqlite_take(store, -1, &loan, &why), GARNER_MISUSE);
    assert_int_equal(garner_sqlite_take(store, 0, NULL, &why), GARNER_MISUSE);
    assert_int_equal(garner_sqlite_lend_reader(NULL, 0, &loan, &why),
                     GARNER_MISUSE);
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    assert_int_equal(garner_sqlite_take(store, 0, &loan, &why),
                     GARNER_UNSUPPORTED);
    lend_reader();
    assert_int_equal(ask("select count(*) from t"), 0);
    give();
}

static void a_farm_lends_nothing(void **state)
{
    const struct garner_sqlite_hooks hooks = {0};
    struct garner_store *farm;
    char url[128];

    (void)state;
    snprintf(url, sizeof url, "%s/farm?shards=2", fixture.folder);
    assert_int_equal(garner_sqlite_open(url, NULL, &hooks, &farm, &why),
                     GARNER_UNSUPPORTED);
    assert_null(farm);
}

/* --- readers -------------------------------------------------------------- */

static void a_reader_reads_what_was_acknowledged(void **state)
{
    struct garner_loan *first;

    (void)state;
    exec("insert into t values (1, 'one')");
    lend_reader();
    assert_int_equal(ask("select count(*) from t"), 1);
    exec("insert into t values (2, 'two')");
    assert_int_equal(ask("select count(*) from t"), 2);
    assert_int_not_equal(sqlite3_exec(garner_sqlite_db(loan),
                                      "insert into t values (3, 'three')", NULL,
                                      NULL, NULL),
                         SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(garner_sqlite_db(loan), "begin", NULL, NULL, NULL),
        SQLITE_AUTH);
    first = loan;
    lend_reader(); /* another one */
    assert_ptr_not_equal(garner_sqlite_db(loan), garner_sqlite_db(first));
    garner_sqlite_give(first);
    give();
}

static void who_finds_none_is_told(void **state)
{
    struct garner_loan *first;

    (void)state;
    garner_close(store);
    options.readers = 1;
    assert_int_equal(open_with(fixture.db), GARNER_OK);
    lend_reader();
    first = loan;
    assert_int_equal(garner_sqlite_lend_reader(store, 10, &loan, &why),
                     GARNER_TIMEOUT);
    assert_null(loan);
    says("a connection that was lent");
    garner_sqlite_give(first);
    lend_reader();
    give();
}

/* --- hooks ---------------------------------------------------------------- */

struct seen {
    int writers;
    int readers;
    int closed;
    int verdict;
};

static void forty_two(sqlite3_context *context, int count,
                      sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_int(context, 42);
}

static int see_opened(sqlite3 *db, bool writer, void *context)
{
    struct seen *s = context;

    s->writers += writer;
    s->readers += !writer;
    if (s->verdict != SQLITE_OK)
        return s->verdict;
    return sqlite3_create_function(db, "forty_two", 0, SQLITE_UTF8, NULL,
                                   forty_two, NULL, NULL);
}

static void see_closing(sqlite3 *db, void *context)
{
    struct seen *s = context;

    s->closed += sqlite3_errcode(db) == SQLITE_OK; /* it is one still */
}

static void each_connection_is_shown(void **state)
{
    struct seen seen = {0};
    const struct garner_sqlite_hooks hooks = {see_opened, see_closing, &seen};

    (void)state;
    garner_close(store);
    assert_int_equal(
        garner_sqlite_open(fixture.db, &options, &hooks, &store, &why),
        GARNER_OK);
    assert_int_equal(seen.writers, 1);
    assert_int_equal(number("select forty_two()"), 42);
    exec("insert into t values (forty_two(), 'x')");
    assert_int_equal(number("select a from t"), 42);
    assert_true(seen.readers >= 1);
    garner_close(store);
    store = NULL;
    assert_int_equal(seen.closed, seen.writers + seen.readers);
    seen = (struct seen){.verdict = SQLITE_PERM};
    assert_int_equal(
        garner_sqlite_open(fixture.db, &options, &hooks, &store, &why),
        GARNER_IO);
    says("could not be set up");
    assert_int_equal(seen.closed, 0);
}

/* --- the end -------------------------------------------------------------- */

static void closing_takes_back_what_is_its_own_thread_s(void **state)
{
    (void)state;
    take();
    do_it("begin; insert into t values (1, 'one')");
    garner_close(store);
    store = NULL;
    give();
    assert_string_equal(foreign_text("select count(*) from t"), "0");
}

static void no_report(void *context, const char *line)
{
    (void)context;
    fail_msg("%s", line);
}

static void and_its_readers(void **state)
{
    struct garner_loan *first;
    sqlite3_stmt *stmt;

    (void)state;
    garner_set_log(no_report, NULL); /* that they are lost */
    exec("insert into t values (1, 'one')");
    lend_reader();
    first = loan;
    lend_reader();
    assert_int_equal(sqlite3_prepare_v2(garner_sqlite_db(loan),
                                        "select a from t", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    garner_close(store);
    store = NULL;
    garner_set_log(NULL, NULL);
    garner_sqlite_give(first);
    give();
}

static enum garner_code submit_nothing(void)
{
    struct garner_batch *b;
    enum garner_code code;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    code = garner_submit(store, b, NULL, NULL, NULL);
    if (code != GARNER_OK)
        garner_batch_free(b);
    return code;
}

static void *close_it(void *unused)
{
    (void)unused;
    garner_close(store);
    return NULL;
}

/* What is committed on it meanwhile is kept. */
static void closing_waits_for_another_s(void **state)
{
    pthread_t closer;

    (void)state;
    take();
    assert_int_equal(gn_thread_start(&closer, close_it, NULL, NULL), 0);
    while (submit_nothing() != GARNER_CLOSED)
        sched_yield();
    do_it("begin; insert into t values (1, 'one'); commit");
    give();
    gn_thread_join(closer);
    store = NULL;
    assert_string_equal(foreign_text("select b from t"), "one");
}

static void a_child_may_not_use_it(void **state)
{
    int status;
    pid_t child;

    (void)state;
    take();
    do_it("begin; insert into t values (1, 'one')");
    child = fork();
    if (child == 0) {
        struct garner_loan *own;
        sqlite3 *db;

        if (garner_sqlite_take(store, 0, &own, NULL) != GARNER_MISUSE ||
            garner_sqlite_lend_reader(store, 0, &own, NULL) != GARNER_MISUSE)
            _exit(1);
        garner_sqlite_note(loan, "nothing");
        db = garner_sqlite_db(loan);
        garner_sqlite_give(loan);
        _exit(sqlite3_get_autocommit(db) == 0 ? 0 : 2); /* as it was */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    do_it("commit");
    give();
    assert_int_equal(number("select count(*) from t"), 1);
}

static void lost_memory_is_an_error_not_a_crash(void **state)
{
    (void)state;
    take();
    give();
    lend_reader();
    give();
    gn_mem_fail_at(1);
    assert_int_equal(garner_sqlite_take(store, WAIT_MS, &loan, &why),
                     GARNER_NOMEM);
    assert_null(loan);
    gn_mem_fail_at(1);
    assert_int_equal(garner_sqlite_lend_reader(store, WAIT_MS, &loan, &why),
                     GARNER_NOMEM);
    assert_null(loan);
    gn_mem_fail_at(0);
    take();
    give();
}

/* --- many at once --------------------------------------------------------- */

static void *add_one(void *argument)
{
    const bool borrows = *(bool *)argument;

    for (int i = 0; i < ROUNDS; i++) {
        struct garner_loan *own;
        int64_t n;

        if (!borrows) {
            exec("update t set a = a + 1");
            continue;
        }
        assert_int_equal(garner_sqlite_take(store, WAIT_MS, &own, NULL),
                         GARNER_OK);
        foreign_run(garner_sqlite_db(own), "begin");
        n = foreign_number(garner_sqlite_db(own), "select a from t");
        foreign_run(garner_sqlite_db(own), "update t set a = a + 1");
        assert_int_equal(
            foreign_number(garner_sqlite_db(own), "select a from t"), n + 1);
        foreign_run(garner_sqlite_db(own), i % 2 ? "commit" : "rollback");
        garner_sqlite_give(own);
    }
    return NULL;
}

static void borrowers_and_writers_take_turns(void **state)
{
    pthread_t threads[THREADS];
    bool borrows[2] = {false, true};

    (void)state;
    exec("insert into t values (0, 'count')");
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(
            gn_thread_start(&threads[i], add_one, &borrows[i % 2], NULL), 0);
    for (int i = 0; i < THREADS; i++)
        gn_thread_join(threads[i]);
    assert_int_equal(number("select a from t"),
                     THREADS / 2 * ROUNDS + THREADS / 2 * (ROUNDS / 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE(he_begins_and_ends_what_he_likes),
        TABLE(its_log_is_copied_like_that_of_others),
        TABLE(others_wait_and_are_told_whose_it_is),
        TABLE(other_processes_learn_of_one_that_lasts),
        TABLE(his_own_thread_may_not_wait_for_him),
        TABLE(he_waits_for_others),
        MEMORY(in_memory_what_is_under_way_stays),
        TABLE(what_was_taken_is_refused_where_it_makes_no_sense),
        TABLE(a_farm_lends_nothing),
        TABLE(a_reader_reads_what_was_acknowledged),
        TABLE(who_finds_none_is_told),
        TABLE(each_connection_is_shown),
        TABLE(closing_takes_back_what_is_its_own_thread_s),
        TABLE(and_its_readers),
        TABLE(closing_waits_for_another_s),
        TABLE(a_child_may_not_use_it),
        TABLE(lost_memory_is_an_error_not_a_crash),
        TABLE(borrowers_and_writers_take_turns),
        MEMORY(borrowers_and_writers_take_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
