/* hint_test.c - libyaml's words made helpful, also those it may learn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/hint.h"

/* tree_test has the messages of the real parser; here are the edges. */
static void hints_need_no_whole_line(void **state)
{
    static const struct {
        struct gn_hint_fault fault;
        const char *hint;
    } cases[] = {
        {{"something new", NULL, "", 0, 0, 0}, "not YAML: something new"},
        {{"something new", NULL, "]", 1, 0, 0},
         "a value cannot begin with ]; put it in quotes: \"]...\""},
        {{"something new", NULL, "a", 1, 99, 0}, "not YAML: something new"},
        {{"found character that cannot start any token", NULL, "", 0, 5, 0},
         "a value cannot begin with  ; put it in quotes: \" ...\""},
        {{"did not find expected key", NULL, "a:", 2, 2, 0},
         "the indentation fits no line above; keys of one mapping begin in the "
         "same column"},
        {{"did not find expected key", NULL, "\xc3\xa9: {b}c", 8, 6, 0},
         "the value goes on after its {...}; put the whole value in quotes: "
         "\"{...\""},
        {{"found unexpected end of stream", NULL, "", 0, 0, 41},
         "the quote opened in line 42 is never closed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hint[160];

        gn_hint(&cases[i].fault, hint);
        assert_string_equal(hint, cases[i].hint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hints_need_no_whole_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
