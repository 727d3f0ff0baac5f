/* sandbox_test.c - what SQL may do in there, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/sandbox.h"

/* Runs sql to its end; the result code that ended it. */
static int run(struct gn_sandbox *s, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
            ;
    sqlite3_finalize(stmt);
    return rc;
}

static void computing_is_allowed(void **state)
{
    static const char series[] =
        "with recursive n(i) as (values (1) union all select i + 1 from n "
        "limit 9) select i, sum(i) over (order by i) from n";
    static const char *const allowed[] = {
        "select 1",
        "values (1, 'a'), (2, 'b')",
        "select value->>'$.x' as x from json_each('[{\"x\":1}]')",
        "select * from json_tree('{\"a\":[1,2]}') where atom is not null",
        "with t as (select 1 as a union all select 2) select a from t",
        "with t as materialized (select 1 as a) select t.a, u.a from t, t u",
        series,
        "with n(i) as (values (1), (2)) select count(*) from n",
        "select a from (select key as a from json_each('[1,2]')) order by a",
        "select count(*), max(value) from json_each('[1,2]')",
        "select json_group_array(value) from json_each('[3,4]') group by key",
        "select strftime('%s', 'now'), printf('%d', 1), random(), hex('a')",
        "select datetime(0, 'unixepoch'), json_extract('{}', '$.a')",
    };

    (void)state;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        struct gn_sandbox s;

        assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
        assert_int_equal(run(&s, allowed[i]), SQLITE_DONE);
        assert_string_equal(s.refused, "");
        gn_sandbox_close(&s);
    }
}

static void all_else_is_refused(void **state)
{
    static const struct {
        const char *sql;
        const char *refused;
    } cases[] = {
        {"attach ':memory:' as other", "ATTACH"},
        {"attach '/tmp/garner-sandbox-test.db' as other", "ATTACH"},
        {"detach main", "changing anything"},
        {"pragma query_only = off", "PRAGMA query_only"},
        {"pragma database_list", "PRAGMA database_list"},
        {"select * from pragma_database_list",
         "a table other than the functions of docs/sql.md"},
        {"select count(*) from pragma_function_list",
         "a table other than the functions of docs/sql.md"},
        {"select * from sqlite_schema", "reading sqlite_master"},
        {"select count(*) from sqlite_schema", "reading sqlite_schema"},
        {"select count(*) from sqlite_temp_schema",
         "reading sqlite_temp_schema"},
        {"select count(*) from dbstat",
         "a table other than the functions of docs/sql.md"},
        {"select 1 from pragma_table_info('x')",
         "a table other than the functions of docs/sql.md"},
        {"select * from dbstat",
         "a table other than the functions of docs/sql.md"},
        {"create table t (a)", "INSERT into sqlite_master"},
        {"create temp table t (a)", "INSERT into sqlite_temp_master"},
        {"create virtual table t using fts5(a)", "INSERT into sqlite_master"},
        {"delete from sqlite_schema", ""},
        {"begin", "changing anything"},
        {"savepoint s", "changing anything"},
        {"select load_extension('x')", "the function load_extension"},
        {"select fts3_tokenizer('simple')", "the function fts3_tokenizer"},
        {"vacuum into '/tmp/garner-sandbox-test.db'", "ATTACH"},
        {"analyze", "INSERT into sqlite_master"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_sandbox s;
        int rc;

        assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
        rc = run(&s, cases[i].sql);
        assert_int_not_equal(rc, SQLITE_DONE);
        assert_string_equal(s.refused, cases[i].refused);
        gn_sandbox_close(&s);
    }
}

static void a_name_in_double_quotes_is_no_text(void **state)
{
    struct gn_sandbox s;

    (void)state;
    assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
    assert_int_equal(run(&s, "select \"typo\" from json_each('[]')"),
                     SQLITE_ERROR);
    gn_sandbox_close(&s);
}

static void endless_sql_ends_at_its_deadline(void **state)
{
    static const char endless[] = "with recursive n(i) as (select 1 union all "
                                  "select i + 1 from n) select sum(i) from n";
    struct gn_sandbox s;

    (void)state;
    assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
    gn_sandbox_arm(&s, 20);
    assert_int_equal(run(&s, endless), SQLITE_INTERRUPT);
    assert_true(s.budget.expired);
    gn_sandbox_arm(&s, 60000);
    assert_false(s.budget.expired);
    assert_int_equal(run(&s, "select 1"), SQLITE_DONE);
    gn_sandbox_arm(&s, INT64_MAX);
    assert_int_equal(run(&s, "select 1"), SQLITE_DONE);
    gn_sandbox_close(&s);
}

static void sizes_are_bounded(void **state)
{
    struct gn_sandbox s;

    (void)state;
    assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
    assert_int_equal(run(&s, "select length(zeroblob(1000000001))"),
                     SQLITE_TOOBIG);
    assert_int_equal(run(&s, "select ?9999"), SQLITE_ERROR);
    gn_sandbox_close(&s);
}

/* Or all workers would wait for one lock. */
static void no_bytes_are_counted(void **state)
{
    struct gn_sandbox s;

    (void)state;
    assert_int_equal(gn_sandbox_open(&s, NULL), GARNER_OK);
    assert_int_equal(sqlite3_memory_used(), 0);
    gn_sandbox_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computing_is_allowed),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(a_name_in_double_quotes_is_no_text),
        cmocka_unit_test(endless_sql_ends_at_its_deadline),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(no_bytes_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
