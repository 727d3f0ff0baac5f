/* jsonfault_test.c - what is JSON, and where the rest stops being it; and that
 * SQLite is of the same opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "extract/jsonfault.h"

static const char *const good[] = {
    "{}",
    "[]",
    " [ ] \n",
    "0",
    "-0.5e+10",
    "1E2",
    "true",
    "false",
    "null",
    "\"\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u12aB\"",
    "[1,2,[3,{\"a\":[]}],\"]\"]",
    "{\"a\":1, \"b\" : {\"c\":[true,false,null]}}",
    "[{},{},[[]]]",
};

static const struct {
    const char *text;
    size_t at;
    const char *what;
} bad[] = {
    {"", 0, "it ends too early"},
    {"  ", 2, "it ends too early"},
    {"<html>", 0, "no value begins like this"},
    {"[1,2", 4, "it ends too early"},
    {"[1,2}", 4, "a comma or ] is missing"},
    {"[1,]", 3, "no value begins like this"},
    {"[1 2]", 3, "a comma or ] is missing"},
    {"{\"a\":1,}", 7, "a name in double quotes is missing"},
    {"{'a':1}", 1, "a name in double quotes is missing"},
    {"{\"a\" 1}", 5, "a colon is missing after the name"},
    {"{\"a\":}", 5, "no value begins like this"},
    {"{\"a\":1 \"b\":2}", 7, "a comma or } is missing"},
    {"{\"a\":1]", 6, "a comma or } is missing"},
    {"nul", 0, "no value begins like this"},
    {"NaN", 0, "no value begins like this"},
    {"[01]", 1, "a number may not begin with 0"},
    {"[1.]", 3, "a number needs a digit here"},
    {"[1e]", 3, "a number needs a digit here"},
    {"-", 1, "it ends too early"},
    {"[-a]", 2, "a number needs a digit here"},
    {"[.5]", 1, "no value begins like this"},
    {"\"abc", 4, "it ends too early"},
    {"\"a\nb\"", 2, "a line break or control character in a string"},
    {"\"\\x\"", 2, "no such escape in a string"},
    {"\"\\u12g4\"", 5, "\\u needs four hexadecimal digits"},
    {"\"\\", 2, "it ends too early"},
    {"{} {}", 3,
     "a second JSON document follows the first (lines_each reads one a line)"},
    {"{}\n[1]", 3,
     "a second JSON document follows the first (lines_each reads one a line)"},
    {"{} x", 3, "more text follows the end of the JSON"},
    {"1,2", 1, "more text follows the end of the JSON"},
    {"]", 0, "no value begins like this"},
};

static bool sqlite_agrees(const char *text)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    bool valid;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "select json_valid(?)", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    valid = sqlite3_column_int(stmt, 0) != 0;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return valid;
}

static void json_has_no_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct gn_json_fault fault;

        assert_false(gn_json_fault(good[i], strlen(good[i]), &fault));
        assert_true(sqlite_agrees(good[i]));
    }
}

static void faults_are_found_where_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gn_json_fault fault;

        assert_true(gn_json_fault(bad[i].text, strlen(bad[i].text), &fault));
        assert_string_equal(fault.what, bad[i].what);
        assert_int_equal(fault.at, bad[i].at);
        assert_false(sqlite_agrees(bad[i].text));
    }
}

/* Every beginning of a document but the whole is a fault at its end. */
static void cut_off_anywhere_is_told(void **state)
{
    static const char text[] = "{\"a\":[true,-1.5e7,\"\\u00e4\\n\"],\"b\":{}}";
    struct gn_json_fault fault;

    (void)state;
    for (size_t size = 0; size < sizeof text - 1; size++) {
        assert_true(gn_json_fault(text, size, &fault));
        assert_in_range(fault.at, size < 5 ? 0 : size - 4, size);
    }
    assert_false(gn_json_fault(text, sizeof text - 1, &fault));
}

static void depth_is_bounded(void **state)
{
    static char text[2 * GN_JSON_DEPTH + 4];
    struct gn_json_fault fault;

    (void)state;
    memset(text, '[', GN_JSON_DEPTH);
    memset(text + GN_JSON_DEPTH, ']', GN_JSON_DEPTH);
    assert_false(gn_json_fault(text, strlen(text), &fault));
    memset(text, '[', GN_JSON_DEPTH + 1);
    memset(text + GN_JSON_DEPTH + 1, ']', GN_JSON_DEPTH + 1);
    assert_true(gn_json_fault(text, strlen(text), &fault));
    assert_int_equal(fault.at, GN_JSON_DEPTH);
    assert_string_equal(fault.what, "nested more than 2,000 deep");
}

static void a_nul_is_no_end(void **state)
{
    struct gn_json_fault fault;

    (void)state;
    assert_true(gn_json_fault("[1]\0", 4, &fault));
    assert_int_equal(fault.at, 3);
    assert_true(gn_json_fault("[\0]", 3, &fault));
    assert_int_equal(fault.at, 1);
    assert_true(gn_json_fault("\"\\\0\"", 4, &fault));
    assert_int_equal(fault.at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_no_fault),
        cmocka_unit_test(faults_are_found_where_they_are),
        cmocka_unit_test(cut_off_anywhere_is_told),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_nul_is_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
