/* fit_test.c - rows that may be written to a table, and those that may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/table/fit.h"

static struct gn_rowset rows_of(const char *a, const char *b,
                                struct garner_value first)
{
    const char *const names[] = {a, b};
    const struct garner_value row[] = {first, garner_null()};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    return rows;
}

static void a_key_is_there_and_not_null(void **state)
{
    static const char *const id[] = {"id"};
    static const struct {
        const char *column;
        bool is_null;
        const char *said; /* NULL: they fit */
    } cases[] = {
        {"ID", false, NULL},
        {"ID", true,
         "row 1 has NULL in column id, the key of table t: none of the rows is "
         "written; leave such rows out with WHERE"},
        {"no", false,
         "the SQL gives no column id, the key of table t; it gives: no, b"},
    };
    const struct gn_rows_spec spec = {.table = "t", .key = id, .key_count = 1};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_rowset rows =
            rows_of(cases[i].column, "b",
                    cases[i].is_null ? garner_null() : garner_integer(1));
        struct garner_error err = {0};
        const enum garner_code code = gn_fit_key(&spec, &rows, &err);

        assert_int_equal(code,
                         cases[i].said == NULL ? GARNER_OK : GARNER_INVALID);
        if (cases[i].said != NULL)
            assert_string_equal(err.message, cases[i].said);
        gn_rowset_fini(&rows);
    }
}

static void a_row_keeps_its_number(void **state)
{
    static const char *const b[] = {"b"};
    static const bool gone[] = {true, false};
    const struct gn_rows_spec spec = {.table = "t", .key = b, .key_count = 1};
    const struct garner_value row[] = {garner_null(), garner_null()};
    struct gn_rowset rows = rows_of("a", "b", garner_null());
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    assert_int_equal(gn_rowset_drop(&rows, gone, NULL), GARNER_OK);
    assert_int_equal(gn_fit_key(&spec, &rows, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "row 2 has NULL in column b"));
    gn_rowset_fini(&rows);
}

static void columns_come_as_may_be(void **state)
{
    static const struct {
        enum gn_new_columns may;
        const char *first;
        const char *second;
        const char *said; /* NULL: they fit */
    } cases[] = {
        {GN_COLUMNS_EVOLVE, "x", "y", NULL},
        {GN_COLUMNS_FREEZE, "A", "b", NULL},
        {GN_COLUMNS_FREEZE, "a", "y",
         "the SQL gives a column y, which table t"},
        {GN_COLUMNS_IGNORE, "a", "y", NULL},
        {GN_COLUMNS_IGNORE, "x", "y", "table t has none of the SQL's columns"},
    };
    struct gn_names has = {0};

    (void)state;
    assert_true(gn_names_add(&has, "a") && gn_names_add(&has, "b"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_rows_spec spec = {.table = "t",
                                          .new_columns = cases[i].may};
        struct gn_rowset rows =
            rows_of(cases[i].first, cases[i].second, garner_integer(1));
        struct garner_error err = {0};
        const enum garner_code code = gn_fit_columns(&spec, &has, &rows, &err);

        assert_int_equal(code,
                         cases[i].said == NULL ? GARNER_OK : GARNER_INVALID);
        if (cases[i].said != NULL && strstr(err.message, cases[i].said) == NULL)
            fail_msg("%s", err.message);
        assert_int_equal(gn_fit_columns(&spec, NULL, &rows, NULL), GARNER_OK);
        gn_rowset_fini(&rows);
    }
    gn_names_fini(&has);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_there_and_not_null),
        cmocka_unit_test(a_row_keeps_its_number),
        cmocka_unit_test(columns_come_as_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
