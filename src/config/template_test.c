/* template_test.c - names filled in, encoded, left alone, unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/template.h"

static const struct gn_var vars[] = {
    {"symbols", "ABC,X Y"},
    {"a1", "safe-._~"},
    {"_", ""},
    {"path", "\xc3\xa9/?&#%{a1}"},
};

enum { VARS = sizeof vars / sizeof vars[0] };

static void it_is_known_which_are_used(void **state)
{
    (void)state;
    assert_true(gn_template_uses("http://h/?a={a1}", "a1"));
    assert_true(gn_template_uses("{a}{{a1}", "a1"));
    assert_false(gn_template_uses("{a}{a12}{a1", "a1"));
    assert_false(gn_template_uses("a1", "a1"));
    assert_false(gn_template_uses("", "a1"));
}

static void names_are_filled_in(void **state)
{
    static const char *const cases[][2] = {
        {"http://h/", "http://h/"},
        {"http://h/?s={symbols}", "http://h/?s=ABC%2CX%20Y"},
        {"{a1}{_}{a1}", "safe-._~safe-._~"},
        {"{path}", "%C3%A9%2F%3F%26%23%25%7Ba1%7D"},
        {"?q={\"a\":{}}", "?q={\"a\":{}}"}, /* no names: left alone */
        {"{1a} {a b} {", "{1a} {a b} {"},
        {"{{a1}}", "{safe-._~}"},
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *out;

        assert_int_equal(gn_template_fill(cases[i][0], NULL, vars, VARS,
                                          &memory, &out, NULL),
                         GARNER_OK);
        assert_string_equal(out, cases[i][1]);
    }
    gn_arena_clear(&memory);
}

static void what_else_is_sent_keeps_its_braces(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"a{symbols}b", "aABC,X Yb"},
        {"{{a1}}{_}", "{safe-._~}"},
        {"{\"a1\": {a1}}", "{\"a1\": safe-._~}"},
        {"{symbol} {a1 {1a} {", "{symbol} {a1 {1a} {"},
        {"{symbol}{symbols}{x", "{symbol}ABC,X Y{x"},
        {"{path}", "\xc3\xa9/?&#%{a1}"}, /* once */
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(
            gn_template_fill_text(cases[i][0], NULL, vars, VARS, &memory),
            cases[i][1]);
    assert_ptr_equal(
        gn_template_fill_text(cases[4][0], NULL, vars, VARS, &memory),
        cases[4][0]);
    gn_arena_clear(&memory);
}

static void json_is_filled_in_its_strings(void **state)
{
    static const struct gn_var list[] = {{"s", "a\"b\\\n\x01"}, {"n", "7"}};
    static const char *const cases[][2] = {
        {"{\"q\": \"<{s}>\"}", "{\"q\": \"<a\\\"b\\\\\\n\\u0001>\"}"},
        {"{\"{n}\" : [\"{n}\", \"{n}{n}\"], \"b\":\"{x}\"}",
         "{\"{n}\" : [\"7\", \"77\"], \"b\":\"{x}\"}"},
        {"\"{n}\"", "\"7\""},
        {"\"\\\"{n}\\\\\"", "\"\\\"7\\\\\""},
        {"\"\\u007bn}{n}\"", "\"\\u007bn}7\""},
        {"{\"n\": {}, \"m\": \"{n}\"}", "{\"n\": {}, \"m\": \"7\"}"},
        {"[1]", "[1]"},
        {"\"{n}", "\"7"}, /* no JSON */
    };
    struct gn_arena memory = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(
            gn_template_fill_json(cases[i][0], NULL, list, 2, &memory),
            cases[i][1]);
    gn_arena_clear(&memory);
}

static void unknown_names_are_problems(void **state)
{
    struct gn_arena memory = {0};
    struct garner_error err;
    const char *out;

    (void)state;
    assert_int_equal(
        gn_template_fill("x{symbol}", NULL, vars, VARS, &memory, &out, &err),
        GARNER_INVALID);
    assert_string_equal(err.message, "the URL has {symbol}, which is no "
                                     "variable; did you mean {symbols}?");
    assert_int_equal(
        gn_template_fill("x{date}", NULL, NULL, 0, &memory, &out, &err),
        GARNER_INVALID);
    assert_string_equal(err.message, "the URL has {date}, which is no "
                                     "variable; give it a value (vars, or "
                                     "-p NAME=VALUE)");
    assert_null(memory.chunks);
}

static void names_are_measured(void **state)
{
    (void)state;
    assert_int_equal(gn_template_name("a_1-"), 3);
    assert_int_equal(gn_template_name("_"), 1);
    assert_int_equal(gn_template_name("1a"), 0);
    assert_int_equal(gn_template_name(""), 0);
    assert_int_equal(gn_template_name("\xc3\xa9"), 0);
}

static void lost_memory_is_told(void **state)
{
    struct gn_arena memory = {0};
    const char *out;

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(
            gn_template_fill("{a1}", NULL, vars, VARS, &memory, &out, NULL),
            GARNER_NOMEM);
        gn_arena_clear(&memory);
        gn_mem_fail_at(nth);
        assert_null(gn_template_fill_text("{a1}", NULL, vars, VARS, &memory));
        gn_arena_clear(&memory);
    }
    for (unsigned nth = 1; nth <= 3; nth++) {
        gn_mem_fail_at(nth);
        assert_null(
            gn_template_fill_json("\"{a1}\"", NULL, vars, VARS, &memory));
        gn_arena_clear(&memory);
    }
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_filled_in),
        cmocka_unit_test(it_is_known_which_are_used),
        cmocka_unit_test(what_else_is_sent_keeps_its_braces),
        cmocka_unit_test(json_is_filled_in_its_strings),
        cmocka_unit_test(unknown_names_are_problems),
        cmocka_unit_test(names_are_measured),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
