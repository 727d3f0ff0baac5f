/* check_test.c - names, methods, headers, variables and tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/check.h"

static void passes(enum garner_code (*check)(const char *,
                                             struct garner_error *),
                   const char *const *texts, bool good)
{
    for (; *texts != NULL; texts++) {
        struct garner_error err = {GARNER_OK, 0, ""};

        if (check(*texts, &err) != (good ? GARNER_OK : GARNER_INVALID))
            fail_msg("\"%s\": %s", *texts, err.message);
        if (!good)
            assert_true(strlen(err.message) > 20);
    }
}

static void names_are_printable(void **state)
{
    char longest[GN_CHECK_NAME_MAX + 2];

    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[GN_CHECK_NAME_MAX + 1] = '\0';
    passes(gn_check_name,
           (const char *[]){"", longest, "a\nb", "\x7f", "\xff", NULL}, false);
    longest[GN_CHECK_NAME_MAX] = '\0';
    passes(gn_check_name,
           (const char *[]){"a", "two words", longest, "\xc3\xa9", NULL}, true);
}

static void methods_are_tokens(void **state)
{
    (void)state;
    passes(gn_check_method, (const char *[]){"GET", "post", "M-SEARCH", NULL},
           true);
    passes(gn_check_method,
           (const char *[]){"", "GET /", "A\r\nB", "G\xc3\xa9",
                            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL},
           false);
}

static void header_values_are_one_line(void **state)
{
    struct garner_error err;

    (void)state;
    passes(gn_check_line, (const char *[]){"", "a b", "a\tb", "\xc3\xa9", NULL},
           true);
    passes(gn_check_line, (const char *[]){"a\nb", "a\r", "\x01", "\x7f", NULL},
           false);
    assert_int_equal(gn_check_header("Accept", "*/*", &err), GARNER_OK);
    assert_int_equal(gn_check_header("Accept:", "x", &err), GARNER_INVALID);
    assert_int_equal(gn_check_header("", "x", &err), GARNER_INVALID);
    assert_int_equal(gn_check_header("A b", "x", &err), GARNER_INVALID);
    assert_int_equal(gn_check_header("Accept", " ", &err), GARNER_INVALID);
    assert_int_equal(gn_check_header("Accept", "a\r\nX: y", &err),
                     GARNER_INVALID);
}

static void variables_are_parameters_of_their_own(void **state)
{
    (void)state;
    passes(gn_check_var, (const char *[]){"a", "_x1", "URL", NULL}, true);
    passes(gn_check_var,
           (const char *[]){"", "1a", "a-b", "a b", "body", "url", "depth",
                            "run_id", "\xc3\xa9", NULL},
           false);
}

static void tables_are_the_users(void **state)
{
    (void)state;
    passes(gn_check_table,
           (const char *[]){"t", "my table", "\xc3\xa9", "garner", NULL}, true);
    passes(gn_check_table,
           (const char *[]){"", "a\nb", "garner_run", "GARNER_x",
                            "sqlite_master", "\xff", NULL},
           false);
    passes(gn_check_column, (const char *[]){"t", "my column", NULL}, true);
    passes(gn_check_column, (const char *[]){"", "a\nb", NULL}, false);
}

static void requests_are_looked_at_whole(void **state)
{
    struct gn_request request = {.url = "http://h/", .method = "HEAD"};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_check_request(&request, &err), GARNER_OK);
    request.body = "x";
    request.body_size = 1;
    assert_int_equal(gn_check_request(&request, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "HEAD"));
}

static void types_are_words_and_numbers(void **state)
{
    static const char *const right[] = {
        "text", "double precision", "numeric(12,6)", "numeric(12, 6)",
        "DATE", "varchar(20)",      "decimal (5)",   "unsigned big int"};
    static const char *const wrong[] = {"",
                                        "1",
                                        " text",
                                        "text ",
                                        "a(",
                                        "a()",
                                        "a(1",
                                        "a(1,",
                                        "a(1,2",
                                        "a(1,2,3)",
                                        "a(x)",
                                        "a(1) b",
                                        "a;b",
                                        "a--b",
                                        "a, b",
                                        "a  b",
                                        "(1)",
                                        "a\"b",
                                        "a(1234567890)",
                                        "text not null",
                                        "text primary key",
                                        "Check (1)"};
    struct garner_error err;

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        if (gn_check_type(right[i], &err) != GARNER_OK)
            fail_msg("%s: %s", right[i], err.message);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (gn_check_type(wrong[i], &err) != GARNER_INVALID)
            fail_msg("passed: %s", wrong[i]);
}

static void a_url_is_blamed_without_its_password(void **state)
{
    const struct garner_error why = {.message = "it is wrong"};
    struct garner_error err;

    (void)state;
    assert_int_equal(
        gn_check_blame("http://u:pw@h/", GARNER_INVALID, &why, &err),
        GARNER_INVALID);
    assert_string_equal(err.message, "http://u:***@h/: it is wrong");
    assert_int_equal(gn_check_blame("", GARNER_NOMEM, &why, &err),
                     GARNER_NOMEM);
    assert_string_equal(err.message, "it is wrong");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_printable),
        cmocka_unit_test(methods_are_tokens),
        cmocka_unit_test(header_values_are_one_line),
        cmocka_unit_test(variables_are_parameters_of_their_own),
        cmocka_unit_test(tables_are_the_users),
        cmocka_unit_test(requests_are_looked_at_whole),
        cmocka_unit_test(types_are_words_and_numbers),
        cmocka_unit_test(a_url_is_blamed_without_its_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
