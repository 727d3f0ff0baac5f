/* regex_test.c - matches, their groups, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/regex.h"

static struct gn_regex *get(struct gn_regexes *all, const char *pattern)
{
    struct gn_regex *r;

    assert_int_equal(gn_regexes_get(all, pattern, strlen(pattern), &r, NULL),
                     GARNER_OK);
    return r;
}

static void matches_have_groups(void **state)
{
    struct gn_regexes all = {0};
    struct gn_regex *r = get(&all, "(?<a>x)|(y)(?<b>z)?");
    struct gn_regex_match m = {0};
    struct gn_buf out = {0};
    struct gn_json json;

    (void)state;
    assert_int_equal(gn_regex_groups(r), 3);
    assert_int_equal(gn_regex_group(r, "b"), 3);
    assert_int_equal(gn_regex_group(r, "c"), 0);
    assert_int_equal(gn_regex_find(r, "-y", 2, 0, &m, NULL), GARNER_OK);
    assert_int_equal(m.count, 4);
    assert_memory_equal(m.parts[0].text, "y", 1);
    assert_null(m.parts[1].text);
    assert_null(m.parts[3].text); /* also one after the last that took part */
    gn_json_init(&json, &out);
    gn_regex_write_named(r, &m, &json);
    assert_string_equal(gn_buf_cstr(&out), "{\"a\":null,\"b\":null}");
    assert_int_equal(gn_regex_find(r, "-y", 2, 2, &m, NULL), GARNER_DONE);
    assert_int_equal(gn_regex_find(r, "", 0, 0, &m, NULL), GARNER_DONE);
    gn_regex_match_fini(&m);
    gn_buf_fini(&out);
    gn_regexes_fini(&all);
}

static void one_that_is_held_outlives_its_place(void **state)
{
    struct gn_regexes all = {0};
    struct gn_regex *held = get(&all, "x+");
    struct gn_regex_match m = {0};

    (void)state;
    gn_regex_hold(held);
    for (int i = 0; i < 3 * GN_REGEX_KEPT; i++) {
        char pattern[20];

        snprintf(pattern, sizeof pattern, "a{%d}", i);
        assert_ptr_equal(get(&all, pattern), get(&all, pattern));
    }
    assert_ptr_not_equal(get(&all, "x+"), held);
    assert_int_equal(gn_regex_find(held, "axx", 3, 0, &m, NULL), GARNER_OK);
    assert_int_equal(m.parts[0].size, 2);
    gn_regex_release(held);
    gn_regex_release(NULL);
    gn_regex_match_fini(&m);
    gn_regexes_fini(&all);
}

static void bounds_hold(void **state)
{
    struct gn_regexes all = {0};
    struct gn_regex_match m = {0};
    struct gn_regex *r;
    struct garner_error err;
    char text[60];

    (void)state;
    memset(text, 'a', sizeof text);
    r = get(&all, "(a+)+$|^(a*)*b");
    text[59] = '!';
    assert_int_equal(gn_regex_find(r, text, sizeof text, 0, &m, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "too many steps, or too much memory, "
                                        "in a text of 60 bytes"));
    assert_int_equal(gn_regexes_get(&all, "a(b", 3, &r, &err), GARNER_INVALID);
    assert_string_equal(err.message,
                        "regular expression: missing closing parenthesis, at "
                        "byte 3 of: a(b");
    assert_int_equal(gn_regexes_get(&all, "\xff", 1, &r, &err), GARNER_INVALID);
    assert_int_equal(gn_regexes_get(&all, text, 20000, &r, &err),
                     GARNER_INVALID);
    gn_regex_match_fini(&m);
    gn_regexes_fini(&all);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;

    (void)state;
    while (code == GARNER_NOMEM && nth < 50) {
        struct gn_regexes all = {0};
        struct gn_regex_match m = {0};
        struct gn_regex *r;

        gn_mem_fail_at(++nth);
        code = gn_regexes_get(&all, "(a)", 3, &r, NULL);
        if (code == GARNER_OK)
            code = gn_regex_find(r, "a", 1, 0, &m, NULL);
        gn_mem_fail_at(0);
        gn_regex_match_fini(&m);
        gn_regexes_fini(&all);
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_have_groups),
        cmocka_unit_test(one_that_is_held_outlives_its_place),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
