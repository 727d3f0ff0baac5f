/* rows_test.c - rows are copied, share their shapes, and leave nothing
 * behind when they are refused. */
#include "store/fixture_test.h"

#include "store/unit/rows.h"

static struct gn_unit_rows rows;

static int rows_down(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_unit_rows_clear(&rows);
    return 0;
}

static enum garner_code add(enum gn_unit_verb verb, const char *table,
                            size_t keys, const struct garner_field *fields,
                            size_t count)
{
    const struct gn_unit_shape shape = {
        .verb = verb, .table = table, .keys = keys, .count = count};

    return gn_unit_rows_add(&rows, &shape, fields, NULL);
}

static void added(enum gn_unit_verb verb, const char *table, size_t keys,
                  const struct garner_field *fields, size_t count)
{
    assert_int_equal(add(verb, table, keys, fields, count), GARNER_OK);
}

static void rows_are_copied_and_numbered(void **state)
{
    char table[] = "table";
    char column[] = "column";
    char bytes[] = "bytes";
    const struct garner_field fields[] = {{column, garner_text(bytes)},
                                          {"b", garner_integer(-5)},
                                          {"c", garner_blob(bytes, 2)}};
    const struct gn_unit_row *r;

    (void)state;
    added(GN_UNIT_INSERT, table, 0, fields, 3);
    added(GN_UNIT_INSERT, table, 0, fields, 3);
    memset(table, 'x', sizeof table - 1);
    memset(column, 'x', sizeof column - 1);
    memset(bytes, 'x', sizeof bytes - 1);
    r = rows.rows;
    assert_string_equal(r->shape->table, "table");
    assert_string_equal(r->shape->columns[0], "column");
    assert_int_equal(r->values[0].bytes.size, 5);
    assert_memory_equal(r->values[0].bytes.data, "bytes", 5);
    assert_int_equal(r->values[1].integer, -5);
    assert_memory_equal(r->values[2].bytes.data, "by", 2);
    assert_int_equal(r->number, 1);
    assert_int_equal(r->next->number, 2);
    assert_ptr_equal(r->next->shape, r->shape);
    assert_null(r->next->next);
}

static void shapes_are_shared_by_what_they_are(void **state)
{
    const struct garner_field ab[] = {{"a", garner_integer(1)},
                                      {"b", garner_integer(2)}};
    const struct garner_field ba[] = {{"b", garner_integer(1)},
                                      {"a", garner_integer(2)}};
    size_t count = 0;

    (void)state;
    for (int i = 0; i < 3; i++) {
        added(GN_UNIT_INSERT, "t", 0, ab, 2);
        added(GN_UNIT_INSERT, "t", 0, ba, 2);
        added(GN_UNIT_INSERT, "t", 0, ab, 1);
        added(GN_UNIT_INSERT, "T", 0, ab, 1);
        added(GN_UNIT_UPSERT, "t", 1, ab, 2);
        added(GN_UNIT_UPSERT, "t", 2, ab, 2);
        added(GN_UNIT_UPDATE, "t", 1, ab, 2);
        added(GN_UNIT_DELETE, "t", 2, ab, 2);
        added(GN_UNIT_INSERT, "t", 0, NULL, 0);
    }
    assert_int_equal(rows.count, 27);
    assert_int_equal(rows.shape_count, 9);
    for (const struct gn_unit_shape *s = rows.shapes; s != NULL; s = s->next)
        assert_int_equal(s->number, ++count);
    assert_int_equal(count, 9);
}

static void many_shapes_are_told_apart(void **state)
{
    enum { MANY = 2000 };
    char name[16];

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            const struct garner_field field = {name, garner_integer(i)};

            snprintf(name, sizeof name, "c%d", i);
            added(GN_UNIT_INSERT, "t", 0, &field, 1);
        }
    assert_int_equal(rows.shape_count, MANY);
    for (const struct gn_unit_row *r = rows.rows; r != NULL; r = r->next) {
        snprintf(name, sizeof name, "c%d", (int)r->values[0].integer);
        assert_string_equal(r->shape->columns[0], name);
    }
}

static void cleared_it_can_be_filled_again(void **state)
{
    const struct garner_field a = {"a", garner_integer(1)};

    (void)state;
    added(GN_UNIT_INSERT, "t", 0, &a, 1);
    gn_unit_rows_clear(&rows);
    assert_int_equal(rows.count, 0);
    assert_null(rows.rows);
    assert_null(rows.shapes);
    added(GN_UNIT_INSERT, "t", 0, &a, 1);
    assert_int_equal(rows.rows->number, 1);
}

static void lost_memory_leaves_it_as_it_was(void **state)
{
    char big[3000];
    struct garner_field fields[2];
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 1;

    (void)state;
    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = '\0';
    fields[0] = (struct garner_field){"a", garner_text(big)};
    fields[1] = (struct garner_field){big, garner_text(big)};
    for (; code != GARNER_OK; nth++) {
        size_t shapes = 0;

        gn_unit_rows_clear(&rows);
        gn_mem_fail_at(nth);
        code = GARNER_OK;
        for (int i = 0; i < 20 && code == GARNER_OK; i++) {
            big[0] = (char)('a' + i);
            code = add(GN_UNIT_INSERT, big, 0, fields, 1 + (size_t)(i % 2));
            assert_true(code == GARNER_OK || code == GARNER_NOMEM);
            assert_int_equal(rows.count, i + (code == GARNER_OK));
        }
        gn_mem_fail_at(0);
        for (const struct gn_unit_shape *s = rows.shapes; s != NULL;
             s = s->next)
            shapes++;
        assert_int_equal(shapes, rows.shape_count);
        assert_int_equal(shapes, rows.count); /* each has a row */
    }
    assert_true(nth > 4);
}

#define ROWS_TEST(f) cmocka_unit_test_setup_teardown(f, NULL, rows_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROWS_TEST(rows_are_copied_and_numbered),
        ROWS_TEST(shapes_are_shared_by_what_they_are),
        ROWS_TEST(many_shapes_are_told_apart),
        ROWS_TEST(cleared_it_can_be_filled_again),
        ROWS_TEST(lost_memory_leaves_it_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
