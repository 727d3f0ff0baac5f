/* row_test.c - values stay as they were, whatever becomes of the query. */
#include "store/fixture_test.h"

#include "store/rows/row.h"

#define LONG "printf('%9000d', 7)"

static struct gn_sqlite *c;
static struct gn_cursor *cursor;
static struct gn_row
    *row; /* its bytes are the heap's: AddressSanitizer looks */

static int with_row(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    row = gn_alloc(sizeof *row);
    gn_row_init(row);
    return 0;
}

static int without_row(void **state)
{
    gn_row_fini(row);
    gn_free(row);
    gn_sqlite_close(c);
    return fixture_down(state);
}

static void open_cursor(const char *sql)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    assert_int_equal(gn_cursor_open(c, &s, &cursor, NULL), GARNER_OK);
}

static void step(void)
{
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    assert_int_equal(gn_row_next(row, gn_cursor_columns(cursor), NULL),
                     GARNER_OK);
}

static void query(const char *sql)
{
    open_cursor(sql);
    step();
}

static struct garner_value value(size_t column)
{
    struct garner_value v;

    if (!gn_row_has(row, column, &v))
        assert_true(gn_row_copy(row, cursor, column, &v));
    return v;
}

static void is_text(struct garner_value v, const char *text)
{
    assert_int_equal(v.type, GARNER_TEXT);
    assert_int_equal(v.bytes.size, strlen(text));
    assert_memory_equal(v.bytes.data, text, strlen(text));
}

static void is_long(struct garner_value v)
{
    assert_int_equal(v.type, GARNER_TEXT);
    assert_int_equal(v.bytes.size, 9000);
    assert_memory_equal((const char *)v.bytes.data + 8996, "   7", 4);
}

static void what_was_asked_for_outlives_the_query(void **state)
{
    struct garner_value v[7];
    struct garner_value none;

    (void)state;
    query("select 5, 0.5, null, 'abc', x'00ff', '', " LONG);
    assert_false(gn_row_has(row, 0, &none));
    for (size_t i = 7; i-- > 0;)
        v[i] = value(i);
    gn_cursor_close(cursor);
    assert_int_equal(v[0].integer, 5);
    assert_true(v[1].real == 0.5);
    assert_int_equal(v[2].type, GARNER_NULL);
    is_text(v[3], "abc");
    assert_int_equal(v[4].type, GARNER_BLOB);
    assert_memory_equal(v[4].bytes.data, "\x00\xff", 2);
    is_text(v[5], "");
    is_long(v[6]);
}

static void what_is_short_is_copied_with_the_first(void **state)
{
    struct garner_value v;

    (void)state;
    query("select 1, 'two', " LONG);
    assert_int_equal(value(0).integer, 1);
    assert_true(gn_row_has(row, 1, &v));
    is_text(v, "two");
    assert_false(gn_row_has(row, 2, &v));
    is_long(value(2));
    assert_true(gn_row_has(row, 2, &v));
    gn_cursor_close(cursor);
}

static void the_rest_is_copied_when_the_query_ends(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        const void *mine = NULL;

        query("select 'one', " LONG ", 3, " LONG);
        if (asked)
            mine = value(1).bytes.data;
        assert_true(gn_row_copy_rest(row, cursor));
        gn_cursor_close(cursor);
        is_text(gn_row_rest(row, 0), "one");
        is_long(gn_row_rest(row, 1));
        assert_int_equal(gn_row_rest(row, 2).integer, 3);
        is_long(gn_row_rest(row, 3));
        if (asked) /* what was given is not moved */
            assert_ptr_equal(gn_row_rest(row, 1).bytes.data, mine);
    }
}

static void before_the_first_row_there_is_no_rest(void **state)
{
    (void)state;
    open_cursor("select 1");
    assert_true(gn_row_copy_rest(row, cursor));
    gn_cursor_close(cursor);
}

static void each_row_has_its_own(void **state)
{
    (void)state;
    open_cursor("with recursive n(i) as (select 1 union all select i + 1 from "
                "n where i < 50) select i, printf('%d', i), " LONG
                ", 4, 5, 6, 7, 8, 9, 10, i from n");
    for (int i = 1; i <= 50; i++) {
        char text[16];

        step();
        snprintf(text, sizeof text, "%d", i);
        is_text(value(1), text);
        assert_int_equal(value(0).integer, i);
        assert_int_equal(value(10).integer, i);
        if (i % 3 == 0)
            is_long(value(2));
    }
    assert_true(row->bytes.held < 50000);
    gn_cursor_close(cursor);
}

static void without_memory_a_value_is_the_cursor_s(void **state)
{
    struct garner_value v;

    (void)state;
    query("select 1, " LONG);
    assert_int_equal(value(0).integer, 1);
    gn_mem_fail_at(1);
    assert_false(gn_row_copy_rest(row, cursor));
    gn_mem_fail_at(1);
    assert_false(gn_row_copy(row, cursor, 1, &v));
    is_long(v);
    gn_mem_fail_at(0);
    is_long(value(1)); /* it may be had later */
    gn_cursor_close(cursor);
}

static void more_columns_need_memory(void **state)
{
    (void)state;
    open_cursor("select 1, 2, 3, 4, 5, 6, 7, 8, 9");
    assert_int_equal(gn_cursor_next(cursor, NULL), GARNER_ROW);
    gn_mem_fail_at(1);
    assert_int_equal(gn_row_next(row, 9, NULL), GARNER_NOMEM);
    assert_int_equal(gn_row_next(row, 9, NULL), GARNER_OK);
    assert_int_equal(value(8).integer, 9);
    gn_cursor_close(cursor);
}

/* Its texts are made of UTF-16 only when they are asked for. */
static void what_sqlite_cannot_make_is_lost(void **state)
{
    struct garner_value v;
    sqlite3 *foreign;

    (void)state;
    gn_sqlite_close(c);
    fixture_down(state);
    fixture_up(state);
    foreign = foreign_open();
    foreign_run(foreign, "pragma encoding='UTF-16'; create table t(a)");
    foreign_close(foreign);
    c = open_writer();
    query("select 1, " LONG ", 3");
    (void)sqlite3_hard_heap_limit64(1);
    assert_false(gn_row_copy(row, cursor, 1, &v));
    assert_false(gn_row_copy_rest(row, cursor));
    (void)sqlite3_hard_heap_limit64(0);
    assert_true(gn_cursor_lost(&v));
    assert_int_equal(value(0).integer, 1);
    assert_int_equal(value(2).integer, 3);
    gn_cursor_close(cursor);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_row, without_row)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_was_asked_for_outlives_the_query),
        WITH(what_is_short_is_copied_with_the_first),
        WITH(the_rest_is_copied_when_the_query_ends),
        WITH(before_the_first_row_there_is_no_rest),
        WITH(each_row_has_its_own),
        WITH(without_memory_a_value_is_the_cursor_s),
        WITH(more_columns_need_memory),
        WITH(what_sqlite_cannot_make_is_lost),
    };

    /* Without its books SQLite knows no limit of memory; once it is in use, a
     * store leaves them alone. */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
