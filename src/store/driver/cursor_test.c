/* cursor_test.c - several on one connection, and what the end of one leaves. */
#include "store/fixture_test.h"

#include "store/driver/cursor.h"

static struct gn_sqlite *c;

static int with_rows(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a)");
    run(c, "insert into t values (1), (2), (3)");
    return 0;
}

static int without_rows(void **state)
{
    gn_sqlite_close(c); /* fails while a statement is left */
    return fixture_down(state);
}

static struct gn_cursor *query(struct gn_sqlite *on, const char *sql)
{
    struct gn_statement s;
    struct gn_cursor *cursor;
    struct garner_error err;

    gn_statement_init(&s, sql, NULL, 0);
    if (gn_cursor_open(on, &s, &cursor, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return cursor;
}

static int64_t next(struct gn_cursor *cursor)
{
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    return gn_cursor_value(cursor, 0).integer;
}

static int64_t number(struct gn_sqlite *on, const char *sql)
{
    struct gn_cursor *cursor = query(on, sql);
    const int64_t n = next(cursor);

    gn_cursor_close(cursor);
    return n;
}

static void several_of_one_text_go_their_own_ways(void **state)
{
    struct gn_cursor *a = query(c, "select a from t order by a");
    struct gn_cursor *b = query(c, "select a from t order by a");
    struct gn_cursor *third;

    (void)state;
    assert_int_equal(next(a), 1);
    assert_int_equal(next(a), 2);
    assert_int_equal(next(b), 1);
    third = query(c, "select a from t order by a");
    assert_int_equal(next(third), 1);
    gn_cursor_close(b);
    assert_int_equal(next(a), 3);
    assert_int_equal(next(third), 2);
    assert_int_equal(gn_cursor_next(a, NULL), GARNER_DONE);
    assert_int_equal(next(third), 3);
    gn_cursor_close(third);
    gn_cursor_close(a);
}

static void more_than_the_cache_has_room_for(void **state)
{
    enum { MANY = 40 }; /* of 16 */
    struct gn_cursor *cursors[MANY];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        char sql[64];

        snprintf(sql, sizeof sql, "select a + %d from t order by a", 10 * i);
        cursors[i] = query(c, sql);
        assert_int_equal(next(cursors[i]), 1 + 10 * i);
    }
    for (int i = 0; i < MANY; i++)
        assert_int_equal(next(cursors[i]), 2 + 10 * i);
    for (int i = 0; i < MANY; i++)
        gn_cursor_close(cursors[i]);
    assert_int_equal(number(c, "select 5"), 5);
}

static void work_ends_at_its_deadline(void **state)
{
    struct gn_cursor *cursor =
        query(c, "with recursive n(i) as (select 1 union all select i + 1 from "
                 "n) select count(*) from n");
    struct garner_error err;

    (void)state;
    gn_sqlite_set_work_deadline(c, gn_clock_monotonic_ns() + 5000000);
    assert_int_equal(gn_cursor_next(cursor, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "past its deadline"));
    gn_cursor_close(cursor);
    gn_sqlite_set_work_deadline(c, INT64_MAX);
    assert_int_equal(number(c, "select 5"), 5);
}

static void a_query_may_not_write(void **state)
{
    struct gn_statement s;
    struct gn_cursor *cursor;
    struct garner_error err;

    (void)state;
    gn_statement_init(&s, "create table u(a)", NULL, 0);
    assert_int_equal(gn_cursor_open(c, &s, &cursor, &err), GARNER_SQL);
    assert_null(cursor);
    assert_non_null(strstr(err.message, "use garner_exec"));
    assert_int_equal(number(c, "select 5"), 5);
}

static void a_query_s_arguments_are_its_own(void **state)
{
    char text[] = "abc";
    const struct garner_value args[] = {garner_text(text)};
    struct gn_cursor *cursor;
    struct gn_statement s;

    (void)state;
    gn_statement_init(&s, "select ?", args, 1);
    assert_int_equal(gn_cursor_open(c, &s, &cursor, NULL), GARNER_OK);
    memset(text, 'x', 3);
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    assert_memory_equal(gn_cursor_value(cursor, 0).bytes.data, "abc", 3);
    gn_cursor_close(cursor);
    gn_statement_init(&s, "select ?", args, 0);
    assert_int_equal(gn_cursor_open(c, &s, &cursor, NULL), GARNER_SQL);
    assert_null(cursor);
}

static void at_its_end_a_query_has_no_snapshot(void **state)
{
    struct gn_sqlite *reader = open_reader();
    struct gn_cursor *cursor = query(reader, "select a from t");

    (void)state;
    assert_true(nobody_reads()); /* none before the first row */
    run(c, "insert into t values (4)");
    while (gn_cursor_next(cursor, NULL) == GARNER_ROW)
        assert_false(nobody_reads());
    assert_true(nobody_reads()); /* though it is not closed */
    gn_cursor_close(cursor);
    cursor = query(reader, "select abs(-9223372036854775807 + 1 - a) from t");
    run(c, "insert into t values (5)");
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_SQL); /* overflow */
    assert_true(nobody_reads());
    gn_cursor_close(cursor);
    gn_sqlite_close(reader);
}

static void lost_memory_is_an_error_and_leaks_nothing(void **state)
{
    struct gn_statement s;
    struct gn_cursor *cursor = NULL;
    unsigned nth = 0;
    enum garner_code code;

    (void)state;
    gn_statement_init(&s, "select a + 0 from t", NULL, 0);
    do {
        gn_mem_fail_at(++nth);
        code = gn_cursor_open(c, &s, &cursor, NULL);
    } while (code == GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 2);
    assert_int_equal(next(cursor), 1);
    gn_cursor_close(cursor);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_rows, without_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(several_of_one_text_go_their_own_ways),
        WITH(more_than_the_cache_has_room_for),
        WITH(work_ends_at_its_deadline),
        WITH(a_query_may_not_write),
        WITH(a_query_s_arguments_are_its_own),
        WITH(at_its_end_a_query_has_no_snapshot),
        WITH(lost_memory_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
