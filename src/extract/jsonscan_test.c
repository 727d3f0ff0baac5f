/* jsonscan_test.c - values, strings and paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/jsonscan.h"

static void values_end_where_they_end(void **state)
{
    static const char *const values[] = {
        "1",    "-1.5e3",     "true",          "null",
        "\"\"", "\"a\"",      "\"\\\"]\\\\\"", "{\"a]\":[1,{}]}",
        "[]",   "[[[\"]\"]]]"};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (const char *end = ",] }"; *end != '\0'; end++) {
            const size_t size = strlen(values[i]);
            char text[40] = "";

            strncat(text, values[i], sizeof text - 2);
            text[size] = *end;
            assert_ptr_equal(gn_jsonscan_end(text, text + size + 1),
                             text + size);
            assert_ptr_equal(gn_jsonscan_end(text, text + size), text + size);
        }
}

static void strings_lose_their_escapes(void **state)
{
    static const char *const cases[][2] = {
        {"\"\"", ""},
        {"\"a\\n\\t\\\"\\\\\\/b\"", "a\n\t\"\\/b"},
        {"\"\\u0041\\u00e4\\u20AC\"", "A\xc3\xa4\xe2\x82\xac"},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
        {"\"\\ud83d\\u0041\\ude00\"", "\xef\xbf\xbd"
                                      "A\xef\xbf\xbd"},
        {"\"\\ud83d\"", "\xef\xbf\xbd"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i][0];
        struct gn_buf out = {0};

        gn_jsonscan_text(text, text + strlen(text), &out);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void paths_lead_to_values(void **state)
{
    static const char text[] =
        "{\"a\" : [1, {\"b.c\" : \"x\"} ] , \"\\u0064\":{\"\":7},\"e\":[]}";
    static const struct {
        const char *path;
        const char *found; /* begins so; NULL: nothing */
        int fault;         /* -1: the path is right */
    } cases[] = {
        {"$", "{\"a\"", -1},      {"$.a", "[1,", -1},
        {"$.a[0]", "1,", -1},     {"$.a[1].\"b.c\"", "\"x\"", -1},
        {"$.d", "{\"\":7", -1},   {"$.d.\"\"", "7}", -1},
        {"$.a[2]", NULL, -1},     {"$.e[0]", NULL, -1},
        {"$.nosuch.x", NULL, -1}, {"$.a.b", NULL, -1},
        {"$[0]", NULL, -1},       {"", NULL, 0},
        {"a", NULL, 0},           {"$a", NULL, 1},
        {"$.", NULL, 1},          {"$..a", NULL, 1},
        {"$[x]", NULL, 1},        {"$.a[1", NULL, 3},
        {"$.a[]", NULL, 3},       {"$.\"a", NULL, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *out;
        size_t fault;
        const enum garner_code code = gn_jsonscan_find(
            text, text + sizeof text - 1, cases[i].path, &out, &fault);

        assert_int_equal(code, cases[i].fault < 0 ? GARNER_OK : GARNER_INVALID);
        if (cases[i].fault >= 0)
            assert_int_equal(fault, cases[i].fault);
        assert_int_equal(out != NULL, cases[i].found != NULL);
        if (out != NULL)
            assert_memory_equal(out, cases[i].found, strlen(cases[i].found));
    }
}

static void lost_memory_is_an_error(void **state)
{
    static const char text[] = "{\"a\":1}";
    const char *out;
    size_t fault;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_jsonscan_find(text, text + 7, "$.a", &out, &fault),
                     GARNER_NOMEM);
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_end_where_they_end),
        cmocka_unit_test(strings_lose_their_escapes),
        cmocka_unit_test(paths_lead_to_values),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
