/* kept_test.c - all rows of a query, in memory, or an error. */
#include "store/fixture_test.h"

#include "store/rows/kept.h"

static struct gn_sqlite *c;
static struct gn_arena arena;
static struct gn_kept kept;

static int with_rows(void **state)
{
    if (fixture_up(state) != 0)
        return -1;
    c = open_writer();
    run(c, "create table t(a, b)");
    run(c, "insert into t values (1, 'one'), (2, null), (3, zeroblob(9000))");
    return 0;
}

static int without_rows(void **state)
{
    gn_arena_clear(&arena);
    gn_sqlite_close(c);
    return fixture_down(state);
}

static enum garner_code read_rows(const char *sql, int64_t deadline_ns)
{
    struct gn_statement s;

    gn_arena_clear(&arena);
    kept = (struct gn_kept){.arena = &arena};
    gn_statement_init(&s, sql, NULL, 0);
    return gn_kept_read(&kept, c, &s, deadline_ns, NULL);
}

static void rows_outlive_their_table(void **state)
{
    const struct gn_kept_row *r;

    (void)state;
    assert_int_equal(
        read_rows("select a, b as bee from t order by a", INT64_MAX),
        GARNER_OK);
    run(c, "drop table t"); /* nothing reads it any more */
    assert_int_equal(kept.columns, 2);
    assert_string_equal(kept.names[1], "bee");
    r = kept.first;
    assert_int_equal(r->values[0].integer, 1);
    assert_memory_equal(r->values[1].bytes.data, "one", 3);
    r = r->next;
    assert_int_equal(r->values[1].type, GARNER_NULL);
    r = r->next;
    assert_int_equal(r->values[1].bytes.size, 9000);
    assert_null(r->next);
}

static void no_rows_have_names(void **state)
{
    (void)state;
    assert_int_equal(read_rows("select a from t where 0", INT64_MAX),
                     GARNER_OK);
    assert_null(kept.first);
    assert_string_equal(kept.names[0], "a");
}

static void what_fails_leaves_nothing_open(void **state)
{
    (void)state;
    assert_int_equal(read_rows("select c from t", INT64_MAX), GARNER_SQL);
    assert_int_equal(
        read_rows("select abs(-9223372036854775807 + 1 - a) from t", INT64_MAX),
        GARNER_SQL);
    assert_int_equal(
        read_rows("with recursive n(i) as (select 1 union all select i + 1 "
                  "from n) select count(*) from n",
                  gn_clock_monotonic_ns() + 5000000),
        GARNER_TIMEOUT);
    run(c, "drop table t");
}

static void lost_memory_is_an_error(void **state)
{
    unsigned nth = 0;
    enum garner_code code;

    (void)state;
    do {
        gn_mem_fail_at(++nth);
        code = read_rows("select a, b from t", INT64_MAX);
    } while (code == GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 3);
    run(c, "drop table t");
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, with_rows, without_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(rows_outlive_their_table),
        WITH(no_rows_have_names),
        WITH(what_fails_leaves_nothing_open),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
