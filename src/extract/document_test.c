/* document_test.c - which documents are kept, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/document.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

/* A value of SQLite's, the text of p and n; free with sqlite3_finalize. */
static sqlite3_stmt *text_value(sqlite3 *db, int n)
{
    sqlite3_stmt *stmt;
    char sql[40];

    sqlite3_snprintf(sizeof sql, sql, "select '<p>%d'", n);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    return stmt;
}

static struct gn_node get(struct gn_documents *d, sqlite3 *db, int n,
                          enum garner_code expected)
{
    sqlite3_stmt *stmt = text_value(db, n);
    struct gn_node node;

    assert_int_equal(
        gn_documents_node(d, sqlite3_column_value(stmt, 0), &node, NULL),
        expected);
    sqlite3_finalize(stmt);
    return node;
}

static void a_text_is_parsed_once(void **state)
{
    struct gn_documents d;
    struct gn_node first;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    gn_documents_init(&d, &budget);
    first = get(&d, db, 1, GARNER_OK);
    assert_non_null(first.document);
    assert_ptr_equal(first.node->doc, first.node);
    for (int i = 0; i < 5; i++)
        assert_ptr_equal(get(&d, db, 1, GARNER_OK).node, first.node);
    assert_int_equal(d.parsed, 1);
    gn_documents_clear(&d);
    (void)get(&d, db, 1, GARNER_OK);
    assert_int_equal(d.parsed, 2);
    gn_documents_clear(&d);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void the_least_used_goes_unless_it_is_held(void **state)
{
    struct gn_documents d;
    struct gn_node held;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    gn_documents_init(&d, &budget);
    held = get(&d, db, 0, GARNER_OK);
    gn_document_hold(held.document);
    for (int i = 1; i < 3 * GN_DOCUMENTS_MOST; i++) {
        (void)get(&d, db, i, GARNER_OK);
        (void)get(&d, db, 1, GARNER_OK); /* always in use */
    }
    assert_int_equal(d.count, GN_DOCUMENTS_MOST);
    assert_int_equal(d.parsed, 3 * GN_DOCUMENTS_MOST);
    assert_ptr_equal(get(&d, db, 0, GARNER_OK).node, held.node);
    gn_document_release(held.document);
    gn_documents_clear(&d);

    for (int i = 0; i < GN_DOCUMENTS_MOST; i++)
        gn_document_hold(get(&d, db, i, GARNER_OK).document);
    (void)get(&d, db, 1000, GARNER_INVALID);
    for (int i = 0; i < GN_DOCUMENTS_MOST; i++)
        gn_document_release(d.kept[i]);
    gn_documents_clear(&d);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void large_ones_go_earlier_where_it_is_asked(void **state)
{
    struct gn_documents d;
    struct gn_node held;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    gn_documents_init(&d, &budget);
    d.most_bytes = 12; /* three texts of four bytes */
    held = get(&d, db, 0, GARNER_OK);
    gn_document_hold(held.document);
    for (int i = 1; i < 9; i++) {
        (void)get(&d, db, i, GARNER_OK);
        assert_int_equal(d.count, i < 3 ? i + 1 : 3);
    }
    assert_ptr_equal(get(&d, db, 0, GARNER_OK).node, held.node);
    assert_int_equal(d.parsed, 9);
    d.most_bytes = 1; /* one that is alone is there all the same */
    (void)get(&d, db, 9, GARNER_OK);
    assert_int_equal(d.count, 2);
    gn_document_release(held.document);
    gn_documents_clear(&d);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_documents d;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    gn_documents_init(&d, &budget);
    for (unsigned nth = 1; nth < 4; nth++) {
        gn_mem_fail_at(nth);
        (void)get(&d, db, 1, GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_int_equal(d.count, 0);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_parsed_once),
        cmocka_unit_test(the_least_used_goes_unless_it_is_held),
        cmocka_unit_test(large_ones_go_earlier_where_it_is_asked),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
