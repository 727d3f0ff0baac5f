/* jar_test.c - cookies as lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/jar.h"

static void lines_become_a_list(void **state)
{
    static const char lines[] = "h\tFALSE\t/\tFALSE\t0\ta\tb\n"
                                "ALL\n"
                                "#HttpOnly_.h\tTRUE\t/x\tTRUE\t9\tc\t\n"
                                "h\tFALSE\t/\tFALSE\t0\ta\n"
                                "\n";
    struct curl_slist *list;

    (void)state;
    assert_true(gn_jar_split(lines, &list));
    assert_string_equal(list->data, "h\tFALSE\t/\tFALSE\t0\ta\tb");
    assert_string_equal(list->next->data,
                        "#HttpOnly_.h\tTRUE\t/x\tTRUE\t9\tc\t");
    assert_null(list->next->next);
    curl_slist_free_all(list);
    assert_true(gn_jar_split("", &list));
    assert_null(list);
    gn_mem_fail_at(1);
    assert_false(gn_jar_split(lines, &list));
    gn_mem_fail_at(0);
    assert_null(list);
}

static void cookies_become_a_hosts(void **state)
{
    struct curl_slist *list;

    (void)state;
    assert_true(gn_jar_of_host("a=b=c; d=; e", "h", &list));
    assert_string_equal(list->data, "h\tFALSE\t/\tFALSE\t0\ta\tb=c");
    assert_string_equal(list->next->data, "h\tFALSE\t/\tFALSE\t0\td\t");
    assert_string_equal(list->next->next->data, "h\tFALSE\t/\tFALSE\t0\te\t");
    assert_null(list->next->next->next);
    curl_slist_free_all(list);
    gn_mem_fail_at(1);
    assert_false(gn_jar_of_host("a=b", "h", &list));
    gn_mem_fail_at(0);
    assert_null(list);
}

static void names_are_found(void **state)
{
    static const struct {
        const char *cookies;
        const char *name;
        bool has;
    } cases[] = {
        {"a=1; bc=2", "a", true},  {"a=1; bc=2", "bc", true},
        {"a=1; bc=2", "b", false}, {"a=1; bc=2", "abc", false},
        {"a=bc", "bc", false},     {"", "a", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char line[64];

        snprintf(line, sizeof line, "h\tFALSE\t/\tFALSE\t0\t%s\tx",
                 cases[i].name);
        assert_int_equal(gn_jar_has_name(cases[i].cookies, line), cases[i].has);
    }
    assert_false(gn_jar_has_name("a=1", "a"));
}

static void an_end_is_found(void **state)
{
    (void)state;
    assert_true(gn_jar_is_over("h\tFALSE\t/\tFALSE\t1\ta\tb", 100));
    assert_true(gn_jar_is_over("h\tFALSE\t/\tFALSE\t100\ta\tb", 100));
    assert_false(gn_jar_is_over("h\tFALSE\t/\tFALSE\t101\ta\tb", 100));
    assert_false(gn_jar_is_over("h\tFALSE\t/\tFALSE\t0\ta\tb", 100));
    assert_false(gn_jar_is_over("h", 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_a_list),
        cmocka_unit_test(cookies_become_a_hosts),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(an_end_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
