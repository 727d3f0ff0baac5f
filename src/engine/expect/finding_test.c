/* finding_test.c - a broken rule in words, and its rows as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/expect/finding.h"

static void it_says_the_rule_on_one_line(void **state)
{
    struct gn_finding f = {0};
    char long_text[400];

    (void)state;
    assert_false(gn_finding_set(&f, "match", " \"%s\"", "a\nb\xff"));
    assert_string_equal(f.rule, "match");
    assert_string_equal(f.text, "expected match \"a b?\"");
    memset(long_text, 'x', sizeof long_text);
    long_text[399] = '\0';
    (void)gn_finding_set(&f, "match", "%s", long_text);
    assert_int_equal(strlen(f.text), sizeof f.text - 1);
}

static void add(struct gn_rowset *rows, const struct garner_value *values,
                size_t count)
{
    assert_int_equal(count, rows->column_count);
    assert_int_equal(gn_rowset_add(rows, values, NULL), GARNER_OK);
}

static void its_rows_become_json(void **state)
{
    static const char *const names[] = {"a", "b"};
    struct gn_rowset rows = {0};
    struct gn_finding f = {.rows = {2, 0}, .row_count = 2};
    struct gn_buf json = {0};

    (void)state;
    assert_int_equal(gn_rowset_columns(&rows, names, 2, NULL), GARNER_OK);
    add(&rows, GARNER_ARGS(garner_integer(1), garner_text("x\"\xff")));
    add(&rows, GARNER_ARGS(garner_integer(2), garner_null()));
    add(&rows, GARNER_ARGS(garner_real(1.5), garner_blob("\x00\xfe", 2)));
    gn_finding_sample(&f, &rows, &json);
    assert_string_equal(gn_buf_cstr(&json),
                        "[{\"a\":1.5,\"b\":\"00fe\"},"
                        "{\"a\":1,\"b\":\"x\\\"\xef\xbf\xbd\"}]");
    gn_buf_fini(&json);
    f = (struct gn_finding){0};
    gn_finding_sample(&f, &rows, &json);
    assert_string_equal(gn_buf_cstr(&json), "[]");
    gn_buf_fini(&json);
    gn_rowset_fini(&rows);
}

static void long_values_and_lists_are_cut(void **state)
{
    enum { COLUMNS = 100, LONG = 1000 };
    static char text[LONG];
    struct garner_value values[COLUMNS];
    const char *names[COLUMNS];
    struct gn_rowset rows = {0};
    struct gn_finding f = {.row_count = GN_FINDING_ROWS};
    struct gn_buf json = {0};

    (void)state;
    for (size_t i = 0; i < LONG; i++)
        text[i] = i % 2 == 0 ? '\xc3' : '\xa9';
    text[0] = 'x'; /* so that byte 200 is within a character */
    memmove(text + 1, text + 2, LONG - 2);
    for (size_t i = 0; i < COLUMNS; i++) {
        names[i] = "c";
        values[i] = i % 2 == 0 ? garner_text_n(text, LONG - 1)
                               : garner_blob(text, LONG - 1);
    }
    assert_int_equal(gn_rowset_columns(&rows, names, COLUMNS, NULL), GARNER_OK);
    for (size_t i = 0; i < GN_FINDING_ROWS; i++) {
        add(&rows, values, COLUMNS);
        f.rows[i] = i;
    }
    gn_finding_sample(&f, &rows, &json);
    assert_in_range(json.size, 20000, 40000);
    assert_int_equal(gn_buf_cstr(&json)[json.size - 1], ']');
    assert_non_null(strstr(gn_buf_cstr(&json), "\xc3\xa9...\","));
    assert_null(strstr(gn_buf_cstr(&json), "\xef\xbf\xbd")); /* U+FFFD */
    gn_buf_fini(&json);
    gn_rowset_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_the_rule_on_one_line),
        cmocka_unit_test(its_rows_become_json),
        cmocka_unit_test(long_values_and_lists_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
