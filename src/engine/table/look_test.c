/* look_test.c - what a look finds, and the index it makes. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/table/look.h"
#include "engine/table/table_sql.h"

static const char *const ab[] = {"a", "B"};

static enum garner_code look(struct world *w, struct gn_look *l,
                             const struct gn_rows_spec *spec)
{
    *l = (struct gn_look){.spec = spec};
    return gn_look_run(l, w->store, &w->err);
}

static void tables_are_found_with_their_columns(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_rows_spec spec = {.table = "T"};
    struct gn_look l;

    (void)state;
    assert_int_equal(look(w, &l, &spec), GARNER_OK);
    assert_int_equal(l.columns.count, 0);
    store_runs(w, "create table t (a integer, b text,"
                  " c integer as (a + 1) virtual) strict");
    assert_int_equal(look(w, &l, &spec), GARNER_OK);
    assert_int_equal(l.columns.count, 3);
    assert_string_equal(l.columns.all[2], "c"); /* computed ones, too */
    assert_true(l.strict);
    gn_look_fini(&l);
    spec.table = "u";
    store_runs(w, "create table u (a)");
    assert_int_equal(look(w, &l, &spec), GARNER_OK);
    assert_false(l.strict);
    gn_look_fini(&l);
    end(w);
}

static void a_look_may_leave_all_as_it_is(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_rows_spec spec = {.table = "t", .key = ab, .key_count = 2};
    struct gn_look l = {.spec = &spec};

    (void)state;
    store_runs(w, "create table t (a, b)");
    assert_int_equal(gn_look_read(&l, w->store, &w->err), GARNER_OK);
    assert_int_equal(l.columns.count, 2);
    assert_string_equal(ask(w, "select count(*) from pragma_index_list('t')"),
                        "0");
    gn_look_fini(&l);
    spec.conflict = GN_CONFLICT_HISTORY;
    assert_int_equal(gn_look_read(&l, w->store, &w->err), GARNER_INVALID);
    assert_has(w->err.message, "table t has no column valid_from");
    gn_look_fini(&l);
    end(w);
}

static void views_are_no_tables(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_rows_spec spec = {.table = "v"};
    struct gn_look l;

    (void)state;
    store_runs(w, "create view v as select 1 as a");
    assert_int_equal(look(w, &l, &spec), GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "v is a view; name a table, or a new one");
    gn_look_fini(&l);
    end(w);
}

/* Makes t so, looks, and counts the unique indexes then. */
static int indexes_after(const char *make)
{
    const struct gn_rows_spec spec = {.table = "t", .key = ab, .key_count = 2};
    struct world *w = begin(NULL, NULL);
    struct gn_look l;
    int count;

    store_runs(w, make);
    assert_int_equal(look(w, &l, &spec), GARNER_OK);
    gn_look_fini(&l);
    count = atoi(ask(w, "select count(*) from pragma_index_list('t')"
                        " where \"unique\" and not partial"));
    end(w);
    return count;
}

static void keys_are_found_or_made(void **state)
{
    (void)state;
    assert_int_equal(indexes_after("create table t (a, b, c)"), 1);
    assert_int_equal(indexes_after("create table t (a, b, primary key (b,"
                                   " a)) without rowid"),
                     1);
    assert_int_equal(indexes_after("create table t (a, b, unique (B, A))"), 1);
    assert_int_equal(indexes_after("create table t (a, b, c,"
                                   " unique (a, b, c))"),
                     2);
    assert_int_equal(indexes_after("create table t (a unique, b unique)"), 3);
}

static void a_key_that_cannot_be_is_refused(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_rows_spec spec = {.table = "t", .key = ab, .key_count = 2};
    struct gn_look l;

    (void)state;
    store_runs(w, "create table t (a)");
    assert_int_equal(look(w, &l, &spec), GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "table t has no column B, which is to be its key: add "
                        "one to it (alter table), or name another key or "
                        "table");
    gn_look_fini(&l);
    store_runs(w, "alter table t add column b");
    store_runs(w, "insert into t values (1, 2), (1, 2)");
    assert_int_equal(look(w, &l, &spec), GARNER_CONSTRAINT);
    assert_has(w->err.message, "table t has no unique index for its key (a, "
                               "...), and none can be made: UNIQUE");
    gn_look_fini(&l);
    end(w);
}

/* Not the text "a", which is what SQLite takes a missing "a" for. */
static void an_index_is_of_columns(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_rows_spec spec = {.table = "t", .key = ab, .key_count = 1};
    struct gn_buf sql = {0};

    (void)state;
    store_runs(w, "create table t (other)");
    gn_table_sql_index(&sql, &spec);
    assert_int_equal(
        garner_exec(w->store, gn_buf_cstr(&sql), GARNER_ARGS(), NULL, &w->err),
        GARNER_SQL);
    gn_buf_fini(&sql);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct world *w = begin(NULL, NULL);
    const struct gn_rows_spec spec = {.table = "t", .key = ab, .key_count = 2};
    struct gn_look l;

    (void)state;
    store_runs(w, "create table t (a, b unique, c)");
    for (unsigned nth = 1; nth <= 20; nth++) {
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = look(w, &l, &spec);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_look_fini(&l);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_found_with_their_columns),
        cmocka_unit_test(a_look_may_leave_all_as_it_is),
        cmocka_unit_test(views_are_no_tables),
        cmocka_unit_test(keys_are_found_or_made),
        cmocka_unit_test(a_key_that_cannot_be_is_refused),
        cmocka_unit_test(an_index_is_of_columns),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
