/* script_test.c - where statements end, and where they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/script.h"

static void statements_end_at_their_semicolon(void **state)
{
    /* | stands behind the statement; without one it has no end */
    static const char *const cases[] = {
        "select 1;|",
        "select 1;| select 2;",
        ";|",
        "select ';';|x",
        "select 'it''s ;';|",
        "select \"a;b\", `c;d`, [e;f];|",
        "select 1 -- no; not here\n;|",
        "select 1 /* nor; here */;|",
        "select 1 / 2;|",
        "select 1 - -2;|",
        "select 'a\n;b'\n;|",
        "",
        "select 1",
        "select ';",
        "select 'it'';",
        "select 1 -- ;",
        "select 1 /* ; * /",
        "select \"a;",
        "[;",
        "/",
        "-",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *bar = strchr(cases[i], '|');
        const size_t end = bar != NULL ? (size_t)(bar - cases[i]) : 0;
        char text[64];

        snprintf(text, sizeof text, "%.*s%s",
                 bar != NULL ? (int)end : (int)strlen(cases[i]), cases[i],
                 bar != NULL ? bar + 1 : "");
        if (gn_script_statement(text, strlen(text)) != end)
            fail_msg("%s", cases[i]);
    }
}

static void some_text_is_no_statement(void **state)
{
    static const char *const blank[] = {
        "", " \t\n", ";;", "-- a 'b'", "/* a", "/* a */ ; -- b\n\n"};
    static const char *const not [] = {"a", " 'b'", "-- a\nb", "/**/ -", "- -"};

    (void)state;
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
        assert_true(gn_script_is_blank(blank[i], strlen(blank[i])));
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        assert_false(gn_script_is_blank(not [i], strlen(not [i])));
}

static void places_are_counted(void **state)
{
    static const char text[] = "a\nb\xc3\xa4"
                               "c";
    struct gn_script_place place = {3, 7};

    (void)state;
    gn_script_pass(&place, text, 1);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 8);
    gn_script_pass(&place, text + 1, strlen(text) - 1);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_end_at_their_semicolon),
        cmocka_unit_test(some_text_is_no_statement),
        cmocka_unit_test(places_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
