/* filter_test.c - the SQL of filters: its plans, its limits, and what is
 * said of one that cannot be run. */
#include "store/record/fixture_test.h"

#include "store/record/filter.h"
#include "store/record/queue.h"

static char plan[4096];

/* Sets plan to what SQLite does for a statement, a line a step. */
static void make_plan(const struct gn_record_sql *sql)
{
    char text[4096];
    sqlite3 *db = foreign_open();
    sqlite3_stmt *stmt;
    size_t n = 0;

    plan[0] = '\0';
    assert_false(gn_buf_failed(&sql->text));
    snprintf(text, sizeof text, "explain query plan %s",
             gn_buf_cstr(&sql->text));
    if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_bind_parameter_count(stmt), sql->count);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        n += (size_t)snprintf(plan + n, sizeof plan - n, "%s\n",
                              sqlite3_column_text(stmt, 3));
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    foreign_close(db);
}

static void expect(const char *step)
{
    if (strstr(plan, step) == NULL)
        fail_msg("no '%s' in:\n%s", step, plan);
}

/* None of these reads the table from one end to the other, or sorts. */
static void expect_search(const struct garner_filter *filter, const char *step)
{
    struct gn_record_sql sql = {0};

    gn_record_filter_select(&sql, "c", filter);
    make_plan(&sql);
    expect(step);
    assert_null(strstr(plan, "SCAN r"));
    gn_record_sql_fini(&sql);
}

#define EXPECT(step, ...)                                                      \
    expect_search(&(struct garner_filter){__VA_ARGS__}, step)

static void indexes_are_used(void **state)
{
    static const int64_t ids[] = {1, 2};
    const char *const by_time =
        "SEARCH r USING COVERING INDEX garner_record_time (collection=?)";
    const char *const by_id = "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)";

    (void)state;
    (void)put("c", "", "");
    expect_search(NULL, by_time);
    EXPECT(by_time, .order = GARNER_NEWEST, .limit = 5);
    EXPECT("garner_record_time (collection=? AND time_us>? AND time_us<?)",
           .since_us = 1, .until_us = 2);
    EXPECT("garner_record_due (collection=? AND due_us=?)", .set_aside = true);
    EXPECT(by_id, .ids = ids, .id_count = 2);
    EXPECT(by_id, .words = "a");
    EXPECT("SCAN w VIRTUAL TABLE INDEX 0:M", .words = "a");
    EXPECT(by_id, .words = "a", .ids = ids, .id_count = 2, .since_us = 1,
           .until_us = 2, .set_aside = true, .glob = "*", .like = "%");
    EXPECT("SEARCH r USING INDEX garner_record_time", .glob = "*");
}

static void taking_is_one_search(void **state)
{
    static const struct garner_filter newest = {.order = GARNER_NEWEST};
    struct garner_pop_options options = {.lease_ms = 1};

    (void)state;
    (void)put("c", "", "");
    for (int i = 0; i < 2; i++) {
        struct gn_record_sql sql = {0};

        gn_record_queue_take(&sql, "c", &options, 1, 2);
        make_plan(&sql);
        expect("SEARCH r USING COVERING INDEX garner_record_due "
               "(collection=? AND due_us<?)");
        expect("SEARCH garner_record USING INTEGER PRIMARY KEY");
        assert_null(strstr(plan, "SCAN"));
        assert_null(strstr(plan, "B-TREE"));
        gn_record_sql_fini(&sql);
        options.filter = &newest;
    }
}

/* The text is the same for other values, so that it stays prepared. */
static void values_are_not_in_the_text(void **state)
{
    static const int64_t ids[] = {-7, INT64_MAX};
    struct gn_record_sql a = {0};
    struct gn_record_sql b = {0};

    (void)state;
    gn_record_filter_select(
        &a, "x';--",
        &(struct garner_filter){.words = "'", .ids = ids, .id_count = 2});
    gn_record_filter_select(
        &b, "y", &(struct garner_filter){.words = "w", .ids = ids, .limit = 9});
    assert_string_equal(gn_buf_cstr(&a.text), gn_buf_cstr(&b.text));
    assert_string_equal(gn_buf_cstr(&a.ids), "[-7,9223372036854775807]");
    assert_string_equal(gn_buf_cstr(&b.ids), "[]");
    gn_record_sql_fini(&a);
    gn_record_sql_fini(&b);
}

#define CHECK(...)                                                             \
    gn_record_filter_check(&(struct garner_filter){__VA_ARGS__}, &err)

static void filters_that_cannot_be_are_told(void **state)
{
    static char pattern[GARNER_PATTERN_MAX + 2];

    (void)state;
    assert_works(gn_record_filter_check(NULL, &err));
    assert_works(CHECK(.words = "a", .glob = "[", .like = "\\", .regexp = ""));
    assert_fails(CHECK(.id_count = 1), GARNER_MISUSE, "NULL for 1 ids");
    assert_fails(CHECK(.limit = -1), GARNER_MISUSE, "limit is 0 (none)");
    assert_fails(CHECK(.order = (enum garner_order)2), GARNER_MISUSE,
                 "order is none: 2");
    assert_fails(CHECK(.words = "a\xc3"), GARNER_INVALID,
                 "words in a filter is not UTF-8 at byte 1");
    assert_fails(CHECK(.glob = "\x80"), GARNER_INVALID, "glob in a filter");
    assert_fails(CHECK(.like = "\x80"), GARNER_INVALID, "like in a filter");
    assert_fails(CHECK(.regexp = "\x80"), GARNER_INVALID, "regexp in a filter");
    assert_fails(CHECK(.regexp = "a(b"), GARNER_INVALID,
                 "missing closing parenthesis, at byte 3 of: a(b");
    memset(pattern, 'a', GARNER_PATTERN_MAX + 1);
    assert_fails(CHECK(.glob = pattern), GARNER_INVALID,
                 "glob of 50001 bytes in a filter; at most 50000");
}

/* An expression of 50,000 bytes may be too large, which it is told. */
enum { PCRE_TAKES = 30000 };

/* The longest pattern is one that SQLite takes. */
static void the_longest_pattern_runs(void **state)
{
    static char pattern[GARNER_PATTERN_MAX + 1];

    (void)state;
    (void)put(NULL, "aaa", "found");
    memset(pattern, '*', GARNER_PATTERN_MAX);
    assert_string_equal(FIND(.glob = pattern), "found");
    memset(pattern, '%', GARNER_PATTERN_MAX);
    assert_string_equal(FIND(.like = pattern), "found");
    memset(pattern, 'a', GARNER_PATTERN_MAX);
    assert_string_equal(FIND(.words = pattern), "");
    pattern[PCRE_TAKES] = '\0';
    assert_string_equal(FIND(.regexp = pattern), "");
}

static void expect_failure(const struct garner_filter *filter,
                           const char *words)
{
    const struct garner_pop_options options = {.filter = filter};
    struct garner_records *rs;
    struct garner_record *r;
    int64_t n;

    assert_fails(garner_find(store, NULL, filter, NULL, &rs, &err),
                 GARNER_INVALID, words);
    assert_null(rs);
    assert_fails(garner_pop(store, NULL, &options, &r, &err), GARNER_INVALID,
                 words);
    assert_fails(garner_remove_found(store, NULL, filter, &n, &err),
                 GARNER_INVALID, words);
    assert_fails(garner_requeue(store, NULL, filter, &n, &err), GARNER_INVALID,
                 words);
}

#define FAILS(words, ...)                                                      \
    expect_failure(&(struct garner_filter){__VA_ARGS__}, words)

static void words_and_patterns_that_cannot_run_are_told(void **state)
{
    char notes[3000] = "x";

    (void)state;
    memset(notes, '0', sizeof notes - 2);
    notes[sizeof notes - 2] = 'x';
    (void)put(NULL, notes, "data");
    FAILS("the words 'a AND' in a filter: fts5: syntax error near \"\"; https",
          .words = "a AND");
    FAILS("the words '\"a' in a filter: unterminated string", .words = "\"a");
    FAILS("the words 'b : a' in a filter: no such column: b", .words = "b : a");
    FAILS("the words '' in a filter: fts5: syntax error", .words = "");
    FAILS("regular expression: missing terminating ]", .regexp = "[a");
    FAILS("regular expression: it takes too many steps, or too much memory, in "
          "a text of 2999 bytes",
          .regexp = "^(0+)+$");
    assert_int_equal(number("select count(*) from garner_record"), 1);
}

/* Words do not get the blame for what somebody else broke. */
static void other_errors_stay_what_they_are(void **state)
{
    const struct garner_filter words = {.words = "some"};
    const struct garner_pop_options options = {.filter = &words};
    struct garner_record *r;

    (void)state;
    (void)put(NULL, "some words", "data");
    exec("create trigger mine before update on garner_record begin"
         " select mine(); end");
    assert_fails(garner_pop(store, NULL, &options, &r, &err), GARNER_SQL,
                 "no such function: mine");
}

static void lost_memory_is_remembered(void **state)
{
    static const int64_t ids[] = {1};
    struct gn_record_sql sql = {0};

    (void)state;
    gn_mem_fail_at(1);
    gn_record_filter_select(&sql, "c", NULL);
    assert_true(gn_buf_failed(&sql.text));
    gn_record_sql_fini(&sql);
    sql = (struct gn_record_sql){0};
    gn_mem_fail_at(2);
    gn_record_filter_select(&sql, "c",
                            &(struct garner_filter){.ids = ids, .id_count = 1});
    assert_true(gn_buf_failed(&sql.ids));
    gn_record_sql_fini(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(indexes_are_used),
        WITH(taking_is_one_search),
        WITH(values_are_not_in_the_text),
        WITH(filters_that_cannot_be_are_told),
        WITH(the_longest_pattern_runs),
        WITH(words_and_patterns_that_cannot_run_are_told),
        WITH(other_errors_stay_what_they_are),
        WITH(lost_memory_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
