/* expect_rows_test.c - the rules about rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/expect/expect_rows.h"

static const struct gn_rows_expect nothing = {.max_rows = -1, .max_drop = -1};

/* Rows of columns a and b; values in rows of two, count of them. */
static struct gn_rowset rows_of(const struct garner_value *values, size_t count)
{
    static const char *const names[] = {"a", "B"};
    struct gn_rowset rows = {0};

    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    for (size_t i = 0; i + 1 < count; i += 2)
        assert_int_equal(gn_rowset_add(&rows, values + i, NULL), GARNER_OK);
    return rows;
}

static struct gn_finding tried(const struct gn_rows_expect *e,
                               const struct gn_rowset *rows, int64_t before)
{
    struct gn_finding f = {0};

    assert_int_equal(gn_expect_rows(e, "t", rows, before, &f, NULL), GARNER_OK);
    return f;
}

static void how_many_there_are(void **state)
{
    static const struct {
        int least, most, drop;
        int64_t before;
        size_t count;
        const char *text; /* NULL: it is as expected */
    } cases[] = {
        {0, -1, -1, -1, 0, NULL},
        {3, 3, -1, -1, 3, NULL},
        {3, -1, -1, -1, 2, "expected min_rows 3 of table t, and found 2"},
        {1, -1, -1, -1, 0, "expected min_rows 1 of table t, and found 0"},
        {0, 3, -1, -1, 4, "expected max_rows 3 of table t, and found 4"},
        {0, 0, -1, -1, 1, "expected max_rows 0 of table t, and found 1"},
        {0, -1, 30, -1, 0, NULL}, /* the first run */
        {0, -1, 30, 0, 0, NULL},
        {0, -1, 30, 10, 7, NULL},
        {0, -1, 30, 10, 40, NULL},
        {0, -1, 30, 10, 6,
         "expected max_drop 30% of the rows of table t, and found 6 after 10 "
         "in the last good run"},
        {0, -1, 0, 10, 10, NULL},
        {0, -1, 0, 10, 9,
         "expected max_drop 0% of the rows of table t, and found 9 after 10 in "
         "the last good run"},
        {0, -1, 99, 3, 0,
         "expected max_drop 99% of the rows of table t, and found 0 after 3 in "
         "the last good run"},
        {0, -1, -1, 10, 0, NULL},
        {5, -1, 10, 9, 1, "expected min_rows 5 of table t, and found 1"},
    };
    struct garner_value values[80];

    (void)state;
    for (size_t i = 0; i < 80; i++)
        values[i] = garner_integer((int64_t)i);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_rows_expect e = {.min_rows = cases[i].least,
                                         .max_rows = cases[i].most,
                                         .max_drop = cases[i].drop};
        struct gn_rowset rows = rows_of(values, cases[i].count * 2);
        const struct gn_finding f = tried(&e, &rows, cases[i].before);
        const size_t shown =
            cases[i].count < GN_FINDING_ROWS ? cases[i].count : GN_FINDING_ROWS;

        assert_string_equal(f.text, cases[i].text != NULL ? cases[i].text : "");
        assert_int_equal(f.row_count, cases[i].text != NULL ? shown : 0);
        gn_rowset_fini(&rows);
    }
}

static void none_is_null(void **state)
{
    static const char *const columns[] = {"A", "b"};
    struct gn_rows_expect e = nothing;
    struct gn_rowset rows =
        rows_of(GARNER_ARGS(garner_integer(1), garner_text("")));
    struct gn_finding f;

    (void)state;
    e.not_null = columns;
    e.not_null_count = 2;
    assert_null(tried(&e, &rows, -1).rule);
    gn_rowset_fini(&rows);
    rows = rows_of(GARNER_ARGS(garner_integer(1), garner_integer(2),
                               garner_integer(1), garner_null(),
                               garner_integer(1), garner_null()));
    f = tried(&e, &rows, -1);
    assert_string_equal(f.text,
                        "expected not_null b of table t, and found NULL "
                        "in 2 of 3 rows, first in row 2");
    assert_int_equal(f.row_count, 2);
    assert_int_equal(f.rows[0], 1);
    assert_int_equal(f.rows[1], 2);
    gn_rowset_fini(&rows);
}

static void values_are_told_apart_as_sql_does(void **state)
{
    static const char *const columns[] = {"a"};
    const struct {
        struct garner_value one, other;
        bool same;
    } cases[] = {
        {garner_integer(1), garner_integer(1), true},
        {garner_integer(1), garner_integer(2), false},
        {garner_integer(1), garner_real(1), true},
        {garner_integer(1), garner_real(1.5), false},
        {garner_real(0.1), garner_real(0.1), true},
        {garner_real(0.1), garner_real(0.2), false},
        {garner_real(1e300), garner_real(1e300), true},
        {garner_real(0.0), garner_real(-0.0), true},
        {garner_integer(INT64_MAX), garner_real(0x1p63), false},
        {garner_integer(INT64_MAX), garner_integer(INT64_MAX - 1), false},
        {garner_integer(INT64_MIN), garner_real(-0x1p63), true},
        {garner_integer(1), garner_text("1"), false},
        {garner_text("a"), garner_text("a"), true},
        {garner_text("a"), garner_text("ab"), false},
        {garner_text(""), garner_text(""), true},
        {garner_text("a"), garner_blob("a", 1), false},
        {garner_blob("a\0b", 3), garner_blob("a\0b", 3), true},
        {garner_blob("a\0b", 3), garner_blob("a\0c", 3), false},
        {garner_null(), garner_null(), false},
        {garner_null(), garner_integer(0), false},
    };
    struct gn_rows_expect e = nothing;

    (void)state;
    e.unique = columns;
    e.unique_count = 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct garner_value values[] = {
            cases[i].one, garner_integer(1), cases[i].other, garner_integer(2)};
        struct gn_rowset rows = rows_of(values, 4);

        if ((tried(&e, &rows, -1).rule != NULL) != cases[i].same)
            fail_msg("case %zu", i);
        gn_rowset_fini(&rows);
    }
}

static void all_columns_of_it_count_together(void **state)
{
    static const char *const columns[] = {"b", "a"};
    const struct garner_value values[] = {garner_integer(1), garner_text("x"),
                                          garner_integer(2), garner_text("x"),
                                          garner_integer(1), garner_text("y"),
                                          garner_integer(2), garner_text("x"),
                                          garner_integer(2), garner_text("x")};
    struct gn_rows_expect e = nothing;
    struct gn_rowset rows = rows_of(values, 6);
    struct gn_finding f;

    (void)state;
    e.unique = columns;
    e.unique_count = 2;
    assert_null(tried(&e, &rows, -1).rule);
    gn_rowset_fini(&rows);
    rows = rows_of(values, 10);
    f = tried(&e, &rows, -1);
    assert_string_equal(f.text,
                        "expected unique b, ... of table t, and found 2 of 5 "
                        "rows again; rows 2 and 4 are the same in it");
    assert_int_equal(f.row_count, 3);
    assert_int_equal(f.rows[2], 4);
    gn_rowset_fini(&rows);
}

static void many_again_are_shown_in_part(void **state)
{
    static const char *const columns[] = {"b"};
    struct garner_value values[80];
    struct gn_rows_expect e = nothing;
    struct gn_rowset rows;
    struct gn_finding f;

    (void)state;
    for (size_t i = 0; i < 80; i++)
        values[i] = garner_integer((int64_t)i % 4);
    rows = rows_of(values, 80);
    e.unique = columns;
    e.unique_count = 1;
    f = tried(&e, &rows, -1);
    assert_int_equal(f.row_count, GN_FINDING_ROWS);
    assert_non_null(strstr(f.text, "38 of 40 rows again"));
    for (unsigned n = 1; n <= 2; n++) {
        gn_mem_fail_at(n);
        f = (struct gn_finding){0};
        assert_int_equal(gn_expect_rows(&e, "t", &rows, -1, &f, NULL),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_null(f.rule);
    }
    gn_rowset_fini(&rows);
    assert_null(tried(NULL, &rows, -1).rule);
    assert_null(tried(&e, &rows, -1).rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many_there_are),
        cmocka_unit_test(none_is_null),
        cmocka_unit_test(values_are_told_apart_as_sql_does),
        cmocka_unit_test(all_columns_of_it_count_together),
        cmocka_unit_test(many_again_are_shown_in_part),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
