/* pattern_test.c - regular expressions: where they match, and their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/pattern.h"

static struct garner_error err;

static struct gn_pattern *compiled(const char *text, bool any_bytes)
{
    struct gn_pattern *p;

    if (gn_pattern_new(text, strlen(text), any_bytes, &p, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return p;
}

static enum garner_code find(struct gn_pattern *p, const char *text,
                             size_t start)
{
    return gn_pattern_find(p, text, strlen(text), start, &err);
}

static void groups_say_where_they_matched(void **state)
{
    struct gn_pattern *p =
        compiled("(?<year>\\d{4})(-\\d\\d)?(?<end>x)?", false);
    const char *text = "in 2025-11 or 2026";
    size_t from;
    size_t to;
    size_t group;

    (void)state;
    assert_int_equal(gn_pattern_groups(p), 3);
    assert_int_equal(find(p, text, 0), GARNER_OK);
    assert_true(gn_pattern_group(p, 0, &from, &to));
    assert_int_equal(from, 3);
    assert_int_equal(to, 10);
    assert_true(gn_pattern_group(p, 2, &from, &to));
    assert_int_equal(from, 7);
    assert_false(gn_pattern_group(p, 3, &from, &to));
    assert_int_equal(find(p, text, 10), GARNER_OK);
    assert_false(gn_pattern_group(p, 2, &from, &to));
    assert_int_equal(find(p, text, 15), GARNER_DONE);
    assert_int_equal(gn_pattern_number(p, "year"), 1);
    assert_int_equal(gn_pattern_number(p, "month"), 0);
    assert_string_equal(gn_pattern_name(p, 0, &group), "end");
    assert_int_equal(group, 3);
    assert_string_equal(gn_pattern_name(p, 1, &group), "year");
    assert_null(gn_pattern_name(p, 2, &group));
    gn_pattern_free(p);
}

static void a_start_behind_its_end_is_empty(void **state)
{
    struct gn_pattern *p =
        compiled("(?(DEFINE)(?<keep>ab\\K))(?=(?&keep))", false);
    size_t from;
    size_t to;

    (void)state;
    assert_int_equal(find(p, "ab", 0), GARNER_OK);
    assert_true(gn_pattern_group(p, 0, &from, &to));
    assert_int_equal(from, 2);
    assert_int_equal(to, 2);
    gn_pattern_free(p);
    gn_pattern_free(NULL);
}

static void what_is_no_utf8_is_not_matched(void **state)
{
    struct gn_pattern *p = compiled("a.b|b$", true);
    size_t from;
    size_t to;

    (void)state;
    assert_int_equal(find(p,
                          "a\xff"
                          "b",
                          0),
                     GARNER_OK);
    assert_true(gn_pattern_group(p, 0, &from, &to));
    assert_int_equal(from, 2);
    gn_pattern_free(p);
}

static void a_bad_one_says_where(void **state)
{
    struct gn_pattern *p;

    (void)state;
    assert_int_equal(gn_pattern_new("ab(c", 4, false, &p, &err),
                     GARNER_INVALID);
    assert_null(p);
    assert_string_equal(err.message,
                        "regular expression: missing closing parenthesis, at "
                        "byte 4 of: ab(c");
    assert_int_equal(gn_pattern_new("\\C", 2, false, &p, &err), GARNER_INVALID);
}

static void bounds_hold(void **state)
{
    static char text[100000];
    struct gn_pattern *steps = compiled("^(0+)+$", false);
    struct gn_pattern *memory = compiled("^(?:(0)|1)*$", true);

    (void)state;
    memset(text, '0', sizeof text);
    text[3999] = 'x';
    assert_int_equal(gn_pattern_find(steps, text, 4000, 0, &err),
                     GARNER_INVALID);
    assert_non_null(strstr(err.message, "in a text of 4000 bytes"));
    text[3999] = '0';
    assert_int_equal(gn_pattern_find(steps, text, 4000, 0, &err), GARNER_OK);
    assert_int_equal(gn_pattern_find(memory, text, 400, 0, &err), GARNER_OK);
    gn_pattern_free(steps);
    gn_pattern_free(memory);
}

static void it_needs_memory(void **state)
{
    struct gn_pattern *p;
    enum garner_code code;
    unsigned nth = 1;

    (void)state;
    do {
        gn_mem_fail_at(nth++);
        code = gn_pattern_new("(a|b)c", 6, false, &p, &err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true((p != NULL) == (code == GARNER_OK));
    } while (code != GARNER_OK);
    assert_true(nth > 4);
    gn_pattern_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_say_where_they_matched),
        cmocka_unit_test(a_start_behind_its_end_is_empty),
        cmocka_unit_test(what_is_no_utf8_is_not_matched),
        cmocka_unit_test(a_bad_one_says_where),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(it_needs_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
