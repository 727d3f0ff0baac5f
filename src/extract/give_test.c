/* give_test.c - results and errors of functions, as SQLite shows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/give.h"

static sqlite3 *db;

static void greet(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_buf out = {0};

    (void)argc;
    gn_buf_text(&out, (const char *)sqlite3_value_text(argv[0]));
    gn_give_result(to, &out);
}

static void greet_nobody(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_buf out = {0};

    (void)argc;
    gn_buf_text(&out, (const char *)sqlite3_value_text(argv[0]));
    assert_int_equal(gn_give_some(to, &out), SQLITE_OK);
}

static void lose(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_buf out = {.failed = true};

    (void)argc;
    (void)argv;
    assert_int_equal(gn_give_some(to, &out), SQLITE_NOMEM);
    out.failed = true;
    gn_give_result(to, &out);
}

static void refuse(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const struct garner_error err = {
        .code = (enum garner_code)sqlite3_value_int(argv[0]),
        .message = "it is so"};

    (void)argc;
    gn_give_error(to, "fail", &err);
}

static void evaluate(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    xmlXPathContext *context = xmlXPathNewContext(NULL);
    xmlXPathObject *found =
        xmlXPathEvalExpression(sqlite3_value_text(argv[0]), context);

    (void)argc;
    gn_give_found(to, found);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
}

static int run(const char *sql, const char *expected)
{
    sqlite3_stmt *stmt;
    int rc;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        assert_string_equal(sqlite3_errmsg(db), expected);
    else if (expected == NULL)
        assert_null(sqlite3_column_text(stmt, 0));
    else
        assert_string_equal(sqlite3_column_text(stmt, 0), expected);
    sqlite3_finalize(stmt);
    return rc;
}

static void results_and_errors(void **state)
{
    char sql[40];

    (void)state;
    assert_int_equal(run("select greet('x')", "x"), SQLITE_ROW);
    assert_int_equal(run("select greet('')", ""), SQLITE_ROW);
    assert_int_equal(run("select greet_nobody('')", NULL), SQLITE_ROW);
    assert_int_equal(run("select greet_nobody('x')", "x"), SQLITE_ROW);
    assert_int_equal(run("select lose(1)", "out of memory"), SQLITE_NOMEM);
    sqlite3_snprintf(sizeof sql, sql, "select fail(%d)", GARNER_INVALID);
    assert_int_equal(run(sql, "fail: it is so"), SQLITE_ERROR);
    sqlite3_snprintf(sizeof sql, sql, "select fail(%d)", GARNER_TIMEOUT);
    assert_int_equal(run(sql, "fail: it is so"), SQLITE_INTERRUPT);
    sqlite3_snprintf(sizeof sql, sql, "select fail(%d)", GARNER_NOMEM);
    assert_int_equal(run(sql, "out of memory"), SQLITE_NOMEM);
}

static void values_of_expressions(void **state)
{
    (void)state;
    assert_int_equal(run("select give('1 div 4')", "0.25"), SQLITE_ROW);
    assert_int_equal(run("select give('1 < 2')", "1"), SQLITE_ROW);
    assert_int_equal(run("select give('concat(\"a\", 1)')", "a1"), SQLITE_ROW);
}

static int open_db(void **state)
{
    static const struct gn_function functions[] = {
        {"greet", 1, greet},   {"greet_nobody", 1, greet_nobody},
        {"lose", 1, lose},     {"fail", 1, refuse},
        {"give", 1, evaluate},
    };

    (void)state;
    return sqlite3_open(":memory:", &db) != SQLITE_OK ||
           gn_give_functions(db, functions,
                             sizeof functions / sizeof functions[0],
                             NULL) != SQLITE_OK;
}

static int close_db(void **state)
{
    (void)state;
    return sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_and_errors),
        cmocka_unit_test(values_of_expressions),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
