/* merge_test.c - the order of values, and rows of several cursors as one. */
#include "store/door_test.h"

#include "base/error.h"
#include "store/farm/merge.h"

static void values_are_in_sqlite_s_order(void **state)
{
    /* each below the next */
    const struct garner_value ordered[] = {
        garner_null(),
        garner_real(-1e300),
        garner_integer(INT64_MIN),
        garner_integer(-2),
        garner_real(-1.5),
        garner_integer(-1),
        garner_integer(0),
        garner_real(0.25),
        garner_integer(1),
        garner_real(9007199254740992.0), /* 2^53 */
        garner_integer(9007199254740993),
        garner_integer(INT64_MAX),
        garner_real(9223372036854775808.0),
        garner_real(1e300),
        garner_text(""),
        garner_text("A"),
        garner_text("a"),
        garner_text("aa"),
        garner_text("b"),
        garner_text("\xc3\xa4"),
        garner_blob("", 0),
        garner_blob("\0", 1),
        garner_blob("\0\1", 2),
        garner_blob("\xff", 1),
    };
    const size_t n = sizeof ordered / sizeof ordered[0];
    const struct garner_value one = garner_integer(1);
    const struct garner_value also_one = garner_real(1.0);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const int order = gn_merge_compare(&ordered[i], &ordered[j]);

            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("%zu and %zu: %d", i, j, order);
        }
    assert_int_equal(gn_merge_compare(&one, &also_one), 0);
    assert_int_equal(gn_merge_compare(&also_one, &one), 0);
}

/* --- rows ------------------------------------------------------------------
 */

static struct garner_rows *open_merged(const char *const *sql, size_t count,
                                       const struct garner_sort *sort)
{
    struct garner_rows *all[8];
    struct garner_rows *rows;

    for (size_t i = 0; i < count; i++)
        assert_int_equal(garner_query(store, sql[i], NULL, 0, &all[i], NULL),
                         GARNER_OK);
    assert_int_equal(gn_merge_open(all, count, sort, "f", &rows, NULL),
                     GARNER_OK);
    return rows;
}

/* The first column of all rows, as "1 2 3". */
static const char *text_of(struct garner_rows *rows)
{
    static char text[400];
    size_t n = 0;
    enum garner_code code;

    text[0] = '\0';
    while ((code = garner_next(rows, NULL)) == GARNER_ROW)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d",
                              n > 0 ? " " : "",
                              (int)garner_column(rows, 0).integer);
    assert_int_equal(code, GARNER_DONE);
    assert_int_equal(garner_next(rows, NULL), GARNER_DONE);
    garner_rows_close(rows);
    return text;
}

#define MERGED(sort, ...)                                                      \
    open_merged((const char *const[]){__VA_ARGS__},                            \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),   \
                sort)

static void one_comes_after_the_other(void **state)
{
    (void)state;
    assert_string_equal(text_of(MERGED(NULL, "values (3), (1)", "values (2)",
                                       "select 1 where 0", "values (5), (4)")),
                        "3 1 2 5 4");
    assert_string_equal(text_of(MERGED(NULL, "select 1 where 0")), "");
}

static void they_come_in_order(void **state)
{
    const struct garner_sort up = {.column = 0};
    const struct garner_sort down = {.column = 0, .descending = true};
    const struct garner_sort both = {1, true, &up};

    (void)state;
    assert_string_equal(
        text_of(MERGED(&up, "values (1), (4), (4), (9)", "select 1 where 0",
                       "values (0), (2), (4)", "values (3), (10)")),
        "0 1 2 3 4 4 4 9 10");
    assert_string_equal(
        text_of(MERGED(&down, "values (9), (2)", "values (5), (4), (1)")),
        "9 5 4 2 1");
    assert_string_equal(
        text_of(MERGED(&both, "values (1, 'b'), (7, 'b'), (2, 'a')",
                       "values (0, 'c'), (3, 'b'), (1, 'a')")),
        "0 1 3 7 1 2");
}

/* Of equal rows, those of the first cursor first. */
static void equal_rows_stay_in_turn(void **state)
{
    const struct garner_sort second = {.column = 1};

    (void)state;
    assert_string_equal(text_of(MERGED(&second, "values (1, 'x'), (2, 'x')",
                                       "values (3, 'x'), (4, 'y')",
                                       "values (5, 'w'), (6, 'x')")),
                        "5 1 2 3 6 4");
}

static void an_error_names_its_cursor(void **state)
{
    struct garner_rows *rows =
        MERGED(NULL, "values (1)", "select abs(-9223372036854775808)");
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    assert_int_equal(garner_next(rows, &err), GARNER_SQL);
    assert_memory_equal(err.message, "shard 1 (f/001.db): ", 20);
    assert_int_equal(garner_next(rows, &err), GARNER_MISUSE);
    assert_int_equal(garner_column(rows, 0).type, GARNER_NULL);
    garner_rows_close(rows);
}

static void tables_that_differ_are_told(void **state)
{
    struct garner_rows *rows = MERGED(NULL, "values (1)", "values (1, 2)");
    struct garner_error err;

    (void)state;
    assert_int_equal(garner_columns(rows), 1);
    assert_string_equal(garner_column_name(rows, 0), "column1");
    assert_string_equal(garner_column_name(rows, 1), "");
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    assert_int_equal(garner_next(rows, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "2 columns, others 1"));
    garner_rows_close(rows);
}

static void it_can_be_stopped(void **state)
{
    static const char endless[] =
        "with recursive r(i) as (select 1 union all select i + 1 from r) "
        "select i from r where i < 0";
    struct garner_rows *rows = MERGED(NULL, "values (1)", endless);
    struct garner_error err;

    (void)state;
    garner_rows_set_timeout(rows, 1);
    while (garner_next(rows, &err) == GARNER_ROW)
        ;
    assert_int_equal(err.code, GARNER_TIMEOUT);
    garner_rows_close(rows);
    rows = MERGED(NULL, "values (1)", "values (2)");
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    garner_rows_cancel(rows);
    assert_int_equal(garner_next(rows, &err), GARNER_CANCELED);
    garner_rows_close(rows);
    assert_true(nobody_reads());
}

static void wrong_columns_and_lost_memory_take_nothing(void **state)
{
    const struct garner_sort sort = {.column = 1};
    struct garner_rows *all;
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;

    (void)state;
    assert_int_equal(garner_query(store, "values (1)", NULL, 0, &all, NULL),
                     GARNER_OK);
    assert_int_equal(gn_merge_open(&all, 1, &sort, "f", &rows, &err),
                     GARNER_MISUSE);
    assert_non_null(strstr(err.message, "column 1, but there are 1"));
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_merge_open(&all, 1, NULL, "f", &rows, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_true(n < 10);
    }
    assert_string_equal(text_of(rows), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_in_sqlite_s_order),
        WITH(one_comes_after_the_other, with_store),
        WITH(they_come_in_order, with_store),
        WITH(equal_rows_stay_in_turn, with_store),
        WITH(an_error_names_its_cursor, with_store),
        WITH(tables_that_differ_are_told, with_store),
        WITH(it_can_be_stopped, with_store),
        WITH(wrong_columns_and_lost_memory_take_nothing, with_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
