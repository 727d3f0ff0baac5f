/* grid_test.c - columns as wide as what is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "cli/grid.h"
#include "cli/text.h"

static const char *const names[] = {"name", "n"};

static struct gn_grid *begin(size_t width, bool color)
{
    struct gn_grid *t;

    assert_int_equal(gn_grid_new(names, 2, width, color, &t, NULL), GARNER_OK);
    return t;
}

static void add(struct gn_grid *t, struct garner_value a, struct garner_value b,
                struct gn_buf *out)
{
    const struct garner_value values[] = {a, b};

    assert_int_equal(gn_grid_row(t, values, out, NULL), GARNER_OK);
}

static void ends_as(struct gn_grid *t, struct gn_buf *out, const char *wanted)
{
    gn_grid_end(t, out);
    assert_string_equal(gn_buf_cstr(out), wanted);
    gn_buf_fini(out);
    gn_grid_free(t);
}

static void texts_stand_left_and_numbers_right(void **state)
{
    struct gn_buf out = {0};
    struct gn_grid *t = begin(0, false);

    (void)state;
    add(t, garner_text("gr\xc3\xbcn"), garner_integer(5), &out);
    add(t, garner_text("\xe8\xaa\x9e\xe8\xaa\x9e\xe8\xaa\x9e"),
        garner_integer(1234), &out);
    add(t, garner_null(), garner_null(), &out);
    assert_int_equal(out.size, 0); /* nothing before widths are known */
    ends_as(t, &out,
            "name       n\n"
            "------  ----\n"
            "gr\xc3\xbcn       5\n"
            "\xe8\xaa\x9e\xe8\xaa\x9e\xe8\xaa\x9e  1234\n"
            "NULL    NULL\n");
}

static void no_rows_leave_the_head(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    ends_as(begin(0, false), &out, "name  n\n----  -\n");
}

static void texts_are_cut_to_the_terminal_and_numbers_are_not(void **state)
{
    struct gn_buf out = {0};
    struct gn_grid *t = begin(20, false);

    (void)state;
    add(t, garner_text("a text that is too long"), garner_integer(1234567890),
        &out);
    ends_as(t, &out,
            "name               n\n"
            "--------  ----------\n"
            "a text \xe2\x80\xa6  1234567890\n");
}

static void what_does_not_fit_has_a_line_a_value(void **state)
{
    struct gn_buf out = {0};
    struct gn_grid *t = begin(19, false);

    (void)state;
    add(t, garner_text("a text that is too long"), garner_integer(1234567890),
        &out);
    add(t, garner_null(), garner_integer(2), &out);
    ends_as(t, &out,
            "name  a text that \xe2\x80\xa6\n"
            "n     1234567890\n"
            "\n"
            "name  NULL\n"
            "n     2\n"
            "\n");
    t = begin(1, false);
    for (int i = 0; i < 501; i++)
        add(t, garner_text("a text that is too long"), garner_integer(i), &out);
    gn_grid_end(t, &out);
    assert_string_equal(gn_buf_cstr(&out) + out.size - 20,
                        "  a text \xe2\x80\xa6\n  500\n\n");
    gn_buf_fini(&out);
    gn_grid_free(t);
    ends_as(begin(2, false), &out, "name  n\n----  -\n");
}

static void rows_past_those_held_are_written_as_they_come(void **state)
{
    struct gn_buf out = {0};
    struct gn_grid *t = begin(80, false);
    size_t before;

    (void)state;
    for (int i = 0; i < 500; i++)
        add(t, garner_text("ab"), garner_integer(i), &out);
    before = out.size;
    assert_true(before > (size_t)500 * 9);
    add(t, garner_text("longer than those before"), garner_integer(12345),
        &out);
    assert_string_equal(gn_buf_cstr(&out) + before, "lon\xe2\x80\xa6  12345\n");
    before = out.size;
    gn_grid_end(t, &out);
    assert_int_equal(out.size, before);
    gn_buf_fini(&out);
    gn_grid_free(t);
}

static void colour_marks_the_head_and_nulls(void **state)
{
    struct gn_buf out = {0};
    struct gn_grid *t = begin(0, true);

    (void)state;
    add(t, garner_null(), garner_integer(1), &out);
    ends_as(t, &out,
            "\033[1mname\033[0m\033[1m  n\033[0m\n"
            "----  -\n"
            "\033[2mNULL\033[0m  1\n");
}

static void lost_memory_is_an_error(void **state)
{
    const struct garner_value values[] = {garner_text("a"), garner_integer(1)};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code == GARNER_NOMEM; nth++) {
        struct gn_buf out = {0};
        struct gn_grid *t = NULL;

        gn_mem_fail_at(nth);
        code = gn_grid_new(names, 2, 0, false, &t, NULL);
        if (code == GARNER_OK)
            code = gn_grid_row(t, values, &out, NULL);
        gn_mem_fail_at(0);
        gn_grid_free(t);
        gn_buf_fini(&out);
        assert_true(nth < 100);
    }
    assert_int_equal(code, GARNER_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stand_left_and_numbers_right),
        cmocka_unit_test(no_rows_leave_the_head),
        cmocka_unit_test(texts_are_cut_to_the_terminal_and_numbers_are_not),
        cmocka_unit_test(what_does_not_fit_has_a_line_a_value),
        cmocka_unit_test(rows_past_those_held_are_written_as_they_come),
        cmocka_unit_test(colour_marks_the_head_and_nulls),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    gn_text_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
