/* compare_test.c - rows against a table: new, changed, the same, twice, gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/compare.h"
#include "cli/store_testing.h"

static const char *const key[] = {"ID"};
static const struct gn_rows_spec by_id = {
    .table = "t", .key = key, .key_count = 1};

/* Rows of id and x. */
static struct gn_rowset rows_of(const struct garner_value *values, size_t count)
{
    const char *const names[] = {"id", "x"};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gn_rowset_add(&rows, values + 2 * i, NULL), GARNER_OK);
    return rows;
}

static const struct garner_value *some(void)
{
    static struct garner_value v[10];

    v[0] = garner_integer(1);
    v[1] = garner_text("a");
    v[2] = garner_integer(2);
    v[3] = garner_text("b");
    v[4] = garner_integer(2);
    v[5] = garner_text("c");
    v[6] = garner_integer(3);
    v[7] = garner_null();
    v[8] = garner_text("4"); /* the column has integers */
    v[9] = garner_text("d");
    return v;
}

static void rows_are_told_apart(void **state)
{
    struct garner_store *store = open_store();
    struct gn_rowset rows = rows_of(some(), 5);
    struct gn_compared d;

    (void)state;
    runs(store, "create table t (id integer primary key, x text)");
    runs(store, "insert into t values (1, 'a'), (2, 'x'), (4, 'd'), (8, 'g')");
    assert_int_equal(gn_compare_rows(store, &by_id, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.changes[0], GN_CHANGE_SAME);
    assert_int_equal(d.changes[1], GN_CHANGE_TWICE);
    assert_int_equal(d.changes[2], GN_CHANGE_CHANGED);
    assert_false(d.differs[4]);
    assert_true(d.differs[5]);
    assert_memory_equal(d.was[5].bytes.data, "x", 1);
    assert_int_equal(d.changes[3], GN_CHANGE_NEW);
    assert_int_equal(d.changes[4], GN_CHANGE_SAME);
    assert_int_equal(d.counts[GN_CHANGE_SAME], 2);
    assert_int_equal(d.counts[GN_CHANGE_TWICE], 1);
    assert_int_equal(d.gone.count, 1);
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
    garner_close(store);
}

/* As the engine, which drops the first. */
static void a_key_is_the_same_as_in_sql(void **state)
{
    const struct garner_value values[] = {
        garner_integer(1), garner_null(),    garner_text("1"),
        garner_null(),     garner_real(1.0), garner_null(),
    };
    struct gn_rowset rows = rows_of(values, 3);
    struct gn_compared d;

    (void)state;
    assert_int_equal(gn_compare_rows(NULL, &by_id, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.changes[0], GN_CHANGE_TWICE);
    assert_int_equal(d.changes[1], GN_CHANGE_NEW);
    assert_int_equal(d.changes[2], GN_CHANGE_NEW);
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
}

static void a_column_that_is_new_was_null(void **state)
{
    struct garner_store *store = open_store();
    struct gn_rowset rows = rows_of(some(), 1);
    struct gn_compared d;

    (void)state;
    runs(store, "create table t (id integer primary key)");
    runs(store, "insert into t values (1)");
    assert_int_equal(gn_compare_rows(store, &by_id, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.changes[0], GN_CHANGE_CHANGED);
    assert_int_equal(d.was[1].type, GARNER_NULL);
    assert_true(d.differs[1]);
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
    garner_close(store);
}

static void without_a_store_table_or_key_all_is_new(void **state)
{
    const struct gn_rows_spec plain = {.table = "t"};
    struct garner_store *store = open_store();
    struct gn_rowset rows = rows_of(some(), 5);
    struct gn_compared d;

    (void)state;
    assert_int_equal(gn_compare_rows(NULL, &by_id, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 4);
    gn_compared_fini(&d);
    assert_int_equal(gn_compare_rows(store, &by_id, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 4);
    assert_int_equal(d.gone.count, 0);
    gn_compared_fini(&d);
    assert_int_equal(gn_compare_rows(store, &plain, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 5);
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
    garner_close(store);
}

static void what_goes_is_told_with_and_without_a_key(void **state)
{
    struct gn_rows_spec spec = by_id;
    struct garner_store *store = open_store();
    struct gn_rowset rows = rows_of(some(), 5);
    struct gn_compared d;

    (void)state;
    spec.conflict = GN_CONFLICT_WHOLE;
    runs(store, "create table t (id integer primary key, x text)");
    runs(store, "insert into t values (1, 'a'), (4, 'd'), (8, 'g')");
    assert_int_equal(gn_compare_rows(store, &spec, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_true(d.gone.go);
    assert_int_equal(d.gone.count, 1);
    assert_int_equal(d.gone.rows.values[0].integer, 8);
    assert_memory_equal(d.gone.rows.values[1].bytes.data, "g", 1);
    gn_compared_fini(&d);
    spec.key_count = 0;
    assert_int_equal(gn_compare_rows(store, &spec, &rows, NULL, &d, NULL),
                     GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 5);
    assert_int_equal(d.gone.count, 3);
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
    garner_close(store);
}

static void a_key_without_value_is_an_error(void **state)
{
    const char *const x[] = {"x"};
    const struct gn_rows_spec by_x = {.table = "t", .key = x, .key_count = 1};
    struct gn_rowset rows = rows_of(some(), 5);
    struct garner_error err;
    struct gn_compared d;

    (void)state;
    assert_int_equal(gn_compare_rows(NULL, &by_x, &rows, NULL, &d, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "row 4 has NULL in column x"));
    gn_compared_fini(&d);
    gn_rowset_fini(&rows);
}

/* Compares five rows with t, whose rows 1 and 2 are others than those. */
static enum garner_code compare(const struct gn_rows_spec *spec,
                                struct gn_compared *d, struct garner_error *err)
{
    struct garner_store *store = open_store();
    struct gn_rowset rows = rows_of(some(), 5);
    enum garner_code code;

    runs(store, "create table t (id integer primary key, y text)");
    runs(store, "insert into t values (1, 'a'), (2, 'b')");
    code = gn_compare_rows(store, spec, &rows, NULL, d, err);
    gn_rowset_fini(&rows);
    garner_close(store);
    return code;
}

static void a_run_that_would_fail_is_an_error(void **state)
{
    static const char *const other[] = {"x"};
    static const struct gn_rows_expect four = {.min_rows = 4, .max_rows = -1};
    static const struct {
        struct gn_rows_spec spec;
        const char *said;
    } cases[] = {
        {{.table = "t",
          .key = key,
          .key_count = 1,
          .conflict = GN_CONFLICT_ERROR},
         "row 1 of table t (ID 1) is there already, and conflict is error: "
         "none "
         "of the rows is written"},
        /* of four with a key of their own two are left out */
        {{.table = "t",
          .key = key,
          .key_count = 1,
          .conflict = GN_CONFLICT_ERROR,
          .bad_rows = GN_BAD_ROWS_SKIP,
          .expect = &four},
         "row 1 of table t (ID 1) is there already"},
        {{.table = "t", .new_columns = GN_COLUMNS_FREEZE},
         "the SQL gives a column x, which table t has not"},
        {{.table = "t", .key = other, .key_count = 1},
         "row 4 has NULL in column x"},
        {{.table = "t",
          .key = other,
          .key_count = 1,
          .bad_rows = GN_BAD_ROWS_SKIP},
         "table t has no column x, which is to be its key"},
    };
    struct garner_error err;
    struct gn_compared d;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(compare(&cases[i].spec, &d, &err), GARNER_INVALID);
        if (strstr(err.message, cases[i].said) == NULL)
            fail_msg("%zu: %s", i, err.message);
        gn_compared_fini(&d);
    }
}

static void what_is_left_out_is_told(void **state)
{
    struct gn_rows_spec spec = by_id;
    struct gn_compared d;

    (void)state;
    spec.conflict = GN_CONFLICT_KEEP;
    assert_int_equal(compare(&spec, &d, NULL), GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_KEPT], 2);
    assert_int_equal(d.changes[2], GN_CHANGE_KEPT);
    assert_true(d.differs[5]);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 2);
    gn_compared_fini(&d);
    spec.new_columns = GN_COLUMNS_IGNORE;
    assert_int_equal(compare(&spec, &d, NULL), GARNER_OK);
    assert_int_equal(d.counts[GN_CHANGE_SAME], 2);
    gn_compared_fini(&d);
    spec.conflict = GN_CONFLICT_ERROR;
    spec.bad_rows = GN_BAD_ROWS_SKIP;
    assert_int_equal(compare(&spec, &d, NULL), GARNER_OK);
    assert_int_equal(d.changes[0], GN_CHANGE_BAD);
    assert_int_equal(d.changes[1], GN_CHANGE_TWICE);
    assert_int_equal(d.counts[GN_CHANGE_BAD], 2);
    assert_int_equal(d.gone.count, 0);
    gn_compared_fini(&d);
}

static void a_row_without_key_may_be_left_out(void **state)
{
    static const char *const x[] = {"x"};
    const struct gn_rows_expect five = {.min_rows = 5, .max_rows = -1};
    struct gn_rows_spec spec = {.table = "u",
                                .key = x,
                                .key_count = 1,
                                .bad_rows = GN_BAD_ROWS_QUARANTINE};
    struct garner_error err;
    struct gn_compared d;

    (void)state;
    assert_int_equal(compare(&spec, &d, NULL), GARNER_OK);
    assert_int_equal(d.changes[3], GN_CHANGE_BAD);
    assert_int_equal(d.counts[GN_CHANGE_BAD], 1);
    assert_int_equal(d.counts[GN_CHANGE_NEW], 4);
    gn_compared_fini(&d);
    spec.expect = &five;
    assert_int_equal(compare(&spec, &d, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "row 4 has NULL in column x"));
    gn_compared_fini(&d);
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_rowset rows = rows_of(some(), 5);
    struct gn_compared d;

    (void)state;
    for (unsigned nth = 1; nth <= 7; nth++) {
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_compare_rows(NULL, &by_id, &rows, NULL, &d, NULL);
        gn_mem_fail_at(0);
        assert_int_equal(code, GARNER_NOMEM);
        gn_compared_fini(&d);
    }
    gn_rowset_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_told_apart),
        cmocka_unit_test(a_key_is_the_same_as_in_sql),
        cmocka_unit_test(a_column_that_is_new_was_null),
        cmocka_unit_test(without_a_store_table_or_key_all_is_new),
        cmocka_unit_test(what_goes_is_told_with_and_without_a_key),
        cmocka_unit_test(a_key_without_value_is_an_error),
        cmocka_unit_test(a_run_that_would_fail_is_an_error),
        cmocka_unit_test(what_is_left_out_is_told),
        cmocka_unit_test(a_row_without_key_may_be_left_out),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
