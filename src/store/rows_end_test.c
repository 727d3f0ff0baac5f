/* rows_end_test.c - how a cursor ends before its last row: canceled, out of
 * time, too old; and that nothing of it pins the log then. */
#include "store/fixture_test.h"

#include <sched.h>

#include "store/rows.h"

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "         \
    "select count(*) from n"
#define LONG "printf('%9000d', 7)"

static struct gn_sqlite *writer;
static struct gn_pool *pool;

static int with(void **state, const char *mode)
{
    struct gn_sqlite_options options;
    sqlite3 *foreign;

    if (fixture_up(state) != 0)
        return -1;
    foreign = foreign_open();
    foreign_run(foreign, mode);
    foreign_run(foreign, "create table t(a integer primary key, b);"
                         "insert into t values (1, 'one'), (2, 'two'), "
                         "(3, null)");
    foreign_close(foreign);
    options = writer_options();
    if (strstr(mode, "wal") != NULL &&
        gn_sqlite_open(&options, &writer, NULL) != GARNER_OK)
        return -1;
    options.writer = false;
    options.create = false;
    return gn_pool_new(&options, 2, &pool, NULL) == GARNER_OK ? 0 : -1;
}

static int with_log(void **state)
{
    return with(state, "pragma journal_mode=wal");
}

/* Without a log readers meet the locks of writers. */
static int with_journal(void **state)
{
    return with(state, "pragma journal_mode=delete");
}

static int without(void **state)
{
    gn_pool_free(pool);
    gn_sqlite_close(writer);
    writer = NULL;
    return fixture_down(state);
}

static struct garner_rows *query_within(const char *sql, int timeout_ms)
{
    struct garner_rows *rows;
    struct garner_error err;
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_rows_lease(pool, &s, timeout_ms, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return rows;
}

static struct garner_rows *query(const char *sql)
{
    return query_within(sql, 20000);
}

static int64_t next_number(struct garner_rows *rows)
{
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    return garner_column(rows, 0).integer;
}

static void next_fails(struct garner_rows *rows, enum garner_code code,
                       const char *words)
{
    struct garner_error err;

    assert_int_equal(garner_next(rows, &err), code);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL);
    assert_int_equal(garner_next(rows, NULL), GARNER_MISUSE);
}

static void nothing_is_held(void)
{
    int open;
    int leased;

    gn_pool_count(pool, &open, &leased);
    assert_int_equal(leased, 0);
    assert_true(nobody_reads());
}

/* --- another thread, which steps once --------------------------------------
 */

struct reader {
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;
    pthread_t thread;
};

static void *step(void *argument)
{
    struct reader *r = argument;

    r->code = garner_next(r->rows, &r->err);
    return NULL;
}

/* Starts it, and comes back when it has begun. */
static void start(struct reader *r, const char *sql)
{
    struct gn_reader oldest;

    /* The test's own limit comes long before this one. */
    *r = (struct reader){.rows = query_within(sql, 600000)};
    assert_int_equal(gn_thread_start(&r->thread, step, r, NULL), GARNER_OK);
    while (!gn_pool_oldest(pool, &oldest))
        sched_yield();
}

static void ended(struct reader *r, enum garner_code code, const char *words)
{
    gn_thread_join(r->thread);
    assert_int_equal(r->code, code);
    if (strstr(r->err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, r->err.message);
    garner_rows_close(r->rows);
}

/* --- the end itself ------------------------------------------------------- */

static void at_its_end_nothing_is_held(void **state)
{
    struct garner_rows *rows = query("select a, b as bee from t order by a");

    (void)state;
    assert_true(nobody_reads()); /* there is no snapshot yet */
    assert_int_equal(next_number(rows), 1);
    run(writer, "insert into t values (4, 0)");
    assert_false(nobody_reads());
    assert_int_equal(next_number(rows), 2);
    assert_int_equal(next_number(rows), 3);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    nothing_is_held();
    assert_string_equal(garner_column_name(rows, 1), "bee");
    assert_int_equal(garner_columns(rows), 2);
    garner_rows_set_timeout(rows, 1); /* both too late */
    garner_rows_cancel(rows);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
}

static void after_an_error_nothing_is_held(void **state)
{
    struct garner_rows *rows =
        query("select abs(-9223372036854775807 + 1 - a) from t");

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    run(writer, "insert into t values (4, 0)");
    next_fails(rows, GARNER_SQL, "overflow");
    nothing_is_held();
    garner_rows_close(rows);
}

static void without_memory_for_its_row_nothing_is_held(void **state)
{
    struct garner_rows *rows = query("select 1, 2, 3, 4, 5, 6, 7, 8, 9 from t");

    (void)state;
    gn_mem_fail_at(1);
    next_fails(rows, GARNER_NOMEM, "9 columns");
    nothing_is_held();
    garner_rows_close(rows);
}

/* --- canceled --------------------------------------------------------------
 */

static void canceled_between_calls_it_ends_at_once(void **state)
{
    struct garner_rows *rows = query("select a, b, " LONG " from t order by a");
    struct garner_value one;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    one = garner_column(rows, 1);
    run(writer, "insert into t values (4, 0)");
    garner_rows_cancel(rows);
    nothing_is_held();
    assert_memory_equal(one.bytes.data, "one", 3); /* what was given stays, */
    assert_int_equal(garner_column(rows, 0).integer, 1); /* and what was not */
    assert_int_equal(garner_column(rows, 2).bytes.size, 9000);
    assert_memory_equal(garner_column(rows, 2).bytes.data, "    ", 4);
    assert_string_equal(garner_column_name(rows, 1), "b");
    garner_rows_set_timeout(rows, 1);
    garner_rows_cancel(rows);
    next_fails(rows, GARNER_CANCELED, "select a, b, ");
    garner_rows_close(rows);
}

static void canceled_before_its_first_row_it_has_none(void **state)
{
    struct garner_rows *rows = query("select a from t");

    (void)state;
    garner_rows_cancel(rows);
    nothing_is_held();
    next_fails(rows, GARNER_CANCELED, "garner_rows_cancel");
    garner_rows_close(rows);
    rows = query("select a from t"); /* the next lease is its own */
    assert_int_equal(next_number(rows), 1);
    garner_rows_cancel(rows);
    garner_rows_close(rows);
    nothing_is_held();
}

static void canceled_while_it_works_it_ends_soon(void **state)
{
    struct reader r;

    (void)state;
    start(&r, ENDLESS " where exists (select 1 from t)");
    garner_rows_cancel(r.rows);
    ended(&r, GARNER_CANCELED, "canceled");
    nothing_is_held();
}

static void canceled_while_it_waits_for_a_lock_it_ends_soon(void **state)
{
    sqlite3 *foreign = foreign_open();
    struct reader r;

    (void)state;
    r.rows = query("select a from t"); /* knows the schema */
    garner_rows_close(r.rows);
    foreign_run(foreign, "begin exclusive");
    start(&r, "select a from t");
    garner_rows_cancel(r.rows);
    ended(&r, GARNER_CANCELED, "canceled");
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

static void *cancel(void *rows)
{
    garner_rows_cancel(rows);
    return NULL;
}

/* Wherever the other thread is: a row is whole, or there is none. */
static void canceled_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct garner_rows *rows =
            query("select a, b, " LONG " from t order by a");
        struct garner_error err;
        enum garner_code code;
        pthread_t thread;
        int64_t n = 0;

        assert_int_equal(gn_thread_start(&thread, cancel, rows, NULL), 0);
        for (int j = 0; j < i % 5; j++)
            sched_yield();
        while ((code = garner_next(rows, &err)) == GARNER_ROW) {
            assert_int_equal(garner_column(rows, 0).integer, ++n);
            assert_int_equal(garner_column(rows, 2).bytes.size, 9000);
            assert_memory_equal(garner_column(rows, 2).bytes.data, "   ", 3);
            assert_string_equal(garner_column_name(rows, 1), "b");
        }
        assert_true(code == GARNER_CANCELED || n == 3);
        gn_thread_join(thread);
        garner_rows_close(rows);
    }
    nothing_is_held();
}

/* --- out of time -----------------------------------------------------------
 */

static void out_of_time_nothing_is_held(void **state)
{
    struct garner_rows *rows = query(ENDLESS " where exists (select 1 from t)");

    (void)state;
    garner_rows_set_timeout(rows, 5);
    next_fails(rows, GARNER_TIMEOUT, "the 5 ms of garner_rows_set_timeout");
    nothing_is_held();
    garner_rows_close(rows);
}

static void a_step_that_begins_too_late_fails(void **state)
{
    struct garner_rows *rows = query("select a from t order by a");
    int64_t until_ns;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    garner_rows_set_timeout(rows, 1);
    until_ns = gn_clock_monotonic_ns() + 1000000;
    while (gn_clock_monotonic_ns() <= until_ns)
        sched_yield();
    next_fails(rows, GARNER_TIMEOUT, "select a from t");
    garner_rows_close(rows);
    nothing_is_held();
}

/* A lock is waited for from the first step on, however late that is. */
static void a_lock_is_waited_for_so_long_and_no_longer(void **state)
{
    struct garner_rows *rows;
    struct garner_rows *patient;
    sqlite3 *foreign = foreign_open();
    int64_t until_ns;

    (void)state;
    patient = query_within("select a from t", 600000);
    rows = query_within("select a from t", 20);
    until_ns = gn_clock_monotonic_ns() + 25000000;
    while (gn_clock_monotonic_ns() <= until_ns)
        sched_yield();
    foreign_run(foreign, "begin exclusive");
    until_ns = gn_clock_monotonic_ns() + 20000000;
    next_fails(rows, GARNER_BUSY, "for a connection that is not of this store");
    assert_true(gn_clock_monotonic_ns() >= until_ns);
    garner_rows_close(rows);
    garner_rows_set_timeout(patient, 5);
    next_fails(patient, GARNER_TIMEOUT, "5 ms");
    garner_rows_close(patient);
    foreign_run(foreign, "commit");
    foreign_close(foreign);
}

/* --- too old ---------------------------------------------------------------
 */

static char reported[512];

static void report(void *context, const char *line)
{
    (void)context;
    snprintf(reported, sizeof reported, "%s", line);
}

static struct gn_pool_ended end_all(void)
{
    struct gn_pool_ended sum;

    garner_set_log(report, NULL);
    sum = gn_pool_end_old(pool, INT64_MAX);
    garner_set_log(NULL, NULL);
    return sum;
}

static void too_old_its_row_stays_and_its_next_step_says_why(void **state)
{
    struct garner_rows *rows = query("select a, " LONG ", b, " LONG
                                     ", 5, 6, 7, 8, 9 from t order by a");
    struct garner_value mine;
    struct garner_value rest;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    mine = garner_column(rows, 1);
    assert_int_equal(end_all().ended, 1);
    assert_non_null(strstr(reported, "select a, printf"));
    run(writer, "insert into t values (4, 0)");
    nothing_is_held();
    rest = garner_column(rows, 3);
    assert_memory_equal(garner_column(rows, 2).bytes.data, "one", 3);
    assert_int_equal(garner_column(rows, 8).integer, 9);
    assert_int_equal(mine.bytes.size, rest.bytes.size);
    assert_memory_equal(mine.bytes.data, rest.bytes.data, rest.bytes.size);
    assert_string_equal(garner_column_name(rows, 2), "b");
    next_fails(rows, GARNER_TIMEOUT, "max_read_age_ms");
    garner_rows_close(rows);
}

static void too_old_while_it_works_it_ends_soon(void **state)
{
    struct reader r;

    (void)state;
    start(&r, ENDLESS " where exists (select 1 from t)");
    assert_int_equal(end_all().asked, 1);
    ended(&r, GARNER_TIMEOUT, "kept the log growing");
    nothing_is_held();
}

static void not_begun_it_is_never_too_old(void **state)
{
    struct garner_rows *rows = query("select a from t order by a");
    struct gn_pool_ended sum;

    (void)state;
    sum = end_all();
    assert_int_equal(sum.ended + sum.asked, 0);
    assert_int_equal(next_number(rows), 1);
    garner_rows_close(rows);
}

static void without_memory_for_its_row_it_ends_at_its_next_step(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 3; nth++) {
        struct garner_rows *rows = query("select a, " LONG ", " LONG " from t");
        struct gn_pool_ended sum;

        assert_int_equal(next_number(rows), 1);
        gn_mem_fail_at(nth);
        sum = end_all();
        gn_mem_fail_at(0);
        assert_int_equal(sum.ended, 0);
        assert_true(sum.asked > 0);
        assert_int_equal(garner_column(rows, 1).bytes.size, 9000);
        assert_memory_equal(garner_column(rows, 1).bytes.data, "   ", 3);
        next_fails(rows, GARNER_TIMEOUT, "max_read_age_ms");
        nothing_is_held();
        garner_rows_close(rows);
    }
}

static void what_could_not_be_copied_keeps_it_alive(void **state)
{
    struct garner_rows *rows = query("select a, " LONG " from t");
    struct garner_value borrowed;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    gn_mem_fail_at(1);
    borrowed = garner_column(rows, 1);
    gn_mem_fail_at(0);
    assert_int_equal(end_all().asked, 1);
    garner_rows_cancel(rows);
    assert_memory_equal((const char *)borrowed.bytes.data + 8996, "   7", 4);
    assert_int_equal(garner_column(rows, 0).integer, 1);
    next_fails(rows, GARNER_TIMEOUT, "max_read_age_ms");
    nothing_is_held();
    garner_rows_close(rows);
    rows = query("select a, " LONG " from t order by a");
    assert_int_equal(next_number(rows), 1);
    gn_mem_fail_at(1);
    (void)garner_column(rows, 1);
    assert_int_equal(next_number(rows), 2); /* for that row alone */
    assert_int_equal(end_all().ended, 1);
    garner_rows_close(rows);
    rows = query("select " LONG);
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    gn_mem_fail_at(1);
    (void)garner_column(rows, 0);
    garner_rows_close(rows); /* straight from there */
    nothing_is_held();
}

static int with_utf16(void **state)
{
    return with(state, "pragma encoding='UTF-16'; pragma journal_mode=wal");
}

/* A text that SQLite cannot make of UTF-16 is NULL; but not silently. */
static void a_value_that_was_lost_is_told_of(void **state)
{
    struct garner_rows *rows = query("select " LONG ", a from t order by a");

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    (void)sqlite3_hard_heap_limit64(1);
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL);
    (void)sqlite3_hard_heap_limit64(0);
    assert_int_equal(garner_column(rows, 1).integer, 1);
    next_fails(rows, GARNER_NOMEM, "a value of the last row");
    nothing_is_held();
    garner_rows_close(rows);
}

static atomic_bool go_on;

static void *end_often(void *ended)
{
    while (atomic_load(&go_on)) {
        struct gn_pool_ended sum = gn_pool_end_old(pool, INT64_MAX);

        atomic_fetch_add((atomic_uint *)ended, sum.ended + sum.asked);
        sched_yield();
    }
    return NULL;
}

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void ended_at_any_moment(void **state)
{
    atomic_uint reached = 0;
    pthread_t thread;

    (void)state;
    garner_set_log(ignore, NULL);
    atomic_store(&go_on, true);
    assert_int_equal(gn_thread_start(&thread, end_often, &reached, NULL), 0);
    for (int i = 0; i < 300 || atomic_load(&reached) == 0; i++) {
        struct garner_rows *rows =
            query("select a, b, " LONG " from t order by a");
        enum garner_code code;
        int64_t n = 0;

        while ((code = garner_next(rows, NULL)) == GARNER_ROW) {
            assert_int_equal(garner_column(rows, 0).integer, ++n);
            sched_yield();
            assert_int_equal(garner_column(rows, 2).bytes.size, 9000);
            assert_memory_equal(garner_column(rows, 2).bytes.data, "   ", 3);
            assert_string_equal(garner_column_name(rows, 1), "b");
        }
        assert_true(code == GARNER_TIMEOUT || n == 3);
        garner_rows_close(rows);
    }
    atomic_store(&go_on, false);
    gn_thread_join(thread);
    garner_set_log(NULL, NULL);
    nothing_is_held();
}

#define WITH(f)   cmocka_unit_test_setup_teardown(f, with_log, without)
#define NO_LOG(f) cmocka_unit_test_setup_teardown(f, with_journal, without)
#define UTF16(f)  cmocka_unit_test_setup_teardown(f, with_utf16, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(at_its_end_nothing_is_held),
        WITH(after_an_error_nothing_is_held),
        WITH(without_memory_for_its_row_nothing_is_held),
        WITH(canceled_between_calls_it_ends_at_once),
        WITH(canceled_before_its_first_row_it_has_none),
        WITH(canceled_while_it_works_it_ends_soon),
        NO_LOG(canceled_while_it_waits_for_a_lock_it_ends_soon),
        WITH(canceled_at_any_moment),
        WITH(out_of_time_nothing_is_held),
        WITH(a_step_that_begins_too_late_fails),
        NO_LOG(a_lock_is_waited_for_so_long_and_no_longer),
        WITH(too_old_its_row_stays_and_its_next_step_says_why),
        WITH(too_old_while_it_works_it_ends_soon),
        WITH(not_begun_it_is_never_too_old),
        WITH(without_memory_for_its_row_it_ends_at_its_next_step),
        WITH(what_could_not_be_copied_keeps_it_alive),
        UTF16(a_value_that_was_lost_is_told_of),
        WITH(ended_at_any_moment),
    };

    /* Without its books SQLite knows no limit of memory. */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1), SQLITE_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
