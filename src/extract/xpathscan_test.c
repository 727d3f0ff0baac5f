/* xpathscan_test.c - the functions, variables and prefixes of expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "extract/xpathscan.h"

static void uses_are_found(void **state)
{
    static const struct {
        const char *xpath;
        const char *uses; /* column, kind and name of each */
    } cases[] = {
        {"", ""},
        {"//p", ""},
        {"count(//p)", "1f:count "},
        {"//p[ last () ]/text()", "6f:last "},
        {"//p[@a=$x]", "9v:x "},
        {"$a:b", "2v:a:b "},
        {"//foo:bar", "3p:foo "},
        {"//foo:*[a]", "3p:foo "},
        {"foo:bar(1)", "1f:foo:bar "},
        {"ancestor::div[1]", ""},
        {"child :: a:b", "10p:a "},
        {"@xml:lang", "2p:xml "},
        {"a and (b)", ""},
        {"a or(b) div (c) mod (d)", ""},
        {"and and (or)", ""},
        {"and(b)", "1f:and "},
        {"1 div (2)", ""},
        {"3.5 mod(2)", ""},
        {"'f(x)' = \"$y\"", ""},
        {"'a' and (b)", ""},
        {"a[1] and (b)", ""},
        {". and (b) or .. and (c)", ""},
        {"* * (c)", ""},
        {"* div (c)", ""},
        {"* and (c)", ""},
        {"2 * f(c)", "5f:f "},
        {"a-b(1)", "1f:a-b "},
        {"a - b(1)", "5f:b "},
        {"node()|comment()|processing-instruction('x')", ""},
        {"a[not(b[contains(., 'x')])]", "3f:not 9f:contains "},
        {"\xc3\xa4:b", "1p:\xc3\xa4 "},
        {"'open", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_xpathscan s = {.at = cases[i].xpath};
        struct gn_xpath_use use;
        struct gn_buf out = {0};

        while (gn_xpathscan_next(&s, &use)) {
            gn_buf_printf(&out,
                          "%zu%c:", (size_t)(use.name - cases[i].xpath) + 1,
                          "fvp"[use.kind]);
            gn_buf_append(&out, use.name, use.size);
            gn_buf_byte(&out, ' ');
        }
        assert_string_equal(gn_buf_cstr(&out), cases[i].uses);
        gn_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
