/* rowtext_test.c - a text of a row, while SQLite has it and after. */
#include "extract/fixture_test.h"

#include "extract/rowtext.h"

static struct gn_arrow arrow;
static struct gn_rowtext row;

/* text_of_row(text): writes the row's text, unless it is written, gives it. */
static void text_of_row(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_buf *out = gn_rowtext_begin(&row);

    (void)argc;
    if (out != NULL)
        gn_buf_text(out, (const char *)sqlite3_value_text(argv[0]));
    if (gn_rowtext_give(&row, to) != SQLITE_OK)
        sqlite3_result_error_nomem(to);
}

static int open_all(void **state)
{
    row.arrow = &arrow;
    return open_sandbox(state) != 0 ||
           sqlite3_create_function(sandbox.db, "text_of_row", 1, SQLITE_UTF8,
                                   NULL, text_of_row, NULL, NULL) != SQLITE_OK;
}

static int close_all(void **state)
{
    gn_rowtext_fini(&row);
    return close_sandbox(state);
}

static sqlite3_stmt *stand_on(const char *text)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(sandbox.db, "select text_of_row(?)", -1,
                                        &stmt, NULL),
                     SQLITE_OK);
    (void)sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    return stmt;
}

/* Not sqlite3_column_text: that would copy it. */
static const char *text_of(sqlite3_stmt *stmt)
{
    return (const char *)sqlite3_column_blob(stmt, 0);
}

static void it_is_written_once_and_reused(void **state)
{
    sqlite3_stmt *a;
    const char *at;

    (void)state;
    assert_sql("select text_of_row(?), text_of_row('other')", "{}", "{}|{}\n");
    gn_rowtext_next(&row);
    assert_null(arrow.text);
    a = stand_on("[1]");
    at = text_of(a);
    assert_string_equal(at, "[1]");
    assert_ptr_equal(arrow.text, at);
    assert_int_equal(arrow.size, 3);
    sqlite3_finalize(a);
    gn_rowtext_next(&row);
    a = stand_on("[2]");
    assert_ptr_equal(text_of(a), at);
    assert_string_equal(at, "[2]");
    sqlite3_finalize(a);
}

static void what_sqlite_has_stays(void **state)
{
    sqlite3_stmt *a, *b;

    (void)state;
    gn_rowtext_next(&row);
    a = stand_on("[1]");
    gn_rowtext_next(&row);
    b = stand_on("[2]");
    assert_string_equal(text_of(a), "[1]");
    assert_string_equal(text_of(b), "[2]");
    gn_rowtext_fini(&row);
    assert_string_equal(text_of(a), "[1]");
    assert_string_equal(text_of(b), "[2]");
    assert_ptr_equal(arrow.text, text_of(b));
    sqlite3_finalize(b);
    assert_null(arrow.text); /* it is gone */
    sqlite3_finalize(a);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_rowtext_fini(&row);
        gn_mem_fail_at(nth);
        assert_sql("select text_of_row('{}')", "", "!out of memory");
        gn_mem_fail_at(0);
        assert_sql("select text_of_row('{}')", "", "{}\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_written_once_and_reused),
        cmocka_unit_test(what_sqlite_has_stays),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
