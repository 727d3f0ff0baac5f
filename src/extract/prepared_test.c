/* prepared_test.c - the same SQL once, the oldest goes, nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/prepared.h"

static struct gn_sandbox sandbox;

static int open_sandbox(void **state)
{
    (void)state;
    return gn_sandbox_open(&sandbox, NULL) != GARNER_OK;
}

static int close_sandbox(void **state)
{
    (void)state;
    gn_sandbox_close(&sandbox); /* stops if a statement is left */
    return 0;
}

static sqlite3_stmt *get(struct gn_prepared *p, int i)
{
    sqlite3_stmt *stmt;
    char sql[64];

    snprintf(sql, sizeof sql, "select %d as a; -- number %d", i, i);
    assert_int_equal(gn_prepared_get(p, sql, &stmt, NULL), GARNER_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(stmt, 0), i);
    assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    return stmt;
}

static void the_same_sql_is_prepared_once(void **state)
{
    struct gn_prepared p;

    (void)state;
    assert_int_equal(gn_prepared_init(&p, &sandbox, 3, NULL), GARNER_OK);
    for (int i = 0; i < 30; i++)
        get(&p, i % 3);
    assert_int_equal(p.misses, 3);
    gn_prepared_fini(&p);
}

static void the_one_not_used_for_longest_goes(void **state)
{
    struct gn_prepared p;

    (void)state;
    assert_int_equal(gn_prepared_init(&p, &sandbox, 3, NULL), GARNER_OK);
    get(&p, 1);
    get(&p, 2);
    get(&p, 3);
    get(&p, 1);
    get(&p, 4); /* 2 goes */
    assert_int_equal(p.misses, 4);
    get(&p, 1);
    get(&p, 3);
    get(&p, 4);
    assert_int_equal(p.misses, 4);
    get(&p, 2); /* 1 goes */
    assert_int_equal(p.misses, 5);
    get(&p, 3);
    get(&p, 4);
    assert_int_equal(p.misses, 5);
    get(&p, 1);
    assert_int_equal(p.misses, 6);
    gn_prepared_fini(&p);
}

static void wrong_sql_is_not_kept(void **state)
{
    struct gn_prepared p;
    sqlite3_stmt *stmt;

    (void)state;
    assert_int_equal(gn_prepared_init(&p, &sandbox, 3, NULL), GARNER_OK);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(gn_prepared_get(&p, "select a", &stmt, NULL),
                         GARNER_SQL);
        assert_null(stmt);
    }
    assert_int_equal(p.count, 0);
    gn_prepared_fini(&p);
}

static void lost_memory_leaves_no_statement(void **state)
{
    struct gn_prepared p;
    sqlite3_stmt *stmt;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_prepared_init(&p, &sandbox, 3, NULL), GARNER_NOMEM);
    gn_prepared_fini(&p);
    assert_int_equal(gn_prepared_init(&p, &sandbox, 3, NULL), GARNER_OK);
    gn_mem_fail_at(1);
    assert_int_equal(gn_prepared_get(&p, "select 1", &stmt, NULL),
                     GARNER_NOMEM);
    assert_null(stmt);
    assert_int_equal(gn_prepared_get(&p, "select 1", &stmt, NULL), GARNER_OK);
    gn_prepared_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_sql_is_prepared_once),
        cmocka_unit_test(the_one_not_used_for_longest_goes),
        cmocka_unit_test(wrong_sql_is_not_kept),
        cmocka_unit_test(lost_memory_leaves_no_statement),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
