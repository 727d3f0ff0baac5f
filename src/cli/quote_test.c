/* quote_test.c - texts as others read them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/quote.h"

static void a_shell_reads_one_word(void **state)
{
    static const char *const cases[][2] = {
        {"https://h/a?b", "'https://h/a?b'"},
        {"data.db", "data.db"},
        {"", "''"},
        {"it's", "'it'\\''s'"},
        {"a b", "'a b'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        gn_quote_shell(&out, cases[i][0]);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void sql_reads_a_name(void **state)
{
    struct gn_buf out = {0};

    (void)state;
    gn_quote_name(&out, "a \"b\"");
    assert_string_equal(gn_buf_cstr(&out), "\"a \"\"b\"\"\"");
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shell_reads_one_word),
        cmocka_unit_test(sql_reads_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
