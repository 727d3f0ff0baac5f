/* rowset_test.c - rows keep their values, their bytes are counted, and lost
 * memory loses no more than the row it hit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/rowset.h"

enum { ROWS = 5000 };

static const char *const names[] = {"id", "price", "text", "data", "none"};

static void add(struct gn_rowset *rows, int i)
{
    char text[32];
    char data[600];
    struct garner_value row[5];

    snprintf(text, sizeof text, "row %d", i);
    memset(data, 'a' + i % 26, sizeof data);
    row[0] = garner_integer(i);
    row[1] = garner_real(i / 4.0);
    row[2] = garner_text(text);
    row[3] = garner_blob(data, (size_t)(i % 600));
    row[4] = garner_null();
    assert_int_equal(gn_rowset_add(rows, row, NULL), GARNER_OK);
}

static void check(const struct garner_value *row, int i)
{
    char text[32];
    int size = snprintf(text, sizeof text, "row %d", i);

    assert_int_equal(row[0].type, GARNER_INTEGER);
    assert_int_equal(row[0].integer, i);
    assert_int_equal(row[1].type, GARNER_REAL);
    assert_true(row[1].real == i / 4.0);
    assert_int_equal(row[2].type, GARNER_TEXT);
    assert_int_equal(row[2].bytes.size, size);
    assert_memory_equal(row[2].bytes.data, text, (size_t)size);
    assert_int_equal(row[3].type, GARNER_BLOB);
    assert_int_equal(row[3].bytes.size, i % 600);
    for (int k = 0; k < i % 600; k++)
        assert_int_equal(((const char *)row[3].bytes.data)[k], 'a' + i % 26);
    assert_int_equal(row[4].type, GARNER_NULL);
}

static void rows_keep_their_values(void **state)
{
    struct gn_rowset rows = {0};

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 5, NULL), GARNER_OK);
    for (int i = 0; i < ROWS; i++)
        add(&rows, i);
    assert_int_equal(rows.row_count, ROWS);
    assert_int_equal(rows.column_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(rows.columns[i], names[i]);
    for (int i = 0; i < ROWS; i++)
        check(rows.values + (size_t)i * 5, i);
    gn_rowset_fini(&rows);
    assert_null(rows.values);
    assert_int_equal(rows.bytes, 0);
    gn_rowset_fini(&rows);
}

/* What bytes says is what the values take, and room to grow. */
static void bytes_follow_the_memory(void **state)
{
    static char large[1 << 20];
    struct gn_rowset rows = {0};
    const struct garner_value big[] = {garner_blob(large, sizeof large)};
    const struct garner_value small[] = {garner_text("x")};
    size_t before;

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 1, NULL), GARNER_OK);
    assert_true(rows.bytes > 0);
    assert_int_equal(gn_rowset_add(&rows, small, NULL), GARNER_OK);
    before = rows.bytes;
    assert_int_equal(gn_rowset_add(&rows, big, NULL), GARNER_OK);
    assert_in_range(rows.bytes - before, sizeof large, sizeof large + 4096);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(gn_rowset_add(&rows, small, NULL), GARNER_OK);
    assert_in_range(rows.bytes,
                    sizeof large + 100000 * sizeof(struct garner_value),
                    sizeof large + 400000 * sizeof(struct garner_value));
    gn_rowset_fini(&rows);
}

static void lost_memory_loses_one_row(void **state)
{
    const struct garner_value row[] = {garner_text("abc"), garner_text("")};
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 20; nth++) {
        struct gn_rowset rows = {0};
        struct garner_error err = {0};
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_rowset_columns(&rows, names, 2, &err);
        for (int i = 0; i < 100 && code == GARNER_OK; i++)
            code = gn_rowset_add(&rows, row, &err);
        gn_mem_fail_at(0);
        if (code != GARNER_OK) {
            failures++;
            assert_int_equal(code, GARNER_NOMEM);
            assert_int_equal(err.code, GARNER_NOMEM);
            assert_non_null(strstr(err.message, "no memory for"));
            for (size_t i = 0; i < rows.row_count * 2; i += 2)
                assert_memory_equal(rows.values[i].bytes.data, "abc", 3);
        }
        gn_rowset_fini(&rows);
    }
    assert_in_range(failures, 3, 18);
}

static void rows_can_be_left_out(void **state)
{
    static const bool gone[] = {true, false, true, false, true};
    static const bool none[2];
    static const bool all[] = {true, true};
    struct gn_rowset rows = {0};

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 5, NULL), GARNER_OK);
    for (int i = 0; i < 5; i++)
        add(&rows, i);
    assert_int_equal(gn_rowset_drop(&rows, gone, NULL), GARNER_OK);
    assert_int_equal(rows.row_count, 2);
    assert_int_equal(rows.values[0].integer, 1);
    assert_memory_equal(rows.values[7].bytes.data, "row 3", 5);
    assert_int_equal(gn_rowset_number(&rows, 1), 4);
    assert_int_equal(gn_rowset_drop(&rows, none, NULL), GARNER_OK);
    assert_int_equal(rows.row_count, 2);
    assert_int_equal(gn_rowset_number(&rows, 1), 4);
    add(&rows, 6);
    assert_int_equal(rows.values[10].integer, 6);
    assert_int_equal(gn_rowset_number(&rows, 2), 6);
    assert_int_equal(
        gn_rowset_drop(&rows, (const bool[]){false, true, false}, NULL),
        GARNER_OK);
    assert_int_equal(rows.values[5].integer, 6);
    assert_int_equal(gn_rowset_number(&rows, 0), 2);
    assert_int_equal(gn_rowset_number(&rows, 1), 6);
    gn_mem_fail_at(1);
    assert_int_equal(gn_rowset_drop(&rows, all, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(rows.row_count, 2);
    assert_int_equal(gn_rowset_drop(&rows, all, NULL), GARNER_OK);
    assert_int_equal(rows.row_count, 0);
    gn_rowset_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_values),
        cmocka_unit_test(bytes_follow_the_memory),
        cmocka_unit_test(lost_memory_loses_one_row),
        cmocka_unit_test(rows_can_be_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
