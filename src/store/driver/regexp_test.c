/* regexp_test.c - REGEXP in SQL: what matches, what is refused, and that no
 * pattern hangs. */
#include "store/fixture_test.h"

#include "store/driver/regexp.h"

static sqlite3 *db;

static int with_regexp(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    db = foreign_open();
    return gn_regexp_add(db, NULL) == GARNER_OK ? 0 : -1;
}

static int without_regexp(void **state)
{
    foreign_close(db);
    return fixture_down(state);
}

static bool matches(const char *text, const char *pattern)
{
    sqlite3_stmt *stmt;
    int64_t number;

    assert_int_equal(
        sqlite3_prepare_v2(db, "select ? regexp ?", -1, &stmt, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC), 0);
    assert_int_equal(sqlite3_bind_text(stmt, 2, pattern, -1, SQLITE_STATIC), 0);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        fail_msg("%s: %s", pattern, sqlite3_errmsg(db));
    number = sqlite3_column_int64(stmt, 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return number == 1;
}

static void it_searches_in_unicode(void **state)
{
    (void)state;
    assert_true(matches("#plan agent007 #london", "agent00[1-7]"));
    assert_false(matches("#plan agent008 #london", "agent00[1-7]"));
    assert_true(matches("#plan #london", "(?=.*#london)(?=.*#plan)"));
    assert_true(matches("London", "(?i)^LONDON$"));
    assert_false(matches("London", "^LONDON$"));
    assert_true(matches("Grüße aus Köln", "^Gr.ße\\b"));
    assert_true(matches("ÄRGER", "(?i)ärger"));
    assert_true(matches("über", "^\\w{4}$"));
    assert_true(matches("", "^$"));
    assert_true(matches("anything", ""));
}

static void null_stays_null_and_numbers_are_text(void **state)
{
    (void)state;
    assert_int_equal(foreign_number(db, "select (null regexp 'a') is null and "
                                        "('a' regexp null) is null"),
                     1);
    assert_int_equal(foreign_number(db, "select 1234 regexp '^12'"), 1);
    assert_int_equal(foreign_number(db, "select x'6162' regexp 'b$'"), 1);
    assert_int_equal(foreign_number(db, "select 'a1' regexp 1"), 1);
}

static void each_row_has_its_pattern(void **state)
{
    (void)state;
    foreign_run(db, "create table t(text, pattern);"
                    "insert into t values ('abc', 'b'), ('abc', 'x'),"
                    " ('abc', 'c$'), ('xyz', 'b')");
    assert_int_equal(
        foreign_number(db, "select count(*) from t where text regexp pattern"),
        2);
    assert_int_equal(
        foreign_number(db, "select count(*) from t where text regexp 'b'"), 3);
}

static void what_is_no_utf8_matches_nothing_but_harms_nothing(void **state)
{
    (void)state;
    assert_int_equal(
        foreign_number(db, "select cast(x'61ff62' as text) regexp 'b$'"), 1);
    assert_int_equal(
        foreign_number(db, "select cast(x'61ff62' as text) regexp 'a.b'"), 0);
}

static void fails_with(const char *sql, const char *message)
{
    assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    if (strstr(sqlite3_errmsg(db), message) == NULL)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void a_bad_pattern_says_where(void **state)
{
    struct garner_error err;

    (void)state;
    fails_with("select 'a' regexp 'ab(c'", "at byte 4 of: ab(c");
    fails_with("select 'a' regexp '[b'", "missing terminating ]");
    fails_with("select 'a' regexp cast(x'61ff' as text)", "at byte 1 of: a");
    fails_with("select 'a' regexp '\\C'", "\\C is disabled");
    assert_int_equal(gn_regexp_check("ab(c", 4, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "at byte 4 of: ab(c"));
    assert_int_equal(gn_regexp_check("ab(c)", 5, &err), GARNER_OK);
    assert_int_equal(gn_regexp_check("", 0, &err), GARNER_OK);
}

/* Without limits, each would take longer than anybody waits, or all memory. */
static void no_pattern_hangs(void **state)
{
    (void)state;
    fails_with("select hex(zeroblob(2000)) || 'x' regexp '^(0+)+$'",
               "too many steps");
    fails_with("select hex(zeroblob(2000)) || 'x' regexp '^(0|00)*$'",
               "too many steps");
    /* Some millions of steps are too many already, in a text that short. */
    fails_with("select hex(zeroblob(14)) || 'x' regexp '^(0|00)*$'",
               "too many steps");
    fails_with("select hex(zeroblob(500000)) regexp '^(?:(0)|1)*$'",
               "too much memory");
    /* A long text is no reason to fail by itself. */
    assert_int_equal(
        foreign_number(db, "select hex(zeroblob(500000)) regexp '0+1'"), 0);
    assert_int_equal(foreign_number(db, "select hex(zeroblob(500000)) || 'end' "
                                        "regexp '[a-z]*\\d?end$'"),
                     1);
}

static void lost_memory_is_an_error(void **state)
{
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        gn_mem_fail_at(nth);
        if (sqlite3_exec(db, "select 'abc' regexp '(a|b)c'", NULL, NULL,
                         NULL) == SQLITE_OK)
            break;
        assert_int_equal(sqlite3_errcode(db), SQLITE_NOMEM);
    }
    assert_true(nth > 4);
    for (nth = 1; gn_mem_fail_at(nth), gn_regexp_check("(a|b)c", 6, NULL) != 0;
         nth++)
        ;
    assert_true(nth > 4);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_regexp, without_regexp)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_searches_in_unicode),
        WITH(null_stays_null_and_numbers_are_text),
        WITH(each_row_has_its_pattern),
        WITH(what_is_no_utf8_matches_nothing_but_harms_nothing),
        WITH(a_bad_pattern_says_where),
        WITH(no_pattern_hangs),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
