/* loadable_test.c - the functions in a connection of somebody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/loadable.h"

static sqlite3 *open_db(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    return db;
}

static int load(sqlite3 *db)
{
    char *message = NULL;
    const int rc = sqlite3_garnerextract_init(db, &message, NULL);

    sqlite3_free(message);
    return rc;
}

/* sql's first value is that text. */
static void assert_gives(sqlite3 *db, const char *sql, const char *expected)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(stmt, 0), expected);
    sqlite3_finalize(stmt);
}

static void it_leaves_with_the_connection(void **state)
{
    sqlite3 *db = open_db();

    (void)state;
    assert_int_equal(load(db), SQLITE_OK);
    assert_gives(db, "select garner_extract_version()", GN_VERSION);
    assert_gives(db, "select html_text('<p>a<p>b', 'p:last-child')", "b");
    assert_gives(db, "select html_text(node) from html_each('<p>a', 'p')", "a");
    assert_gives(db,
                 "select title from feed_each('<rss><channel><item><title>t"
                 "</title></item></channel></rss>')",
                 "t");
    /* both SQLite's own ->> and this one */
    assert_gives(db,
                 "select value ->> 'a' || (value ->> '$.b[0]') from "
                 "json_rows('[{\"a\":1,\"b\":[2]}]')",
                 "12");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void twice_is_once(void **state)
{
    sqlite3 *db = open_db();
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(load(db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "select text from html_each("
                                        "'<p>a<p>b', 'p')",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(load(db), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal(sqlite3_column_text(stmt, 0), "b");
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Here nothing tells where a job ends, so that they go by their size. */
static void not_all_documents_are_kept(void **state)
{
    sqlite3 *db = open_db();
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(load(db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "create table t as select node from html_each('<p>', 'p');"
                     "select html_text(node) from t",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_gives(db,
                 "with recursive n(i) as (select 1 union all select i + 1 from "
                 "n where i < 20) select sum(html_text('<p>' || i || '<!--' || "
                 "hex(zeroblob(500000)) || '-->', 'p')) from n",
                 "210");
    assert_int_equal(sqlite3_prepare_v2(db, "select html_text(node) from t", -1,
                                        &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ERROR);
    assert_non_null(strstr(sqlite3_errmsg(db), "document is gone"));
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A load that fails leaves what can be used or refused, and closed. */
static void lost_memory_is_an_error(void **state)
{
    int rc = SQLITE_NOMEM;
    unsigned nth = 0;

    (void)state;
    while (rc != SQLITE_OK && nth < 100) {
        sqlite3 *db = open_db();

        gn_mem_fail_at(++nth);
        rc = load(db);
        gn_mem_fail_at(0);
        if (rc != SQLITE_OK) {
            assert_int_equal(rc, SQLITE_NOMEM);
            (void)sqlite3_exec(db, "select html_text('<p>', 'p')", NULL, NULL,
                               NULL);
            (void)sqlite3_exec(db, "select * from html_each('<p>', 'p')", NULL,
                               NULL, NULL);
            /* not said to be there: nth 1 left nothing, it can be tried anew */
            assert_int_equal(load(db), nth == 1 ? SQLITE_OK : SQLITE_MISUSE);
        }
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
    assert_int_equal(rc, SQLITE_OK);
    assert_true(nth > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_leaves_with_the_connection),
        cmocka_unit_test(twice_is_once),
        cmocka_unit_test(not_all_documents_are_kept),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
