/* names_test.c - lists of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/table/names.h"

static void names_are_found_without_regard_to_case(void **state)
{
    struct gn_names names = {0};

    (void)state;
    assert_false(gn_names_has(&names, ""));
    assert_true(gn_names_add(&names, "Price"));
    assert_true(gn_names_add(&names, ""));
    assert_true(gn_names_has(&names, "pRICE"));
    assert_true(gn_names_has(&names, ""));
    assert_false(gn_names_has(&names, "prices"));
    assert_string_equal(names.all[0], "Price");
    gn_names_fini(&names);
    assert_int_equal(names.count, 0);
    gn_names_fini(&names);
}

static void lost_memory_leaves_the_list_as_it_was(void **state)
{
    struct gn_names names = {0};

    (void)state;
    assert_true(gn_names_add(&names, "a"));
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_false(gn_names_add(&names, "b"));
        assert_int_equal(names.count, 1);
    }
    gn_mem_fail_at(0);
    assert_true(gn_names_add(&names, "b"));
    gn_names_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_without_regard_to_case),
        cmocka_unit_test(lost_memory_leaves_the_list_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
