/* rowlines_test.c - rows as JSON lines, and their number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/tell/rowlines.h"

static const char *const names[] = {"a", "b \"c\""};

static void add(struct gn_rowset *rows, struct garner_value a,
                struct garner_value b)
{
    const struct garner_value values[] = {a, b};

    assert_int_equal(gn_rowset_add(rows, values, NULL), GARNER_OK);
}

static void open_rows(struct gn_rowset *rows)
{
    *rows = (struct gn_rowset){0};
    assert_int_equal(gn_rowset_columns(rows, names, 2, NULL), GARNER_OK);
}

static void each_row_is_a_line(void **state)
{
    struct gn_rowset rows;
    struct gn_buf out = {0};

    (void)state;
    open_rows(&rows);
    add(&rows, garner_integer(-7), garner_text("x\ny"));
    add(&rows, garner_real(0.5), garner_null());
    add(&rows, garner_blob("\x00\xfe", 2), garner_text(""));
    assert_int_equal(gn_rowlines_append(&out, &rows, NULL, 1000), 3);
    assert_string_equal(gn_buf_cstr(&out),
                        "{\"a\":-7,\"b \\\"c\\\"\":\"x\\ny\"}\n"
                        "{\"a\":0.5,\"b \\\"c\\\"\":null}\n"
                        "{\"a\":\"00fe\",\"b \\\"c\\\"\":\"\"}\n");
    gn_buf_clear(&out);
    assert_int_equal(gn_rowlines_append(&out, &rows, "t", 50), 1);
    assert_string_equal(
        gn_buf_cstr(&out),
        "{\"table\":\"t\",\"row\":{\"a\":-7,\"b \\\"c\\\"\":\"x\\ny\"}}\n");
    gn_buf_fini(&out);
    gn_rowset_fini(&rows);
}

/* Only whole lines, and none beyond the bound. */
static void there_is_a_bound(void **state)
{
    struct gn_rowset rows;
    struct gn_buf out = {0};

    (void)state;
    open_rows(&rows);
    for (int i = 0; i < 10; i++)
        add(&rows, garner_integer(i), garner_null());
    assert_int_equal(gn_rowlines_append(&out, &rows, NULL, 100), 4);
    assert_int_equal(out.size, 4 * strlen("{\"a\":0,\"b \\\"c\\\"\":null}\n"));
    assert_int_equal(gn_rowlines_append(&out, &rows, NULL, 100), 0);
    gn_buf_fini(&out);
    gn_rowset_fini(&rows);
}

static uint64_t hash_of_two(struct garner_value a, struct garner_value b,
                            struct garner_value c, struct garner_value d)
{
    struct gn_rowset rows;
    uint64_t hash;

    open_rows(&rows);
    add(&rows, a, b);
    add(&rows, c, d);
    hash = gn_rowlines_hash(&rows);
    gn_rowset_fini(&rows);
    return hash;
}

static void the_number_is_that_of_a_set(void **state)
{
    const struct garner_value one = garner_integer(1);
    const struct garner_value two = garner_text("2");
    const struct garner_value x = garner_text("x");
    const uint64_t hash = hash_of_two(one, x, two, x);

    (void)state;
    assert_true(hash_of_two(two, x, one, x) == hash); /* in any order */
    assert_true(hash_of_two(one, x, x, two) != hash);
    assert_true(hash_of_two(one, x, two, one) != hash);
    assert_true(hash_of_two(one, x, garner_integer(2), x) != hash);
    assert_true(hash_of_two(one, x, two, garner_blob("x", 1)) != hash);
    assert_true(hash_of_two(garner_real(1), x, two, x) != hash);
    assert_true(hash_of_two(garner_null(), x, two, x) != hash);
    assert_true(hash_of_two(garner_text("ab"), garner_text("c"), x, x) !=
                hash_of_two(garner_text("a"), garner_text("bc"), x, x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_a_line),
        cmocka_unit_test(there_is_a_bound),
        cmocka_unit_test(the_number_is_that_of_a_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
