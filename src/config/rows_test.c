/* rows_test.c - how rows are written, as a file says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/load_testing.h"

/* The one source's first rows. */
static const struct gn_rows_spec *rows_of(struct gn_config *config,
                                          const char *rows)
{
    struct gn_buf text = {0};

    gn_buf_printf(
        &text,
        "garner: 1\nsources: { a: { url: http://h/,\nrows: { table: t,"
        " sql: s, %s } }}\n",
        rows);
    *config = good(gn_buf_cstr(&text));
    gn_buf_fini(&text);
    return config->sources[0].rows;
}

static void conflict_is_one_of_five(void **state)
{
    static const struct {
        const char *rows;
        enum gn_conflict conflict;
        int min_rows; /* -1: nothing is expected */
    } cases[] = {
        {"key: a", GN_CONFLICT_UPDATE, -1},
        {"key: a, conflict: update", GN_CONFLICT_UPDATE, -1},
        {"conflict: update", GN_CONFLICT_UPDATE, -1},
        {"key: a, conflict: ignore", GN_CONFLICT_KEEP, -1},
        {"key: a, conflict: error", GN_CONFLICT_ERROR, -1},
        {"key: a, conflict: error, expect: { max_rows: 9 }", GN_CONFLICT_ERROR,
         0},
        {"conflict: replace", GN_CONFLICT_WHOLE, 1},
        {"conflict: history, key: a", GN_CONFLICT_HISTORY, 1},
        {"expect: { max_rows: 9 }, conflict: replace", GN_CONFLICT_WHOLE, 1},
        {"expect: { min_rows: 0 }, conflict: replace", GN_CONFLICT_WHOLE, 0},
        {"conflict: replace, expect: { min_rows: 7 }", GN_CONFLICT_WHOLE, 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_config config;
        const struct gn_rows_spec *rows = rows_of(&config, cases[i].rows);

        assert_int_equal(rows->conflict, cases[i].conflict);
        assert_int_equal(rows->expect != NULL ? rows->expect->min_rows : -1,
                         cases[i].min_rows);
        gn_config_fini(&config);
    }
}

static void columns_have_types(void **state)
{
    struct gn_config config;
    const struct gn_rows_spec *rows =
        rows_of(&config, "columns: { rate: 'numeric(12, 6)', day: date },"
                         " new_columns: freeze");

    (void)state;
    assert_int_equal(rows->column_count, 2);
    assert_string_equal(rows->columns[0].name, "rate");
    assert_string_equal(rows->columns[0].type, "numeric(12, 6)");
    assert_string_equal(rows->columns[1].name, "day");
    assert_string_equal(rows->columns[1].type, "date");
    assert_int_equal(rows->new_columns, GN_COLUMNS_FREEZE);
    gn_config_fini(&config);
    rows = rows_of(&config, "new_columns: ignore");
    assert_int_equal(rows->new_columns, GN_COLUMNS_IGNORE);
    assert_int_equal(rows->column_count, 0);
    assert_int_equal(rows->bad_rows, GN_BAD_ROWS_FAIL);
    gn_config_fini(&config);
    rows = rows_of(&config, "bad_rows: skip");
    assert_int_equal(rows->bad_rows, GN_BAD_ROWS_SKIP);
    gn_config_fini(&config);
    rows = rows_of(&config, "bad_rows: quarantine");
    assert_int_equal(rows->bad_rows, GN_BAD_ROWS_QUARANTINE);
    gn_config_fini(&config);
}

static void children_name_their_parent(void **state)
{
    struct gn_config config =
        good("garner: 1\nsources: { a: { url: http://h/, rows: [\n"
             "{ table: p, key: url, sql: s },\n"
             "{ table: t, key: [URL, pos], parent: P, sql: s },\n"
             "{ table: u, key: [pos, url, x], parent: t, sql: s } ] } }\n");
    const struct gn_rows_spec *rows = config.sources[0].rows;

    (void)state;
    assert_null(rows[0].parent);
    assert_ptr_equal(rows[1].parent, &rows[0]);
    assert_ptr_equal(rows[2].parent, &rows[1]);
    gn_config_fini(&config);
    bad_source("rows: [{ table: t, key: a, sql: s, parent: t }]",
               "3:44: parent \"t\" is no table of the rows above; name one, or "
               "move it there");
    bad_source("rows: [{ table: p, sql: s },\n"
               "{ table: t, key: a, sql: s, parent: p }]",
               "4:37: table p is a parent and has no key; name its columns");
    bad_source("rows: [{ table: p, key: a, sql: s },\n"
               "{ table: t, key: [b, a], sql: s, parent: p }]",
               "4:42: the key of table t must begin with that of its parent, "
               "and has no a there");
    bad_source("rows: [{ table: p, key: a, sql: s },\n"
               "{ table: t, sql: s, parent: p }]",
               "4:29: the key of table t must begin with that of its parent, "
               "and has no a there");
    bad_source("rows: [{ table: p, key: a, sql: s, conflict: ignore },\n"
               "{ table: t, key: a, sql: s, parent: p }]",
               "4:37: parent goes with conflict: update alone, here and in "
               "table p; remove one of them");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    bad_source(
        "rows: { table: t, sql: s, key: a, conflict: merge }",
        "3:45: conflict cannot be \"merge\"; write update, ignore, error, "
        "replace or history");
    bad_source("rows: { table: t, sql: s, conflict: history }",
               "3:7: conflict needs a key, by which rows are known again; name "
               "its columns");
    bad_source("rows: { table: t, sql: s, conflict: ignore }",
               "3:7: conflict needs a key, by which rows are known again; name "
               "its columns");
    bad_source("rows: { table: t, sql: s, columns: 1 }",
               "3:36: columns must be a mapping; write { name: value }");
    bad_source("rows: { table: t, sql: s, columns: { a: 'x); drop' } }",
               "3:41: \"x); drop\" is no type of a column; write one like "
               "integer, text, date or numeric(12,6)");
    bad_source("rows: { table: t, sql: s, new_columns: maybe }",
               "3:40: new_columns cannot be \"maybe\"; write evolve, freeze or "
               "ignore");
    bad_source("rows: { table: t, sql: s, bad_rows: drop }",
               "3:37: bad_rows cannot be \"drop\"; write fail, skip or "
               "quarantine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conflict_is_one_of_five),
        cmocka_unit_test(columns_have_types),
        cmocka_unit_test(children_name_their_parent),
        cmocka_unit_test(what_is_wrong_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
