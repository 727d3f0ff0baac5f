/* problems_test.c - the list, its end, and the one that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "config/problems.h"

static void problems_are_listed_with_their_places(void **state)
{
    struct gn_buf list = {0};
    struct gn_problems p = {.path = "x.yaml", .list = &list};
    struct garner_error err = {GARNER_OK, 0, ""};

    (void)state;
    assert_int_equal(gn_problems_result(&p, &err), GARNER_OK);
    assert_string_equal(err.message, "");
    gn_problem(&p, 3, 7, "%s is wrong", "it");
    gn_problem(&p, 0, 0, "all\nof it");
    assert_int_equal(gn_problems_result(&p, &err), GARNER_INVALID);
    assert_string_equal(err.message, "x.yaml:3:7: it is wrong");
    assert_string_equal(gn_buf_cstr(&list),
                        "x.yaml:3:7: it is wrong\nx.yaml: all of it\n");
    gn_buf_fini(&list);
}

static void those_past_the_bound_are_counted(void **state)
{
    struct gn_buf list = {0};
    struct gn_problems p = {.path = "x", .list = &list};
    size_t lines = 0;

    (void)state;
    for (int i = 1; i <= GN_PROBLEMS_SHOWN + 5; i++)
        gn_problem(&p, i, 1, "wrong");
    assert_int_equal(gn_problems_result(&p, NULL), GARNER_INVALID);
    for (const char *c = gn_buf_cstr(&list); *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, GN_PROBLEMS_SHOWN + 1);
    assert_non_null(strstr(gn_buf_cstr(&list), "\nx: 5 more problems\n"));
    gn_buf_fini(&list);
}

static void lost_memory_is_what_counts(void **state)
{
    struct gn_buf list = {0};
    struct gn_problems p = {.path = "x", .list = &list};
    struct garner_error err;

    (void)state;
    gn_mem_fail_at(1);
    gn_problem(&p, 1, 1, "wrong");
    assert_int_equal(gn_problems_result(&p, &err), GARNER_NOMEM);
    assert_string_equal(err.message, "x: out of memory");
    gn_buf_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_are_listed_with_their_places),
        cmocka_unit_test(those_past_the_bound_are_counted),
        cmocka_unit_test(lost_memory_is_what_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
