/* check_test.c - shapes find their tables, or say what does not fit. */
#include "store/unit/fixture_test.h"

#include "store/unit/check.h"

static struct gn_unit_schema schema;
static struct gn_unit_rows rows;
static struct gn_arena arena;
static struct garner_error err;

static int check_down(void **state)
{
    gn_mem_fail_at(0);
    gn_unit_schema_forget(&schema);
    gn_unit_rows_clear(&rows);
    gn_arena_clear(&arena);
    return unit_fixture_down(state);
}

static void add(enum gn_unit_verb verb, const char *table, const char *first,
                const char *second)
{
    const struct garner_field fields[] = {{first, garner_integer(1)},
                                          {second, garner_integer(2)}};
    const struct gn_unit_shape shape = {
        .verb = verb,
        .table = table,
        .keys = verb == GN_UNIT_INSERT ? 0 : 1,
        .count = second != NULL ? 2 : 1,
    };

    assert_int_equal(gn_unit_rows_add(&rows, &shape, fields, NULL), GARNER_OK);
}

static enum garner_code check(void)
{
    return gn_unit_check(&rows, &schema, store, &arena, &err);
}

static void each_shape_finds_its_table(void **state)
{
    const struct gn_unit_shape *s;

    (void)state;
    exec("create table a (x, y)");
    exec("create table b (x, y as (x))");
    assert_int_equal(check(), GARNER_OK); /* none */
    add(GN_UNIT_INSERT, "b", "x", "rowid");
    add(GN_UNIT_INSERT, "A", "Y", NULL);
    add(GN_UNIT_UPDATE, "b", "y", "X");
    add(GN_UNIT_DELETE, "a", "_RowId_", NULL);
    add(GN_UNIT_UPSERT, "a", "oid", "x");
    assert_int_equal(check(), GARNER_OK);
    s = rows.shapes;
    assert_string_equal(s->found->name, "b");
    assert_string_equal(s->next->found->name, "a");
    assert_ptr_equal(s->next->next->found, s->found);
    assert_ptr_equal(s->next->next->next->found, s->next->found);
}

static void refuses(enum garner_code code, const char *message)
{
    assert_int_equal(check(), code);
    assert_string_equal(err.message, message);
    gn_unit_rows_clear(&rows);
}

static void what_does_not_fit_is_told_with_its_row(void **state)
{
    (void)state;
    exec("create table a (x, y as (x))");
    add(GN_UNIT_INSERT, "a", "x", NULL);
    add(GN_UNIT_INSERT, "a", "x", NULL);
    add(GN_UNIT_DELETE, "b", "x", NULL);
    refuses(GARNER_NOTFOUND, "row 3 (delete from b): there is no such table; "
                             "create it first");
    add(GN_UNIT_UPDATE, "a", "x", "z");
    refuses(GARNER_NOTFOUND, "row 1 (update of a): the table has no column z");
    add(GN_UNIT_UPDATE, "a", "z", "x");
    refuses(GARNER_NOTFOUND, "row 1 (update of a): the table has no column z");
    add(GN_UNIT_INSERT, "a", "y", NULL);
    refuses(GARNER_INVALID, "row 1 (insert into a): the column y is generated, "
                            "its value is not for you to give; leave it out");
    add(GN_UNIT_UPSERT, "a", "y", "x");
    refuses(GARNER_INVALID, "row 1 (upsert into a): the column y is generated, "
                            "its value is not for you to give; leave it out");
    add(GN_UNIT_UPDATE, "a", "x", "y");
    refuses(GARNER_INVALID, "row 1 (update of a): the column y is generated, "
                            "its value is not for you to give; leave it out");
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 1;

    (void)state;
    exec("create table a (x)");
    add(GN_UNIT_INSERT, "a", "x", NULL);
    for (; code != GARNER_OK; nth++) {
        gn_arena_clear(&arena);
        gn_mem_fail_at(nth);
        code = check();
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
    }
    assert_true(nth > 3);
}

#define CHECK_TEST(f)                                                          \
    cmocka_unit_test_setup_teardown(f, unit_fixture_up, check_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(each_shape_finds_its_table),
        CHECK_TEST(what_does_not_fit_is_told_with_its_row),
        CHECK_TEST(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
