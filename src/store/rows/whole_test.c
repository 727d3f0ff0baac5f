/* whole_test.c - rows that are all read before the first is given. */
#include "store/fixture_test.h"

#include "store/rows/whole.h"

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "         \
    "select count(*) from n"

static struct gn_commit *c;
static struct gn_sqlite *writer;

static int up(void **state)
{
    struct gn_sqlite_options options;
    struct garner_options store;

    if (fixture_up(state) != 0)
        return -1;
    options = writer_options();
    options.path = ":memory:";
    if (gn_sqlite_open(&options, &writer, NULL) != GARNER_OK)
        return -1;
    garner_options_init(&store);
    run(writer, "create table t(a integer primary key, b)");
    run(writer, "insert into t values (1, 'one'), (2, 'two'), (3, null)");
    return gn_commit_new(writer, &store, &c, NULL) == GARNER_OK ? 0 : -1;
}

static int down(void **state)
{
    gn_commit_free(c);
    return fixture_down(state);
}

static enum garner_code read_rows(const char *sql, int timeout_ms,
                                  struct garner_rows **rows,
                                  struct garner_error *err)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    return gn_rows_read(c, &s, timeout_ms, rows, err);
}

static struct garner_rows *query(const char *sql)
{
    struct garner_rows *rows;

    assert_int_equal(read_rows(sql, 20000, &rows, NULL), GARNER_OK);
    return rows;
}

static void what_is_written_later_is_not_seen(void **state)
{
    struct garner_rows *rows = query("select a, b from t order by a");

    (void)state;
    run(writer, "delete from t");
    assert_string_equal(garner_column_name(rows, 1), "b");
    for (int64_t i = 1; i <= 3; i++) {
        assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
        assert_int_equal(garner_column(rows, 0).integer, i);
    }
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
}

static void an_endless_query_ends_too(void **state)
{
    struct garner_rows *rows = NULL;
    struct garner_error err;

    (void)state;
    assert_int_equal(read_rows(ENDLESS, 5, &rows, &err), GARNER_TIMEOUT);
    assert_non_null(strstr(err.message, "all rows are read at once"));
    assert_null(rows);
    run(writer, "insert into t values (4, 0)");
    rows = query("select count(*) from t");
    garner_rows_set_timeout(rows, 1); /* all was read already */
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    assert_int_equal(garner_column(rows, 0).integer, 4);
    garner_rows_close(rows);
}

static void canceled_it_gives_no_more(void **state)
{
    struct garner_rows *rows = query("select a from t order by a");
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    garner_rows_cancel(rows);
    assert_int_equal(garner_column(rows, 0).integer, 1);
    assert_int_equal(garner_next(rows, &err), GARNER_CANCELED);
    garner_rows_close(rows);
}

#define WITH(f) cmocka_unit_test_setup_teardown(f, up, down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(what_is_written_later_is_not_seen),
        WITH(an_endless_query_ends_too),
        WITH(canceled_it_gives_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
