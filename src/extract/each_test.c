/* each_test.c - a function of three columns and two arguments, seen by SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/each.h"

/* count_to(most[, step]): i, twice */
struct count_to {
    struct gn_each base;
    sqlite3_int64 most;
    sqlite3_int64 step;
    sqlite3_int64 at;
    void *memory;
};

static int opened; /* closed as often, at the end */

static int count_open(struct gn_each *e, sqlite3_value **args)
{
    struct count_to *c = (struct count_to *)e;

    assert_null(c->memory);
    c->memory = gn_alloc(1);
    opened++;
    if (c->memory == NULL)
        return SQLITE_NOMEM;
    c->most = sqlite3_value_int64(args[0]);
    c->step = args[1] != NULL ? sqlite3_value_int64(args[1]) : 1;
    c->at = c->step;
    if (c->step < 1)
        return gn_each_fail(e, "a step of %lld", c->step);
    e->done = c->at > c->most;
    return SQLITE_OK;
}

static int count_next(struct gn_each *e)
{
    struct count_to *c = (struct count_to *)e;

    c->at += c->step;
    e->done = c->at > c->most;
    if (c->at == 1000)
        return gn_each_fail(e, "1000 is too many");
    return SQLITE_OK;
}

static int count_column(struct gn_each *e, sqlite3_context *to, int i)
{
    const struct count_to *c = (struct count_to *)e;

    assert_true(i == 1 || i == 5); /* 0 is the number of the row */
    sqlite3_result_int64(to, i == 1 ? c->at : -c->at);
    return SQLITE_OK;
}

static void count_close(struct gn_each *e)
{
    struct count_to *c = (struct count_to *)e;

    if (c->memory != NULL)
        opened--;
    gn_free(c->memory);
}

static const struct gn_each_kind kind = {
    .name = "count_to",
    .columns = "i, v, most hidden, step hidden, surplus hidden, w hidden",
    .signature = "most[, step]",
    .first = 2,
    .least = 1,
    .most = 2,
    .size = sizeof(struct count_to),
    .open = count_open,
    .next = count_next,
    .column = count_column,
    .close = count_close,
};

/* The first column of all rows, joined, or the error. */
static const char *run(sqlite3 *db, const char *sql)
{
    static char text[300];
    sqlite3_stmt *stmt = NULL;
    size_t used = 0;

    text[0] = '\0';
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
        while (sqlite3_step(stmt) == SQLITE_ROW && used < sizeof text - 20)
            used += (size_t)snprintf(text + used, 20, "%s ",
                                     sqlite3_column_text(stmt, 0));
    if (stmt == NULL || sqlite3_reset(stmt) != SQLITE_OK)
        sqlite3_snprintf(sizeof text, text, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return text;
}

static sqlite3 *open_db(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(gn_each_register(db, &kind, NULL), SQLITE_OK);
    return db;
}

static void rows_come_in_order(void **state)
{
    sqlite3 *db = open_db();

    (void)state;
    assert_string_equal(run(db, "select v from count_to(3)"), "1 2 3 ");
    assert_string_equal(run(db, "select v from count_to(9, 4)"), "4 8 ");
    assert_string_equal(run(db, "select v from count_to(0)"), "");
    assert_string_equal(run(db, "select i||'='||v from count_to(6, 3)"),
                        "1=3 2=6 ");
    assert_string_equal(run(db, "select w from count_to(1)"), "-1 ");
    assert_string_equal(run(db, "select v from count_to(3) where w = -2"),
                        "2 ");
    assert_string_equal(run(db, "select rowid from count_to(2)"), "1 2 ");
    assert_string_equal(run(db, "select v from count_to where most = 2"),
                        "1 2 ");
    assert_string_equal(run(db, "select count(*) from (select * from "
                                "count_to(3))"),
                        "3 ");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(opened, 0);
}

static void arguments_may_come_from_other_tables(void **state)
{
    sqlite3 *db = open_db();

    (void)state;
    assert_string_equal(run(db, "select b.v from count_to(3) a, count_to(a.v)"
                                " b"),
                        "1 1 2 1 2 3 ");
    assert_string_equal(run(db, "select b.v from count_to(a.v) b, count_to(2)"
                                " a"),
                        "1 1 2 ");
    assert_string_equal(run(db, "select b.v from count_to(2) a left join "
                                "count_to(a.v - 1) b order by a.v, b.v limit "
                                "1 offset 1"),
                        "1 ");
    assert_string_equal(run(db, "select (select sum(v) from count_to(a.v)) "
                                "from count_to(3) a"),
                        "1 3 6 ");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(opened, 0);
}

static void what_is_wrong_is_said(void **state)
{
    sqlite3 *db = open_db();

    (void)state;
    assert_string_equal(run(db, "select v from count_to"),
                        "count_to(most[, step]): argument 1 is missing");
    assert_string_equal(run(db, "select v from count_to(1, 2, 3)"),
                        "count_to(most[, step]): argument 3 is one too many");
    assert_string_equal(run(db, "select v from count_to(1, 0)"),
                        "count_to: a step of 0");
    assert_string_equal(run(db, "select v from count_to(9999, 500)"),
                        "count_to: 1000 is too many");
    assert_string_equal(run(db, "select v from count_to(1)"), "1 ");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(opened, 0);
}

static void lost_memory_is_an_error(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 9; nth++) {
        sqlite3 *db;

        assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
        gn_mem_fail_at(nth);
        if (gn_each_register(db, &kind, NULL) == SQLITE_NOMEM ||
            strcmp(run(db, "select v from count_to(1)"), "1 ") != 0)
            failures++;
        gn_mem_fail_at(0);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        opened = 0;
    }
    assert_int_equal(failures, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_order),
        cmocka_unit_test(arguments_may_come_from_other_tables),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
