/* sqlscan_test.c - words of SQL, and the constants that functions get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "extract/sqlscan.h"

static void words_are_told_apart(void **state)
{
    static const char sql[] =
        "select/* 'x' */ a.\"b \"\"c\", 'it''s' -- 'y'\n, :body->>'$.a'->1 from"
        " `t`(1.5e3) where x'00' < @p";
    static const char expected[] =
        "select a . \"b \"\"c\" , S'it''s' , :body ->> S'$.a' -> 1 from "
        "`t` ( 1 . 5e3 ) where x S'00' < @p ";
    const char *at = sql;
    struct gn_sql_token token;
    struct gn_buf out = {0};

    (void)state;
    while (gn_sqlscan_next(&at, &token)) {
        gn_buf_text(&out, token.kind == GN_SQL_STRING ? "S" : "");
        gn_buf_append(&out, token.text, token.size);
        gn_buf_byte(&out, ' ');
    }
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_buf_fini(&out);
}

static void constants_are_found_in_their_calls(void **state)
{
    static const struct {
        const char *sql;
        const char *constants;
    } cases[] = {
        {"", ""},
        {"select 'a', ('b')", ""},
        {"select f('a', x, 'b')", "f0'a' f2'b' "},
        {"select F(g(1, 'a'), 'b')", "g1'a' F1'b' "},
        {"select f('a' || 'b', -'c', 'd' collate nocase)", ""},
        {"select f(x'00'), f((1, 2), 'a')", "f1'a' "},
        {"select f /* c */ ( -- d\n 'a' /* e */ )", "f0'a' "},
        {"select f('it''s", ""},
        {"select 1) , f('a')", "f0'a' "},
        {"select ((((((((((((((((((((((((((((((((((f('a')", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_sqlscan s = {.at = cases[i].sql};
        struct gn_sql_token function;
        struct gn_sql_token string;
        struct gn_buf out = {0};
        int place;

        while (gn_sqlscan_constant(&s, &function, &place, &string)) {
            gn_buf_append(&out, function.text, function.size);
            gn_buf_printf(&out, "%d", place);
            gn_buf_append(&out, string.text, string.size);
            gn_buf_byte(&out, ' ');
        }
        assert_string_equal(gn_buf_cstr(&out), cases[i].constants);
        gn_buf_fini(&out);
    }
}

static void blanks_are_skipped(void **state)
{
    static const struct {
        const char *sql;
        const char *words;
        const char *behind_ends;
    } cases[] = {
        {"", "", ""},
        {"a ", "a ", "a "},
        {" \t\r\n\fa", "a", "a"},
        {"-- x\n/* y */ a", "a", "a"},
        {"-- x", "", ""},
        {"/* x", "", ""},
        {"/*/ a */b", "b", "b"},
        {"-a", "-a", "-a"},
        {"/a", "/a", "/a"},
        {" ;--;\n; /*;*/ a;", ";--;\n; /*;*/ a;", "a;"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(gn_sqlscan_skip(cases[i].sql, false),
                            cases[i].words);
        assert_string_equal(gn_sqlscan_skip(cases[i].sql, true),
                            cases[i].behind_ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_told_apart),
        cmocka_unit_test(constants_are_found_in_their_calls),
        cmocka_unit_test(blanks_are_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
