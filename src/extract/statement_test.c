/* statement_test.c - what people are told about their SQL and their bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/statement.h"

static struct gn_sandbox sandbox;

static int open_sandbox(void **state)
{
    (void)state;
    return gn_sandbox_open(&sandbox, NULL) != GARNER_OK;
}

static int close_sandbox(void **state)
{
    (void)state;
    gn_sandbox_close(&sandbox);
    return 0;
}

static const struct {
    const char *sql;
    const char *message;
} wrong[] = {
    {"", "the SQL is empty: write one SELECT, such as "
         "select value->>'$.x' as x from json_each(:body)"},
    {" -- nothing\n /* at all */ ;",
     "the SQL is empty: write one SELECT, such as "
     "select value->>'$.x' as x from json_each(:body)"},
    {"/* open", "the SQL is empty: write one SELECT, such as "
                "select value->>'$.x' as x from json_each(:body)"},
    {"insert into t values (1)",
     "the SQL begins with \"insert\", but only a SELECT makes rows; "
     "garner itself writes them to the table"},
    {"PRAGMA user_version",
     "the SQL begins with \"PRAGMA\", but only a SELECT makes rows; "
     "garner itself writes them to the table"},
    {"explain select 1",
     "the SQL begins with \"explain\", but only a SELECT makes rows; "
     "garner itself writes them to the table"},
    {"$.data", "SQL line 1, column 1: one SELECT is expected: ^$.data"},
    {"select value frm json_each(:body)",
     "SQL line 1, column 18: near \"json_each\": syntax error: "
     "select value frm ^json_each(:body)"},
    {"select value,\n  from json_each(:body)",
     "SQL line 2, column 3: near \"from\": syntax error: "
     "select value, ^from json_each(:body)"},
    {"select 1 from", "SQL: incomplete input: select 1 from"},
    {"select (1", "SQL: incomplete input: select (1"},
    {"select price from json_each(:body)",
     "SQL line 1, column 8: no such column: price: "
     "select ^price from json_each(:body)"},
    {"select value->>\"$.x\" as x from json_each(:body)",
     "SQL line 1, column 16: no such column: $.x (a text is written in "
     "'single quotes'): select value->>^\"$.x\" as x from "
     "json_each(:body)"},
    {"select nosuch(1) as x",
     "SQL line 1, column 8: no such function: nosuch: select ^nosuch(1) as "
     "x"},
    {"select * from prices",
     "SQL: no such table: prices (tables of the store are not seen here; "
     "begin with json_each(:body)): select * from prices"},
    {"select 1 as a; select 2 as b",
     "SQL line 1, column 16: a second statement; only one SELECT is run: "
     "select 1 as a; ^select 2 as b"},
    {"select 1 as a; )",
     "SQL line 1, column 16: a second statement; only one SELECT is run: "
     "select 1 as a; ^)"},
    {"select * from sqlite_schema",
     "the SQL may not do this: reading sqlite_master. It sees only its "
     "parameters, such as json_each(:body)"},
    {"with a as (select 1) delete from sqlite_schema",
     "SQL: table sqlite_master may not be modified: "
     "with a as (select 1) delete from sqlite_schema"},
    {"select 1 as a, 2 as b, 3 as A",
     "two columns of the SQL (1 and 3) are named \"A\": give one another "
     "name with AS"},
    {"select 1 as a, 2 as \"\"",
     "column 2 of the SQL has no name: add AS name"},
};

static void sql_that_cannot_be_run_is_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct garner_error err;
        sqlite3_stmt *stmt;

        assert_int_equal(
            gn_statement_prepare(&sandbox, wrong[i].sql, &stmt, &err),
            GARNER_SQL);
        assert_null(stmt);
        assert_string_equal(err.message, wrong[i].message);
        assert_int_equal(
            gn_statement_prepare(&sandbox, wrong[i].sql, &stmt, NULL),
            GARNER_SQL);
    }
}

static void one_select_in_any_dress_is_fine(void **state)
{
    static const char *const fine[] = {
        "select 1 as a",
        "SELECT 1 AS a;",
        "-- why\n;;/* how */ Select 1 as a ; ; -- done\n /* really */ ; ",
        "with t as (select 1 as a) select * from t",
        "values (1, 2)",
        "select value->>'$.x' as x, :url as \"the url\" from json_each(:body)",
        "select 1 as a -- no newline at the end",
    };

    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        sqlite3_stmt *stmt;

        assert_int_equal(gn_statement_prepare(&sandbox, fine[i], &stmt, NULL),
                         GARNER_OK);
        sqlite3_finalize(stmt);
    }
}

static void messages_fit_whatever_the_sql(void **state)
{
    static char sql[5000] = "select ";
    struct garner_error err;
    sqlite3_stmt *stmt;

    (void)state;
    memset(sql + 7, 'x', sizeof sql - 8);
    assert_int_equal(gn_statement_prepare(&sandbox, sql, &stmt, &err),
                     GARNER_SQL);
    assert_non_null(strstr(err.message, "no such column: xxx"));
    assert_non_null(strstr(err.message, "select ^xxx"));
    assert_null(strchr(err.message, '\n'));
}

/* Prepares and binds sql; *stmt is for the caller to finalize. */
static enum garner_code bind(const char *sql, const struct gn_param *params,
                             size_t count, sqlite3_stmt **stmt,
                             struct garner_error *err)
{
    assert_int_equal(gn_statement_prepare(&sandbox, sql, stmt, err), GARNER_OK);
    return gn_statement_bind(*stmt, params, count, err);
}

static void values_are_bound_by_name(void **state)
{
    const struct gn_param params[] = {
        {"body", garner_text("\xef\xbb\xbf[7]")},
        {"int", garner_integer(-5)},
        {"real", garner_real(0.5)},
        {"blob", garner_blob("\0\1", 2)},
        {"null", garner_null()},
        {"empty", garner_text_n("", 0)},
        {"nothing", garner_blob(NULL, 0)},
        {"mark", garner_text("\xef\xbb\xbf")},
        {"unused", garner_text("unused")},
    };
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(
        bind("select value, :int, @real, $blob, :null, typeof(:empty), "
             "typeof(:nothing), length(:mark), :int as again from "
             "json_each(:body)",
             params, sizeof params / sizeof params[0], &stmt, NULL),
        GARNER_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), 7);
    assert_int_equal(sqlite3_column_int(stmt, 1), -5);
    assert_true(sqlite3_column_double(stmt, 2) == 0.5);
    assert_int_equal(sqlite3_column_type(stmt, 3), SQLITE_BLOB);
    assert_memory_equal(sqlite3_column_blob(stmt, 3), "\0\1", 2);
    assert_int_equal(sqlite3_column_type(stmt, 4), SQLITE_NULL);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 5), "text");
    assert_string_equal((const char *)sqlite3_column_text(stmt, 6), "blob");
    assert_int_equal(sqlite3_column_int(stmt, 7), 0);
    assert_int_equal(sqlite3_column_int(stmt, 8), -5);
    sqlite3_finalize(stmt);
}

static void parameters_nobody_gives_are_named(void **state)
{
    static char names[50][40];
    struct gn_param params[50];
    struct garner_error err;
    sqlite3_stmt *stmt;

    (void)state;
    params[0] = (struct gn_param){"body", garner_null()};
    params[1] = (struct gn_param){"url", garner_null()};
    assert_int_equal(bind("select :bdy as a", params, 2, &stmt, &err),
                     GARNER_SQL);
    assert_string_equal(err.message, "the SQL has a parameter :bdy that "
                                     "nothing is given for; there is :body "
                                     ":url");
    sqlite3_finalize(stmt);
    assert_int_equal(bind("select :body as a", NULL, 0, &stmt, &err),
                     GARNER_SQL);
    assert_string_equal(err.message, "the SQL has a parameter :body that "
                                     "nothing is given for; there is none");
    sqlite3_finalize(stmt);
    assert_int_equal(bind("select ? as a", params, 2, &stmt, &err), GARNER_SQL);
    assert_string_equal(err.message,
                        "the SQL has a parameter without a name (?): write its "
                        "name, such as :body");
    sqlite3_finalize(stmt);
    assert_int_equal(bind("select ?3 as a", params, 2, &stmt, &err),
                     GARNER_SQL);
    sqlite3_finalize(stmt);
    for (int i = 0; i < 50; i++) {
        snprintf(names[i], sizeof names[i], "a_rather_long_name_%d", i);
        params[i] = (struct gn_param){names[i], garner_null()};
    }
    assert_int_equal(bind("select :x as a", params, 50, &stmt, &err),
                     GARNER_SQL);
    assert_non_null(strstr(err.message, ":a_rather_long_name_0 :a_"));
    sqlite3_finalize(stmt);
}

static void too_large_a_value_is_told(void **state)
{
    const struct gn_param params[] = {
        {"body", garner_text_n("xyz", 1000000001)}};
    struct garner_error err;
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(bind("select :body as a", params, 1, &stmt, &err),
                     GARNER_INVALID);
    assert_string_equal(err.message, ":body has 1000000001 bytes, more than "
                                     "SQL can take (1 GB)");
    sqlite3_finalize(stmt);
}

/* Runs sql over body until it fails; the code, and the message in *err. */
static enum garner_code fail_on(const char *sql, const char *body,
                                struct garner_error *err)
{
    const struct gn_param params[] = {{"url", garner_text("http://h/")},
                                      {"body", garner_text(body)}};
    enum garner_code code;
    sqlite3_stmt *stmt;
    int rc;

    assert_int_equal(bind(sql, params, 2, &stmt, err), GARNER_OK);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        ;
    assert_int_not_equal(rc, SQLITE_DONE);
    code = gn_statement_failed(&sandbox, stmt, rc, params, 2, err);
    assert_int_equal(err->code, code);
    assert_int_not_equal(err->native, 0);
    sqlite3_finalize(stmt);
    return code;
}

static void bodies_that_are_not_json_are_shown(void **state)
{
    static const char each[] = "select value from json_each(:body)";
    static const struct {
        const char *sql;
        const char *body;
        const char *message;
    } cases[] = {
        {each, "", "json_each: the body is empty, not JSON"},
        {each, "\xef\xbb\xbf", "json_each: the body is empty, not JSON"},
        {each, "<html>\n<body>502 Bad Gateway</body>",
         "json_each: the body is not JSON: it begins with "
         "\"<html> <body>502 Bad Gateway</body>\""},
        {each, "\xef\xbb\xbfoops",
         "json_each: the body is not JSON: it begins with "
         "\"oops\""},
        {each, "{\"a\": 1,\n \"b\": [1, 2,, 3]}",
         "json_each: the body is not JSON from line 2, column 13 on: no value "
         "begins like "
         "this: {\"a\": 1, \"b\": [1, 2,^, 3]}"},
        {each, "{\"a\":1}\n{\"a\":2}\n",
         "json_each: the body is not JSON from line 2, column 1 on: a second "
         "JSON "
         "document follows the first (lines_each reads one a line): "
         "{\"a\":1} ^{\"a\":2} "},
        {"select @body->>'$.x' as x", "{\"x\":",
         "->>: the body is not JSON from line 1, column 6 on: it ends too "
         "early: "
         "{\"x\":^"},
        {"select value->>'$.x' as x, json(value) as y from json_each(:body)",
         "[\"{\"]",
         "a text given to a JSON function is not JSON (the body is, so it is a "
         "value inside of it)"},
        {"select json(:body) as x, json_type(:body) as y", "x",
         "the body is not JSON: it begins with \"x\""},
        {"select JSON(:body) as x, json( @body ) as y, '->:body' as z", "x",
         "json: the body is not JSON: it begins with \"x\""},
        {"select json(:url) as x", "[]",
         "a text given to a JSON function is not JSON"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err;

        assert_int_equal(fail_on(cases[i].sql, cases[i].body, &err),
                         GARNER_INVALID);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void sql_that_fails_while_running_is_shown(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(
        fail_on("select json_extract(:body, 'x') as x", "{}", &err),
        GARNER_SQL);
    assert_string_equal(err.message, "SQL: JSON path error near 'x': "
                                     "select json_extract(:body, 'x') as x");
    assert_int_equal(fail_on("select abs(-9223372036854775808) as x", "", &err),
                     GARNER_SQL);
    assert_string_equal(err.message, "SQL: integer overflow: "
                                     "select abs(-9223372036854775808) as x");
    gn_sandbox_arm(&sandbox, 5);
    assert_int_equal(
        fail_on("with recursive n(i) as (select 1 union all select i + 1 from "
                "n) select sum(i) as s from n",
                "", &err),
        GARNER_TIMEOUT);
    assert_string_equal(
        err.message, "the SQL was stopped: it took longer than 5ms, its limit");
    gn_sandbox_arm(&sandbox, INT64_MAX);
}

static void columns_are_named(void **state)
{
    struct gn_rowset rows = {0};
    struct garner_error err;
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(gn_statement_prepare(
                         &sandbox, "select 1 as a, 2 as \"b c\"", &stmt, NULL),
                     GARNER_OK);
    assert_int_equal(gn_statement_columns(stmt, &rows, NULL), GARNER_OK);
    assert_int_equal(rows.column_count, 2);
    assert_string_equal(rows.columns[0], "a");
    assert_string_equal(rows.columns[1], "b c");
    gn_rowset_fini(&rows);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_statement_columns(stmt, &rows, &err), GARNER_NOMEM);
        assert_int_equal(rows.column_count, 0);
    }
    sqlite3_finalize(stmt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_that_cannot_be_run_is_explained),
        cmocka_unit_test(one_select_in_any_dress_is_fine),
        cmocka_unit_test(messages_fit_whatever_the_sql),
        cmocka_unit_test(values_are_bound_by_name),
        cmocka_unit_test(parameters_nobody_gives_are_named),
        cmocka_unit_test(too_large_a_value_is_told),
        cmocka_unit_test(bodies_that_are_not_json_are_shown),
        cmocka_unit_test(sql_that_fails_while_running_is_shown),
        cmocka_unit_test(columns_are_named),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
