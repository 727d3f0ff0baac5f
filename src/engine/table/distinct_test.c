/* distinct_test.c - the last of rows with the same key counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/table/distinct.h"

static const char *const one[] = {"A"};
static const char *const two[] = {"b", "a"};

/* Rows {a, b, n}, n: 0, 1, 2 ... */
static struct gn_rowset rows_of(const struct garner_value (*keys)[2],
                                size_t count)
{
    const char *const names[] = {"a", "b", "n"};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 3, NULL), GARNER_OK);
    for (size_t i = 0; i < count; i++) {
        const struct garner_value row[] = {keys[i][0], keys[i][1],
                                           garner_integer((int64_t)i)};

        assert_int_equal(gn_rowset_add(&rows, row, NULL), GARNER_OK);
    }
    return rows;
}

/* Frees rows, which must have these numbers, in their order. */
static void are(struct gn_rowset rows, const char *numbers)
{
    char found[20] = "";

    for (size_t i = 0; i < rows.row_count; i++)
        found[i] = (char)('0' + rows.values[i * 3 + 2].integer);
    assert_string_equal(found, numbers);
    gn_rowset_fini(&rows);
}

static void the_last_one_wins(void **state)
{
    const struct garner_value keys[][2] = {
        {garner_integer(1), garner_text("x")},
        {garner_integer(2), garner_text("x")},
        {garner_real(1), garner_text("y")},
        {garner_null(), garner_text("x")},
        {garner_integer(1), garner_text("x")},
        {garner_text("1"), garner_text("x")},
        {garner_null(), garner_text("x")},
    };
    struct gn_rowset rows = rows_of(keys, 7);
    size_t dropped;

    (void)state;
    assert_int_equal(gn_distinct(&rows, one, 1, &dropped, NULL), GARNER_OK);
    assert_int_equal(dropped, 2);
    are(rows, "13456");
    rows = rows_of(keys, 7);
    assert_int_equal(gn_distinct(&rows, two, 2, &dropped, NULL), GARNER_OK);
    assert_int_equal(dropped, 1);
    are(rows, "123456");
    rows = rows_of(keys, 7);
    assert_int_equal(gn_distinct(&rows, NULL, 0, &dropped, NULL), GARNER_OK);
    assert_int_equal(dropped, 0);
    are(rows, "0123456");
}

static void a_key_that_is_missing_drops_none(void **state)
{
    static const char *const other[] = {"z"};
    const struct garner_value keys[][2] = {{garner_integer(1), garner_null()},
                                           {garner_integer(1), garner_null()}};
    struct gn_rowset rows = rows_of(keys, 2);
    size_t dropped;

    (void)state;
    assert_int_equal(gn_distinct(&rows, other, 1, &dropped, NULL), GARNER_OK);
    assert_int_equal(dropped, 0);
    are(rows, "01");
}

static void lost_memory_leaves_the_rows(void **state)
{
    const struct garner_value keys[][2] = {{garner_integer(1), garner_null()},
                                           {garner_integer(1), garner_null()}};
    struct gn_rowset rows = rows_of(keys, 2);
    size_t dropped;

    (void)state;
    for (unsigned nth = 1; nth <= 4; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_distinct(&rows, one, 1, &dropped, NULL),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_int_equal(rows.row_count, 2);
    }
    are(rows, "01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_wins),
        cmocka_unit_test(a_key_that_is_missing_drops_none),
        cmocka_unit_test(lost_memory_leaves_the_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
