/* rows_test.c - cursors: snapshots, names, deadlines, rows kept in memory. */
#include "store/fixture_test.h"

#include "store/rows/leased.h"
#include "store/rows/whole.h"

#define ENDLESS                                                                \
    "with recursive n(i) as (select 1 union all select i + 1 from n) "         \
    "select count(*) from n"

static struct gn_commit *c; /* its connection writes */
static struct gn_sqlite *writer;
static struct gn_pool *pool;

static int with(void **state, const char *path)
{
    struct gn_sqlite_options options;
    struct garner_options store;

    if (fixture_up(state) != 0)
        return -1;
    options = writer_options();
    if (path != NULL)
        options.path = path;
    if (gn_sqlite_open(&options, &writer, NULL) != GARNER_OK)
        return -1;
    garner_options_init(&store);
    run(writer, "create table t(a integer primary key, b)");
    run(writer, "insert into t values (1, 'one'), (2, 'two'), (3, null)");
    options.writer = false;
    options.create = false;
    if (gn_commit_new(writer, &store, &c, NULL) != GARNER_OK)
        return -1;
    return gn_pool_new(&options, 2, &pool, NULL) == GARNER_OK ? 0 : -1;
}

static int with_file(void **state)
{
    return with(state, NULL);
}

static int with_memory(void **state)
{
    return with(state, ":memory:");
}

static int without(void **state)
{
    gn_pool_free(pool);
    gn_commit_free(c);
    return fixture_down(state);
}

static enum garner_code open_rows(const char *sql, struct garner_rows **rows,
                                  struct garner_error *err)
{
    struct gn_statement s;

    gn_statement_init(&s, sql, NULL, 0);
    return gn_sqlite_is_wal(writer) ? gn_rows_lease(pool, &s, 20000, rows, err)
                                    : gn_rows_read(c, &s, 20000, rows, err);
}

static struct garner_rows *query(const char *sql)
{
    struct garner_rows *rows;
    struct garner_error err;

    if (open_rows(sql, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return rows;
}

static int64_t next_number(struct garner_rows *rows)
{
    assert_int_equal(garner_next(rows, NULL), GARNER_ROW);
    return garner_column(rows, 0).integer;
}

/* On a leased connection and from memory alike. */
static void rows_come_one_by_one(void **state)
{
    struct garner_rows *rows = query("select a, b from t order by a");
    const char *name = garner_column_name(rows, 1);
    struct garner_value v;

    (void)state;
    assert_int_equal(garner_columns(rows), 2);
    assert_string_equal(garner_column_name(rows, 0), "a");
    assert_string_equal(garner_column_name(rows, 2), "");
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL); /* no row yet */
    assert_int_equal(next_number(rows), 1);
    v = garner_column(rows, 1);
    assert_int_equal(v.type, GARNER_TEXT);
    assert_int_equal(v.bytes.size, 3);
    assert_memory_equal(v.bytes.data, "one", 3);
    assert_int_equal(garner_column(rows, 2).type, GARNER_NULL);
    assert_int_equal(next_number(rows), 2);
    assert_int_equal(next_number(rows), 3);
    assert_int_equal(garner_column(rows, 1).type, GARNER_NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
        assert_int_equal(garner_column(rows, 0).type, GARNER_NULL);
    }
    assert_string_equal(name, "b");
    garner_rows_close(rows);
}

static void no_rows_have_columns_too(void **state)
{
    struct garner_rows *rows = query("select a, b as bee from t where 0");

    (void)state;
    assert_int_equal(garner_columns(rows), 2);
    assert_string_equal(garner_column_name(rows, 1), "bee");
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
    garner_rows_close(NULL);
}

static void an_altered_table_shows_at_once(void **state)
{
    struct garner_rows *rows = query("select * from t");
    const char *name;

    (void)state;
    assert_int_equal(garner_columns(rows), 2);
    garner_rows_close(rows);
    run(writer, "alter table t rename column b to bee");
    run(writer, "alter table t add column c default 'new'");
    rows = query("select * from t"); /* prepared before */
    name = garner_column_name(rows, 0);
    assert_int_equal(next_number(rows), 1);
    assert_int_equal(garner_columns(rows), 3);
    assert_string_equal(garner_column_name(rows, 1), "bee");
    assert_string_equal(garner_column_name(rows, 2), "c");
    assert_memory_equal(garner_column(rows, 2).bytes.data, "new", 3);
    assert_string_equal(name, "a"); /* as long as the cursor */
    garner_rows_close(rows);
}

static void what_cannot_be_a_query_is_refused(void **state)
{
    struct garner_rows *rows = NULL;

    (void)state;
    assert_int_equal(open_rows("selec", &rows, NULL), GARNER_SQL);
    assert_int_equal(open_rows("delete from t", &rows, NULL), GARNER_SQL);
    assert_int_equal(open_rows("begin", &rows, NULL), GARNER_SQL);
    assert_int_equal(open_rows("select ?", &rows, NULL), GARNER_SQL);
    assert_null(rows);
    garner_rows_close(query("select 1")); /* nothing is left leased */
    garner_rows_close(query("select 1"));
    garner_rows_close(query("select 1"));
}

static void a_snapshot_stays_while_writes_go_on(void **state)
{
    struct garner_rows *rows = query("select a from t order by a");
    struct garner_rows *later;

    (void)state;
    assert_int_equal(next_number(rows), 1);
    run(writer, "delete from t where a > 1");
    run(writer, "insert into t values (4, 0)");
    later = query("select count(*) from t");
    assert_int_equal(next_number(later), 2); /* sees what is acknowledged */
    garner_rows_close(later);
    assert_int_equal(next_number(rows), 2);
    assert_int_equal(next_number(rows), 3);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
}

static void work_ends_at_its_deadline(void **state)
{
    struct garner_rows *rows = query(ENDLESS);
    struct garner_error err;

    (void)state;
    garner_rows_set_timeout(rows, 5);
    assert_int_equal(garner_next(rows, &err), GARNER_TIMEOUT);
    assert_int_equal(garner_next(rows, &err), GARNER_MISUSE);
    assert_non_null(strstr(err.message, "TIMEOUT"));
    garner_rows_close(rows);
    rows = query("select a from t"); /* the next lease has no deadline */
    garner_rows_set_timeout(rows, 1);
    garner_rows_set_timeout(rows, 0);
    while (garner_next(rows, NULL) == GARNER_ROW)
        ;
    garner_rows_close(rows);
}

static void lost_memory_is_an_error_and_leaks_nothing(void **state)
{
    struct garner_rows *rows;
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        bool whole = false;

        gn_mem_fail_at(nth);
        if (open_rows("select a, b, zeroblob(9000) from t", &rows, NULL) ==
            GARNER_OK) {
            while (garner_next(rows, NULL) == GARNER_ROW)
                ;
            /* Before the last column's name is in memory, it is "". */
            whole = garner_column_name(rows, 1)[0] == 'b';
            garner_rows_close(rows);
        }
        if (whole)
            break;
    }
    assert_true(nth > 2);
    gn_mem_fail_at(0);
    rows = query("select count(*) from t");
    assert_int_equal(next_number(rows), 3);
    garner_rows_close(rows);
}

#define IN_FILE(f)   cmocka_unit_test_setup_teardown(f, with_file, without)
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, with_memory, without)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FILE(rows_come_one_by_one),
        IN_MEMORY(rows_come_one_by_one),
        IN_FILE(no_rows_have_columns_too),
        IN_MEMORY(no_rows_have_columns_too),
        IN_FILE(an_altered_table_shows_at_once),
        IN_MEMORY(an_altered_table_shows_at_once),
        IN_FILE(what_cannot_be_a_query_is_refused),
        IN_MEMORY(what_cannot_be_a_query_is_refused),
        IN_FILE(a_snapshot_stays_while_writes_go_on),
        IN_FILE(work_ends_at_its_deadline),
        IN_FILE(lost_memory_is_an_error_and_leaks_nothing),
        IN_MEMORY(lost_memory_is_an_error_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
