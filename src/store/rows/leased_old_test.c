/* leased_old_test.c - a cursor that is ended because it is old: what it gave
 * stays, and it is told why. */
#include "store/rows/leased_fixture_test.h"

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

#define UTF16(f) cmocka_unit_test_setup_teardown(f, with_utf16, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(too_old_its_row_stays_and_its_next_step_says_why),
        WITH(too_old_while_it_works_it_ends_soon),
        WITH(not_begun_it_is_never_too_old),
        WITH(without_memory_for_its_row_it_ends_at_its_next_step),
        WITH(what_could_not_be_copied_keeps_it_alive),
        UTF16(a_value_that_was_lost_is_told_of),
        WITH(ended_at_any_moment),
    };

    /* Without its books SQLite knows no limit of memory; once it is in use, a
     * store leaves them alone. */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
